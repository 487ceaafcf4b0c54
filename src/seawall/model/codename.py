"""Debian's and Ubuntu's codenames as numbers: trackers and archives speak in names, os-release in numbers."""

from typing import Final

_DEBIAN: Final = {
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
_UBUNTU: Final = {
    "trusty": "14.04",
    "xenial": "16.04",
    "bionic": "18.04",
    "focal": "20.04",
    "jammy": "22.04",
    "noble": "24.04",
    "plucky": "25.04",
    "questing": "25.10",
    "resolute": "26.04",
}


def debian_number(codename: str) -> str:
    """``bookworm`` → ``12``, ``sid`` → ``sid``; empty for a name that Debian has not given yet."""
    return _DEBIAN.get(codename.lower(), "")


def debian_codename(release: str) -> str:
    """``12`` → ``bookworm``; empty where it is none of Debian's."""
    return next((name for name, value in _DEBIAN.items() if value == release), "")


def number(codename: str) -> str:
    """The number of a release of either; empty where nobody calls one so."""
    return debian_number(codename) or _UBUNTU.get(codename.lower(), "")
