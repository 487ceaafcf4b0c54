import pytest

from seawall.advisory.distribution import Home, home, releases
from seawall.advisory.third_party import is_third_party
from seawall.model import Distribution, Package
from seawall.model.identifiers import Purl

SHARDS = {
    "debian-12", "debian-sid", "ubuntu-22.04", "ubuntu-22.04-esm", "alpine-3.19", "alpine-edge", "rhel-9", "rhel-8",
    "almalinux-9", "rocky-8", "ol-8", "amzn-2", "amzn-2023", "wolfi", "sles-15.5",
}  # fmt: skip


@pytest.mark.parametrize(
    ("identifier", "version", "shard", "origin"),
    [
        ("debian", "12", "debian-12", ""),
        ("raspbian", "12", "debian-12", ""),
        ("debian", "13", "", ""),
        ("ubuntu", "22.04", "ubuntu-22.04", ""),
        ("alpine", "3.19.1", "alpine-3.19", ""),
        ("alpine", "3.20_alpha20240329", "alpine-edge", ""),
        ("rhel", "9.4", "rhel-9", ""),
        ("centos", "8", "rhel-8", ""),
        ("almalinux", "9.3", "almalinux-9", "rhel-9"),
        ("rocky", "8.9", "rocky-8", "rhel-8"),
        ("ol", "8.9", "ol-8", ""),
        ("amzn", "2", "amzn-2", ""),
        ("amzn", "2023", "amzn-2023", ""),
        ("wolfi", "20230201", "wolfi", ""),
        ("chainguard", "20230214", "wolfi", ""),
        ("sles", "15.5", "sles-15.5", ""),
        ("nobody", "1", "", ""),
    ],
)
def test_shards_of_releases(identifier: str, version: str, shard: str, origin: str) -> None:
    paid = f"{shard}-esm" if identifier == "ubuntu" else ""
    assert home(Distribution(id=identifier, version=version), SHARDS) == Home(shard=shard, origin=origin, paid=paid)


def test_a_release_of_which_only_the_paid_channel_speaks() -> None:
    assert home(Distribution(id="ubuntu", version="18.04"), {"ubuntu-18.04-esm"}) == Home(
        shard="ubuntu-18.04", paid="ubuntu-18.04-esm"
    )
    assert home(Distribution(id="ubuntu", version="30.04"), SHARDS) == Home()


def test_a_rebuilt_distribution_without_its_own_shard_borrows() -> None:
    alma = Distribution(id="almalinux", version="8.6")
    assert home(alma, SHARDS) == Home(shard="rhel-8", borrowed=True)


def test_a_moving_branch_has_its_codename() -> None:
    assert home(Distribution(id="debian", codename="forky/sid"), SHARDS).shard == "debian-sid"
    assert home(Distribution(id="debian", codename="bookworm"), SHARDS).shard == "debian-12"
    assert releases(Distribution(id="debian", codename="forky/sid")) == ("14", "sid")
    assert releases(Distribution(id="arch")) == ()
    assert releases(Distribution(id="amzn", version="2018.03")) == ("1",)


@pytest.mark.parametrize(
    ("type_", "version", "vendor", "distribution", "third"),
    [
        ("deb", "1.0-1", "Jane Doe <jane@example.org>", "debian", False),
        ("deb", "5.24.0", "Docker <support@docker.com>", "debian", True),
        ("deb", "1.0", "Somebody <a@example.org>", "debian", True),
        ("deb", "6.4", "Marco d'Itri <md@linux.it>", "debian", False),
        ("deb", "37~deb12u1", "Somebody <a@example.org>", "debian", False),
        ("deb", "15.4-1.pgdg120+1", "Debian PostgreSQL Maintainers <team@tracker.debian.org>", "debian", True),
        ("deb", "1.0", "", "debian", False),
        ("rpm", "1.0-1.el9", "Red Hat, Inc.", "rhel", False),
        ("rpm", "1.0-1.el9", "Fedora Project", "rhel", True),
        ("rpm", "1.0-1.el9", "", "rhel", False),
        ("rpm", "1.0-1", "Somebody", "unheard-of", False),
        ("apk", "1.0-r0", "", "alpine", False),
    ],
)
def test_third_parties(type_: str, version: str, vendor: str, distribution: str, third: bool) -> None:
    package = Package(type=type_, name="x", version=version, purl=Purl("pkg:x/x"), vendor=vendor)
    assert is_third_party(package, Distribution(id=distribution, version="1")) is third
