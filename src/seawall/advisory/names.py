"""Package names as the database keys them: the spelling that a registry treats as the same."""

import re
from typing import Final

_RUNS: Final = re.compile(r"[-_.]+")
_FOLDED: Final = frozenset({"nuget", "composer", "hex", "conan", "githubactions"})


def normalise(shard: str, name: str) -> str:
    """The key of a name in a shard: PEP 503 for ``pypi``; lower case where the registry ignores case; else as is."""
    if shard == "pypi":
        return _RUNS.sub("-", name).lower()
    return name.lower() if shard in _FOLDED else name
