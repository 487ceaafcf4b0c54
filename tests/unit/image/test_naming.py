import pytest

from seawall.image.naming import Naming, vendor
from seawall.model import purl
from seawall.model.image import Distribution, Package


def package_of(type_: str, name: str = "libstdc++6", **qualifiers: str) -> Package:
    written = purl.make(type_, name, "1:2.0-1+b1", qualifiers=qualifiers)
    return Package(type=type_, name=name, version="1:2.0-1+b1", purl=written)


@pytest.mark.parametrize(
    ("identifier", "namespace"),
    [
        ("debian", "debian"),
        ("ubuntu", "ubuntu"),
        ("alpine", "alpine"),
        ("rhel", "redhat"),
        ("fedora", "fedora"),
        ("centos", "centos"),
        ("rocky", "rocky"),
        ("sles", "suse"),
        ("opensuse-leap", "opensuse"),
    ],
)
def test_vendors(identifier: str, namespace: str) -> None:
    assert vendor(Distribution(id=identifier)) == namespace


@pytest.mark.parametrize("type_", ["deb", "apk", "rpm"])
def test_namespace_and_distro(type_: str) -> None:
    before = package_of(type_, arch="amd64", upstream="gcc-12")
    after = purl.parse(Naming(Distribution(id="debian", version="12")).qualified(before).purl)
    assert after.namespace == "debian"
    assert after.name == "libstdc++6"
    assert after.version == "1:2.0-1+b1"
    assert after.qualifiers == {"arch": "amd64", "upstream": "gcc-12", "distro": "debian-12"}


def test_the_order_is_canonical() -> None:
    found = Naming(Distribution(id="debian", version="12")).qualified(package_of("deb", arch="amd64", upstream="x"))
    assert found.purl == "pkg:deb/debian/libstdc%2B%2B6@1:2.0-1%2Bb1?arch=amd64&distro=debian-12&upstream=x"


def test_hostile_os_release_cannot_break_a_purl() -> None:
    found = Naming(Distribution(id="debian", version="12&arch=x#y?")).qualified(package_of("deb"))
    assert purl.parse(found.purl).qualifiers == {"distro": "debian-12&arch=x#y?"}


def test_languages_and_unknown_distributions() -> None:
    assert Naming(None).qualified(package_of("deb")) == package_of("deb")
    assert Naming(Distribution(id="debian")).qualified(package_of("npm")) == package_of("npm")
