import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.image.package.osrelease import PATHS, OsReleaseAnalyzer
from seawall.model.image import Distribution


def read(path: str, text: str | bytes) -> Distribution | None:
    content = text.encode() if isinstance(text, str) else text
    facts = OsReleaseAnalyzer().analyze(path, memoryview(content))
    assert bool(facts.distribution) != bool(facts.problems)
    return facts.distribution


def test_os_release() -> None:
    text = """# a comment
PRETTY_NAME="Debian GNU/Linux 12 (bookworm) \\"x\\""
NAME='Debian GNU/Linux'
VERSION_ID="12"
VERSION_CODENAME=bookworm
ID=debian
ID_LIKE="a b"
broken line
"""
    assert read("etc/os-release", text) == Distribution(
        id="debian",
        version="12",
        codename="bookworm",
        like=("a", "b"),
        title='Debian GNU/Linux 12 (bookworm) "x"',
    )


def test_defaults_and_rolling_releases() -> None:
    assert read("usr/lib/os-release", "NAME=x\n") == Distribution(id="linux")
    found = read("etc/os-release", "ID=arch\r\nNAME=Arch\r\n")
    assert found is not None
    assert found.key == "arch"


def test_debian_s_next_release_has_a_number_too() -> None:
    found = read("etc/os-release", 'PRETTY_NAME="Debian GNU/Linux forky/sid"\nID=debian\nVERSION_CODENAME=forky\n')
    assert found is not None
    assert (found.key, found.codename) == ("debian-14", "forky")
    other = read("etc/os-release", "ID=ubuntu\nVERSION_CODENAME=forky\n")
    assert other is not None
    assert other.key == "ubuntu"


@pytest.mark.parametrize("text", ["", "garbage", "ID='../x'\n", 'ID="a b"'])
def test_no_distribution(text: str) -> None:
    assert read("etc/os-release", text) is None


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("CentOS release 6.10 (Final)\n", "centos-6.10"),
        ("Red Hat Enterprise Linux Server release 6.9 (Santiago)", "rhel-6.9"),
        ("Oracle Linux Server release 5.11", "ol-5.11"),
    ],
)
def test_releases_of_old(text: str, key: str) -> None:
    found = read("etc/system-release", text)
    assert found is not None
    assert found.key == key
    assert read("etc/redhat-release", "something else") is None


def test_alpine_release() -> None:
    found = read("etc/alpine-release", "3.18.4\n")
    assert found is not None
    assert found.key == "alpine-3.18.4"
    assert read("etc/alpine-release", "edge of nowhere") is None


@given(st.sampled_from(PATHS), st.binary(max_size=300))
def test_any_bytes(path: str, content: bytes) -> None:
    read(path, content)
