"""Debian's codenames, as numbers: the tracker and apt's archives speak in codenames, os-release in numbers."""

_NUMBERS = {
    "sarge": "3.1",
    "etch": "4",
    "lenny": "5",
    "squeeze": "6",
    "wheezy": "7",
    "jessie": "8",
    "stretch": "9",
    "buster": "10",
    "bullseye": "11",
    "bookworm": "12",
    "trixie": "13",
    "forky": "14",
    "duke": "15",
    "sid": "sid",
    "unstable": "sid",
    "experimental": "experimental",
}


def number(codename: str) -> str:
    """``bookworm`` → ``12``, ``sid`` → ``sid``; empty for a name that Debian has not given yet."""
    return _NUMBERS.get(codename.lower(), "")


def codename(release: str) -> str:
    """``12`` → ``bookworm``; empty where it is none of Debian's."""
    return next((name for name, value in _NUMBERS.items() if value == release), "")
