"""Packages in a distribution's database that somebody else built: the distribution's advisories hardly fit them."""

import re
from typing import Final

from seawall.model import Distribution, Package

_RPM_VENDORS: Final = {
    "rhel": ("red hat",),
    "centos": ("centos", "red hat"),
    "almalinux": ("almalinux",),
    "rocky": ("rocky",),
    "ol": ("oracle",),
    "amzn": ("amazon",),
    "fedora": ("fedora",),
    "sles": ("suse",),
    "opensuse-leap": ("suse",),
    "opensuse-tumbleweed": ("suse",),
    "photon": ("vmware", "broadcom"),
    "azurelinux": ("microsoft",),
    "mariner": ("microsoft",),
}
"""What rpm's Vendor holds, in lower case, when a distribution built the package."""

_HOME_OF_DEB: Final = re.compile(r"debian|ubuntu|canonical|raspbian|raspberrypi|<md@linux\.it>", re.IGNORECASE)
"""The last is the address of one who maintains, of his own, what stands in nearly every image (netbase, usrmerge)."""
_HOME_VERSION: Final = re.compile(r"[+~]deb\d+u\d+$")
_FOREIGN_DEB: Final = re.compile(
    r"docker|nvidia|microsoft|google\.com|hashicorp|nodesource|mongodb|elastic|grafana|gitlab|mysql|oracle\.com"
    r"|mariadb\.(?:com|org)|percona|nginx-packaging|redis\.(?:io|com)|amazon|sury\.org|kubernetes|cri-o|zabbix"
    r"|puppet|confluent|clickhouse|influxdata|rabbitmq|cloudflare|datadog|tailscale|github\.com|postgresql\.org"
    r"|citusdata|timescale|varnish-software|haproxy\.com|yarn",
    re.IGNORECASE,
)
_FOREIGN_VERSION: Final = re.compile(
    r"\.pgdg|~(?:bookworm|bullseye|buster|trixie|jammy|focal|noble)$|sury|nodesource|\+0~20"
)


def is_third_party(package: Package, distribution: Distribution) -> bool:
    """Whether a distribution's package was built elsewhere, as far as its vendor and version tell.

    Debian packages name a maintainer, often by a private address, so only known others, and packages without a
    Debian revision from nobody at Debian, count. rpm names the vendor; an unnamed one is believed. apk has none.
    """
    if package.type == "rpm":
        known = _RPM_VENDORS.get(distribution.id)
        vendor = package.vendor.lower()
        return bool(vendor) and known is not None and not any(name in vendor for name in known)
    if package.type != "deb":
        return False
    if _FOREIGN_VERSION.search(package.version):
        return True
    if not package.vendor or _HOME_OF_DEB.search(package.vendor) or _HOME_VERSION.search(package.version):
        return False
    return "-" not in package.version or _FOREIGN_DEB.search(package.vendor) is not None
