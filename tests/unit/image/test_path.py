import posixpath

from hypothesis import given
from hypothesis import strategies as st

from seawall.image import path

names = st.text("ab./", max_size=12).map(str.encode)


@given(names)
def test_normalise_is_a_chroot(name: bytes) -> None:
    assert b"/" + path.normalise(name) == posixpath.normpath(b"/" + name.lstrip(b"/"))


@given(names)
def test_normalise_twice_is_once(name: bytes) -> None:
    assert path.normalise(path.normalise(name)) == path.normalise(name)


@given(names, names)
def test_links_never_lead_out(at: bytes, target: bytes) -> None:
    found = path.link_target(path.normalise(at), target)
    assert not found.startswith(b"/")
    assert b".." not in found.split(b"/")


def test_link_targets() -> None:
    assert path.link_target(b"etc/os-release", b"../usr/lib/os-release") == b"usr/lib/os-release"
    assert path.link_target(b"lib", b"usr/lib") == b"usr/lib"
    assert path.link_target(b"var/lib/rpm", b"/usr/lib/sysimage/rpm") == b"usr/lib/sysimage/rpm"


def test_ancestors() -> None:
    assert path.ancestors("a/b/c") == ["a/b", "a"]
    assert path.ancestors("a") == []


def test_text() -> None:
    assert path.text(b"a\xff") == "a\\xff"
