"""Until when releases get fixes, for when no feed says it: a release that has ended is never taken for a clean one.

What a feed of end-of-life dates says goes before this table. Sources: the vendors' own life-cycle pages (Debian's
releases and LTS, Ubuntu's release cycle, Alpine's releases, Red Hat's, Oracle's, Amazon's and SUSE's life cycles).
"""

from collections.abc import Callable
from typing import Final

from seawall.advisory.distribution import products, releases
from seawall.model import Distribution, SupportPeriod

_PERIODS: Final = """
debian 7 2016-04-25 2018-05-31
debian 8 2018-06-17 2020-06-30
debian 9 2020-07-18 2022-06-30
debian 10 2022-09-10 2024-06-30
debian 11 2024-08-14 2026-08-31
debian 12 2026-06-10 2028-06-30
debian 13 2028-08-09 2030-06-30
ubuntu 14.04 2019-04-25 2024-04-25
ubuntu 16.04 2021-04-30 2026-04-30
ubuntu 18.04 2023-05-31 2028-04-30
ubuntu 20.04 2025-05-31 2030-04-30
ubuntu 22.04 2027-04-30 2032-04-30
ubuntu 24.04 2029-05-31 2034-04-30
ubuntu 20.10 2021-07-22
ubuntu 21.04 2022-01-20
ubuntu 21.10 2022-07-14
ubuntu 22.10 2023-07-20
ubuntu 23.04 2024-01-25
ubuntu 23.10 2024-07-11
ubuntu 24.10 2025-07-10
ubuntu 25.04 2026-01-15
alpine 3.5 2018-11-01
alpine 3.6 2019-05-01
alpine 3.7 2019-11-01
alpine 3.8 2020-05-01
alpine 3.9 2020-11-01
alpine 3.10 2021-05-01
alpine 3.11 2021-11-01
alpine 3.12 2022-05-01
alpine 3.13 2022-11-01
alpine 3.14 2023-05-01
alpine 3.15 2023-11-01
alpine 3.16 2024-05-23
alpine 3.17 2024-11-22
alpine 3.18 2025-05-09
alpine 3.19 2025-11-01
alpine 3.20 2026-04-01
alpine 3.21 2026-11-01
alpine 3.22 2027-05-01
alpine 3.23 2027-11-01
rhel 5 2017-03-31 2020-11-30
rhel 6 2020-11-30 2024-06-30
rhel 7 2024-06-30 2029-05-31
rhel 8 2029-05-31
rhel 9 2032-05-31
centos 6 2020-11-30
centos 7 2024-06-30
centos 8 2024-05-31
almalinux 8 2029-05-31
almalinux 9 2032-05-31
rocky 8 2029-05-31
rocky 9 2032-05-31
ol 6 2021-03-31 2024-12-31
ol 7 2024-12-31 2028-06-30
ol 8 2029-07-31
ol 9 2032-06-30
amzn 1 2023-12-31
amzn 2 2026-06-30
amzn 2023 2029-06-30
fedora 37 2023-12-05
fedora 38 2024-05-21
fedora 39 2024-11-26
fedora 40 2025-05-13
sles 12.5 2024-10-31 2027-10-31
sles 15.3 2022-12-31 2025-12-31
sles 15.4 2023-12-31 2026-12-31
sles 15.5 2024-12-31 2027-12-31
sles 15.6 2025-12-31 2028-12-31
opensuse-leap 15.3 2022-12-31
opensuse-leap 15.4 2023-12-07
opensuse-leap 15.5 2024-12-31
"""
"""os-release's ID, release, last day, last day of extended (community or paid) support."""


def _table() -> dict[tuple[str, str], SupportPeriod]:
    found = {}
    for line in _PERIODS.split("\n"):
        if line:
            product, release, ends, extended = (*line.split(), "")[:4]
            found[product, release] = SupportPeriod(product=product, release=release, ends=ends, extended_ends=extended)
    return found


KNOWN: Final = _table()
"""(os-release's ID, release) → until when."""


def period_of(
    distribution: Distribution, told: Callable[[str, str], SupportPeriod | None] = lambda _product, _release: None
) -> SupportPeriod | None:
    """Until when a distribution's release gets fixes; null where nobody says.

    Args:
        distribution: as os-release names it.
        told: what a feed says of (product, release); it goes before :data:`KNOWN`.
    """
    names = releases(distribution)
    found = (told(product, name) for product in products(distribution) for name in names)
    known = (KNOWN.get((distribution.id, name)) for name in names)
    return next((period for period in (*found, *known) if period is not None), None)
