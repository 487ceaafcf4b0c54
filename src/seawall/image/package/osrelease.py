"""Which distribution this is: os-release(5), and the files that came before it.

Source: os-release(5) of systemd, "a newline-separated list of environment-like shell-compatible variable
assignments". Only EL 5 and 6 (``system-release``) and Alpine before 3.0 lack it among what is still met.
"""

import re
from typing import ClassVar, Final

from seawall.image.package.interface import FileFacts, Problem, Wanted
from seawall.model.codename import debian_number
from seawall.model.coverage import CoverageState
from seawall.model.image import Distribution

PATHS: Final = (
    "etc/os-release",
    "usr/lib/os-release",
    "etc/system-release",
    "etc/redhat-release",
    "etc/alpine-release",
)
"""The best first: os-release(5) says that ``/etc`` takes precedence."""

_VALUE: Final = 256
_ASSIGNMENT: Final = re.compile(r"""^([A-Z][A-Z0-9_]*)=(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S*))\s*$""")
_ESCAPE: Final = re.compile(r"""\\(["\\$`])""")
_RELEASE: Final = re.compile(r"^(CentOS|Red Hat|Scientific|Oracle|Fedora|Amazon)\b.*?release (\d[\w.]*)", re.IGNORECASE)
_RELEASE_IDS: Final = {
    "centos": "centos",
    "red hat": "rhel",
    "scientific": "scientific",
    "oracle": "ol",
    "fedora": "fedora",
    "amazon": "amzn",
}
_IDENTIFIER: Final = re.compile(r"[a-z0-9._-]{1,64}")


class OsReleaseAnalyzer:
    """Reads one of the files that name the distribution."""

    name: ClassVar[str] = "os-release"
    version: ClassVar[int] = 2
    wanted: ClassVar[Wanted] = Wanted(paths=frozenset(PATHS), limit=64 << 10)

    def analyze(self, path: str, content: memoryview) -> FileFacts:
        """The distribution, or a problem when the file names none."""
        text = bytes(content).decode("utf-8", "replace")
        if path.endswith("os-release"):
            distribution = _os_release(text)
        elif path.endswith("alpine-release"):
            distribution = _alpine(text)
        else:
            distribution = _release(text)
        if distribution is not None:
            return FileFacts(analyzer=self.name, path=path, distribution=distribution)
        problem = Problem(path=path, state=CoverageState.UNKNOWN, message="it does not name a distribution")
        return FileFacts(analyzer=self.name, path=path, problems=(problem,))


def _os_release(text: str) -> Distribution | None:
    values: dict[str, str] = {}
    for line in text.splitlines():
        if match := _ASSIGNMENT.match(line.strip()):
            name, double, single, bare = match.groups()
            value = _ESCAPE.sub(r"\1", double) if double is not None else single or bare or ""
            values[name] = value[:_VALUE]
    identifier = values.get("ID", "linux").lower()  # os-release(5): "If not set, defaults to ID=linux"
    if not values or not _IDENTIFIER.fullmatch(identifier):
        return None
    codename = values.get("VERSION_CODENAME", "")
    # Debian's next release has no number in its os-release; the trackers and archives do have one for it
    future = debian_number(codename.partition("/")[0]) if identifier == "debian" else ""
    return Distribution(
        id=identifier,
        version=values.get("VERSION_ID", "") or future,
        codename=codename,
        like=tuple(values.get("ID_LIKE", "").lower().split()),
        title=values.get("PRETTY_NAME", ""),
    )


def _release(text: str) -> Distribution | None:
    line = text.strip()[:_VALUE]
    match = _RELEASE.match(line)
    if match is None:
        return None
    return Distribution(id=_RELEASE_IDS[match[1].lower()], version=match[2], title=line)


def _alpine(text: str) -> Distribution | None:
    version = text.strip()
    if not re.fullmatch(r"\d[\w.]{0,30}", version):
        return None
    return Distribution(id="alpine", version=version, title=f"Alpine Linux {version}")
