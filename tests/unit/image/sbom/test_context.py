import pytest

from seawall.image.sbom.context import distribution_of, indexes, layers_of
from seawall.image.sbom.entry import Bom, Entry, Role
from seawall.model import purl
from seawall.model.image import Distribution


def system(name: str, version: str = "", **properties: str) -> Bom:
    named: dict[str, tuple[str, ...]] = {key.replace("__", ":"): (value,) for key, value in properties.items()}
    return Bom(format="x", entries=(Entry(role=Role.SYSTEM, name=name, version=version, properties=named),))


@pytest.mark.parametrize(
    ("name", "version", "key"),
    [
        ("debian", "12", "debian-12"),
        ("debian", "12.5", "debian-12"),
        ("Debian GNU/Linux", "12", "debian-12"),
        ("ubuntu", "22.04.2", "ubuntu-22.04"),
        ("centos", "7.6.1810", "centos-7"),
        ("alpine", "3.19.1", "alpine-3.19.1"),
        ("opensuse-leap", "15.5", "opensuse-leap-15.5"),
        ("wolfi", "", "wolfi"),
        ("alma", "8.5", "almalinux-8.5"),
        ("amazon", "2 (Karoo)", "amzn-2"),
        ("amazon", "AMI release 2018.03", "amzn-2018.03"),
        ("amazon", "2023.6.20241010 (Amazon Linux)", "amzn-2023.6.20241010"),
        ("oracle", "8.0", "ol-8.0"),
        ("redhat", "7.7", "rhel-7.7"),
        ("Red Hat Enterprise Linux", "9.4 (Plow)", "rhel-9.4"),
        ("openSUSE Leap", "15.5", "opensuse-leap-15.5"),
        ("opensuse-tumbleweed", "20240607", "opensuse-tumbleweed-20240607"),
        ("debian", "forky/sid", "debian-14"),
    ],
)
def test_the_operating_system(name: str, version: str, key: str) -> None:
    found = distribution_of(system(name, version), [])
    assert found
    assert found.key == key


def test_syfts_properties_say_more() -> None:
    properties = {
        "syft__distro__id": "ubuntu",
        "syft__distro__versionID": "22.04",
        "syft__distro__versionCodename": "jammy",
        "syft__distro__idLike": "debian",
        "syft__distro__prettyName": "Ubuntu 22.04 LTS",
    }
    testing = distribution_of(system("debian", syft__distro__versionCodename="forky"), [])
    assert testing is not None
    assert testing.key == "debian-14"
    bom = system("Ubuntu", "x", **properties)
    assert distribution_of(bom, []) == Distribution(
        id="ubuntu", version="22.04", codename="jammy", like=("debian",), title="Ubuntu 22.04 LTS"
    )


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("pkg:deb/debian/a@1?distro=debian-12", "debian-12"),
        ("pkg:deb/debian/a@1?distro=debian-12.5", "debian-12"),
        ("pkg:deb/debian/a@1?distro=bookworm", "debian-12"),
        ("pkg:deb/ubuntu/a@1?distro=jammy", "ubuntu-22.04"),
        ("pkg:apk/alpine/a@1?distro=3.19.1", "alpine-3.19.1"),
        ("pkg:rpm/redhat/a@1?distro=rhel-9.3", "rhel-9.3"),
        ("pkg:rpm/redhat/a@1?distro=9.3", "rhel-9.3"),
        ("pkg:rpm/opensuse/a@1?distro=opensuse-leap-15.5", "opensuse-leap-15.5"),
        ("pkg:apk/wolfi/a@1?distro=wolfi", "wolfi"),
        ("pkg:rpm/amazon/a@1?distro=amazon-2%20%28Karoo%29", "amzn-2"),
        ("pkg:rpm/amazon/a@1?distro=amazon-AMI%20release%202018.03", "amzn-2018.03"),
        ("pkg:rpm/oracle/a@1?distro=oracle-8.0", "ol-8.0"),
        ("pkg:rpm/opensuse/a@1?distro=opensuse-tumbleweed-20240607", "opensuse-tumbleweed-20240607"),
        ("pkg:deb/debian/a@1?distro=debian-forky", "debian-14"),
        ("pkg:deb/debian/a@1", None),
        ("pkg:npm/a@1?distro=debian-12", None),
    ],
)
def test_the_distro_qualifier(text: str, key: str | None) -> None:
    found = distribution_of(Bom(format="x"), [purl.parse(text)])
    assert (found.key if found else None) == key


def test_most_packages_decide() -> None:
    purls = [purl.parse(f"pkg:deb/debian/a{n}@1?distro=debian-{12 if n else 11}") for n in range(3)]
    found = distribution_of(Bom(format="x"), purls)
    assert found
    assert found.key == "debian-12"


def test_own_layers() -> None:
    properties: dict[str, tuple[str, ...]] = {
        "seawall:layer:1:digest": ("sha256:b",),
        "seawall:layer:0:digest": ("sha256:a",),
        "seawall:layer:0:diff-id": ("sha256:d",),
        "seawall:layer:0:size": ("7",),
        "seawall:layer:0:from-base": ("true",),
        "seawall:layer:1:size": ("x",),
        "seawall:layer:99999:digest": ("no",),
    }
    layers = layers_of(Bom(format="x", subject=Entry(role=Role.OTHER, name="i", properties=properties)))
    assert [(layer.index, layer.digest, layer.size, layer.from_base) for layer in layers] == [
        (0, "sha256:a", 7, True),
        (1, "sha256:b", 0, None),
    ]
    assert indexes(layers) == {"sha256:a": 0, "sha256:d": 0, "sha256:b": 1}


def test_trivys_layers() -> None:
    subject = Entry(role=Role.OTHER, name="i", properties={"aquasecurity:trivy:DiffID": ("sha256:d", "sha256:e")})
    package = Entry(
        role=Role.PACKAGE,
        name="p",
        properties={"aquasecurity:trivy:LayerDiffID": ("sha256:e",), "aquasecurity:trivy:LayerDigest": ("sha256:z",)},
    )
    layers = layers_of(Bom(format="x", subject=subject, entries=(package,)))
    assert [(layer.digest, layer.diff_id) for layer in layers] == [("sha256:d", "sha256:d"), ("sha256:z", "sha256:e")]
