import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.advisory.node_system import runtime_of, system_of
from seawall.advisory.support import period_of


@pytest.mark.parametrize(
    ("said", "key", "ends"),
    [
        ("Debian GNU/Linux 12 (bookworm)", "debian-12", "2026-06-10"),
        ("Raspbian GNU/Linux 10 (buster)", "debian-10", "2022-09-10"),
        ("Debian GNU/Linux trixie/sid", "", ""),
        ("Ubuntu 22.04.5 LTS", "ubuntu-22.04", "2027-04-30"),
        ("Ubuntu Core 22", "", ""),
        ("Alpine Linux v3.19", "alpine-3.19", "2025-11-01"),
        ("Red Hat Enterprise Linux 8.10 (Ootpa)", "rhel-8.10", "2029-05-31"),
        ("Red Hat Enterprise Linux Server 7.9 (Maipo)", "rhel-7.9", "2024-06-30"),
        ("Red Hat Enterprise Linux CoreOS 415.92.202402201450-0 (Plow)", "", ""),
        ("CentOS Linux 7 (Core)", "centos-7", "2024-06-30"),
        ("AlmaLinux 9.4 (Seafoam Ocelot)", "almalinux-9.4", "2032-05-31"),
        ("Rocky Linux 9.4 (Blue Onyx)", "rocky-9.4", "2032-05-31"),
        ("Oracle Linux Server 8.9", "ol-8.9", "2029-07-31"),
        ("Amazon Linux 2", "amzn-2", "2026-06-30"),
        ("Amazon Linux 2023.6.20250107", "amzn-2023", "2029-06-30"),
        ("Amazon Linux AMI 2018.03", "amzn-2018", "2023-12-31"),
        ("Fedora CoreOS 39.20231101.3.0", "fedora-39", "2024-11-26"),
        ("SUSE Linux Enterprise Server 15 SP5", "sles-15.5", "2024-12-31"),
        ("openSUSE Leap 15.5", "opensuse-leap-15.5", "2024-12-31"),
        ("Talos (v1.7.1)", "", ""),
        ("", "", ""),
        ("Debian GNU/Linux 12" + " " * 300, "", ""),
    ],
)
def test_systems_in_their_own_words(said: str, key: str, ends: str) -> None:
    found = system_of(said)
    assert (found.key if found else "") == key
    period = period_of(found) if found else None
    assert (period.ends if period else "") == ends


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("containerd://1.7.24", ("containerd", "1.7")),
        ("containerd://v2.0.0-rc.1", ("containerd", "2.0")),
        ("containerd://1.6.8-k3s1", ("containerd", "1.6")),
        ("cri-o://1.29.1", ("cri-o", "1.29")),
        ("docker://20.10.7", ("docker", "20.10")),
        ("containerd://unknown", None),
        ("", None),
    ],
)
def test_runtimes(said: str, found: tuple[str, str] | None) -> None:
    assert runtime_of(said) == found


@given(st.text(max_size=60))
def test_any_words(said: str) -> None:
    system_of(said)
    runtime_of(said)
