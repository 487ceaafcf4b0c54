"""Layers' facts on disk: one file a layer, written aside and renamed into place.

Content-addressed by the layer's digest and everything that decides the facts, so that a file is never changed
and nobody waits for anybody: two scans that read the same layer at once both write, and the last rename wins.
A file that cannot be read is as good as none.
"""

import hashlib
import os
import tempfile
import time
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from seawall import log
from seawall.image.facts import LayerFacts
from seawall.image.wanted import Matcher
from seawall.model.identifiers import Digest

_FORMAT: Final = 1
"""Raised whenever :class:`LayerFacts` or the reading of layers changes."""
_SUFFIX: Final = ".layer"
_log = log.get(__name__)


class LayerCache:
    """Facts by digest.

    Args:
        directory: made when something is stored.
        matcher: the analyzers and aliases that the facts depend on.
    """

    def __init__(self, directory: Path, matcher: Matcher) -> None:
        self._directory = directory / "layers"
        described = repr((_FORMAT, sorted((one.name, one.version) for one in matcher.analyzers)))
        described += repr(sorted(matcher.aliases.items()))
        self._version = hashlib.sha256(described.encode()).hexdigest()[:16]
        self._encoder = msgspec.msgpack.Encoder()

    def _path(self, digest: Digest, *, keyed: bool) -> Path:
        algorithm, _, value = digest.partition(":")
        name = f"{algorithm}-{value}-{self._version}{'' if keyed else '-bottom'}{_SUFFIX}"
        return self._directory / value[:2] / name

    def load(self, digest: Digest, *, keyed: bool) -> LayerFacts | None:
        """The facts of a layer; null where there are none that can be read."""
        path = self._path(digest, keyed=keyed)
        try:
            data = path.read_bytes()
            if zlib.crc32(memoryview(data)[4:]).to_bytes(4, "big") != data[:4]:
                return None
            facts = msgspec.msgpack.decode(memoryview(data)[4:], type=LayerFacts)
            os.utime(path)  # prune() goes by the last use
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            if not isinstance(error, FileNotFoundError):
                _log.debug("layer cache: %s: %s", path, error)
            return None
        return facts

    def store(self, digest: Digest, facts: LayerFacts, *, keyed: bool) -> None:
        """Keep the facts. A cache that cannot be written costs time in the next scan, nothing else."""
        path = self._path(digest, keyed=keyed)
        temporary = ""
        try:
            data = self._encoder.encode(facts)
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
            with os.fdopen(handle, "wb") as file:
                file.write(zlib.crc32(data).to_bytes(4, "big"))
                file.write(data)
            os.replace(temporary, path)
        except (OSError, UnicodeEncodeError) as error:
            _log.debug("layer cache: %s: %s", path, error)
            with suppress(OSError):
                os.unlink(temporary)


def prune(directory: Path, older_than: float) -> int:
    """Remove layers that were not used for ``older_than`` seconds; how many were."""
    limit, removed = time.time() - older_than, 0
    for path in (directory / "layers").glob("*/*"):
        if path.suffix not in {_SUFFIX, ".tmp"}:
            continue
        with suppress(OSError):
            if path.stat().st_mtime < limit:
                path.unlink()
                removed += 1
    return removed
