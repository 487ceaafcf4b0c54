from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.advisory.archive.deb822 import stanzas
from seawall.advisory.archive.sources import AptSource, apt_sources, for_distribution, parse_deb822, parse_list
from seawall.model.image import Distribution

LIST = """
# deb http://old.example/debian bookworm main
deb [arch=amd64 signed-by=/k.gpg] http://mirror.example/debian/ bookworm main contrib # why
deb-src http://mirror.example/debian bookworm main
deb cdrom:[Debian]/ bookworm main
deb http://flat.example/ ./
"""
SOURCES = """Types: deb deb-src
# a comment
URIs: https://mirror.example/debian
  https://other.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
Enabled: no
URIs: https://disabled.example
Suites: x
"""
DEBIAN = Distribution(id="debian", version="12", codename="bookworm")


def test_one_line_style() -> None:
    assert list(parse_list(LIST)) == [
        AptSource(
            uri="http://mirror.example/debian", suite="bookworm", components=("main", "contrib"), signed_by="/k.gpg"
        )
    ]


def test_deb822_style() -> None:
    found = list(parse_deb822(SOURCES))
    assert [(one.uri, one.suite) for one in found] == [
        ("https://mirror.example/debian", "bookworm"),
        ("https://mirror.example/debian", "bookworm-updates"),
        ("https://other.example/debian", "bookworm"),
        ("https://other.example/debian", "bookworm-updates"),
    ]
    assert {one.signed_by for one in found} == {"/usr/share/keyrings/debian-archive-keyring.gpg"}


def test_configuration_of_a_root(tmp_path: Path) -> None:
    assert apt_sources(tmp_path) == ()
    folder = tmp_path / "etc" / "apt" / "sources.list.d"
    folder.mkdir(parents=True)
    (folder.parent / "sources.list").write_text(LIST)
    (folder / "debian.sources").write_text(SOURCES)
    (folder / "debian.sources.disabled").write_text(SOURCES.replace("mirror", "no"))
    assert len(apt_sources(tmp_path)) == 5


@pytest.mark.parametrize(
    ("suite", "own"),
    [
        ("bookworm", True),
        ("bookworm-security", True),
        ("bookworm/updates", True),
        ("bookworm-backports", False),
        ("bookworm-proposed-updates", False),
        ("trixie", False),
        ("stable-security", True),
        ("nodistro", False),
    ],
)
def test_suites_of_the_release(suite: str, own: bool) -> None:
    source = AptSource(uri="http://x", suite=suite, components=("main",))
    assert bool(for_distribution((source,), DEBIAN)) == own
    assert bool(for_distribution((source,), Distribution(id="debian", version="12"))) == own
    assert not for_distribution((source,), Distribution(id="alpine", version="3.19"))


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    list(parse_list(text))
    list(parse_deb822(text))
    assert all(stanzas(text))
