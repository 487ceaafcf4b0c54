"""OSV's ecosystem names, as shards of the database.

Source: OSV schema, "Defined ecosystems". A shard of a distribution is os-release's ID and VERSION_ID joined by a
hyphen, one of a language is purl's type; an ecosystem that is not in the table gets its own name in kebab case,
so that nothing is lost.
"""

import re
from functools import lru_cache

_LANGUAGES = {
    "PyPI": "pypi",
    "npm": "npm",
    "Go": "golang",
    "crates.io": "cargo",
    "Maven": "maven",
    "NuGet": "nuget",
    "Packagist": "composer",
    "RubyGems": "gem",
    "Pub": "pub",
    "Hex": "hex",
    "SwiftURL": "swift",
    "CRAN": "cran",
    "Hackage": "hackage",
    "Bioconductor": "bioconductor",
    "ConanCenter": "conan",
    "GHC": "ghc",
    "Julia": "julia",
    "Bitnami": "bitnami",
    "GitHub Actions": "githubactions",
    "VSCode": "vscode-extension",
}
_RELEASED = {
    "Debian": "debian",
    "AlmaLinux": "almalinux",
    "Rocky Linux": "rocky",
    "Mageia": "mageia",
    "Photon OS": "photon",
    "Azure Linux": "azurelinux",
    "Alpaquita": "alpaquita",
    "openEuler": "openeuler",
}
_ROLLING = {"Wolfi": "wolfi", "Chainguard": "chainguard", "MinimOS": "minimos", "Echo": "echo"}
_CPE_RHEL = re.compile(r"enterprise_linux:(\d+)(?:\.\d+)?(?::.*)?")
_SLE = re.compile(r"Linux Enterprise (?:.*?\D)?(\d+)(?: SP(\d+))?(?:[-\s].*)?")
_UNSAFE = re.compile(r"[^a-z0-9.]+")

DISTRIBUTIONS = frozenset({*_RELEASED.values(), *_ROLLING.values(), "alpine", "ubuntu", "rhel", "sles", "opensuse"})
"""What shards of distributions begin with."""


@lru_cache(maxsize=4096)
def shard(ecosystem: str) -> str:
    """The shard of an OSV ecosystem (``Debian:12`` → ``debian-12``); empty where it is about no release that we keep.

    Ubuntu's paid channels are shards of their own (``ubuntu-22.04-esm``, ``ubuntu-20.04-fips``), since their fixes
    are of no use to those who do not pay. Red Hat's other products and its paid extensions have none.
    """
    name, _, release = ecosystem.partition(":")
    if name in _LANGUAGES:
        return _LANGUAGES[name]
    if name in _ROLLING:
        return _ROLLING[name]
    if name in _RELEASED:
        return f"{_RELEASED[name]}-{_slug(release)}" if release else ""
    special = {"Alpine": _alpine, "Ubuntu": _ubuntu, "Red Hat": _red_hat, "SUSE": _suse, "openSUSE": _opensuse}.get(
        name
    )
    return special(release) if special else _slug(ecosystem)


def is_distribution(shard_name: str) -> bool:
    """Whether a shard is a distribution's release."""
    return shard_name.split("-", 1)[0] in DISTRIBUTIONS


def _slug(text: str) -> str:
    return _UNSAFE.sub("-", text.lower()).strip("-")[:60]


def _alpine(release: str) -> str:
    return f"alpine-{_slug(release.removeprefix('v'))}" if release else ""


def _ubuntu(release: str) -> str:
    parts = [part for part in release.split(":") if part != "LTS"]
    number = next((part for part in parts if re.fullmatch(r"\d+\.\d+", part)), "")
    channel = [part.lower() for part in parts if part not in {number, "Pro"}]
    if not number:
        return ""
    if not channel:
        channel = ["esm"] if "Pro" in parts else []
    return "-".join(["ubuntu", number, *map(_slug, channel)])


def _red_hat(release: str) -> str:
    match = _CPE_RHEL.fullmatch(release)
    return f"rhel-{match[1]}" if match else ""


def _suse(release: str) -> str:
    match = _SLE.fullmatch(release)
    if match is None:
        return ""
    return f"sles-{match[1]}.{match[2]}" if match[2] else f"sles-{match[1]}"


def _opensuse(release: str) -> str:
    if release.startswith("Leap "):
        return f"opensuse-leap-{_slug(release.removeprefix('Leap '))}"
    return f"opensuse-{_slug(release)}" if release else ""
