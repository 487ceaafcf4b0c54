"""The feeds that there are, and where they are published.

Built-in feeds and those of other distributions (entry points of the group ``seawall.feeds``) come through the
same door: a name and where its class lies. The order decides who is asked first whether a file is his.
"""

import importlib
from functools import cache
from importlib.metadata import entry_points

from seawall.advisory.feed.interface import Feed
from seawall.errors import UsageError

_BUILT_IN = {
    "kev": "seawall.advisory.feed.kev:Kev",
    "epss": "seawall.advisory.feed.epss:Epss",
    "endoflife": "seawall.advisory.feed.endoflife:EndOfLife",
    "debian": "seawall.advisory.feed.debian:DebianTracker",
    "alpine": "seawall.advisory.feed.secdb:SecDb",
    "redhat": "seawall.advisory.feed.redhat:RedHat",
    "nvd": "seawall.advisory.feed.nvd:Nvd",
    "osv": "seawall.advisory.feed.osv:Osv",
}

ADDRESSES = {
    "kev": "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json",
    "epss": "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz",
    "endoflife": "https://endoflife.date/api/v1/products/full",
    "debian": "https://security-tracker.debian.org/tracker/data/json",
    "alpine": "https://secdb.alpinelinux.org",
    "redhat": "https://security.access.redhat.com/data/csaf/v2/vex",
    "osv": "https://osv-vulnerabilities.storage.googleapis.com",
}
"""The public services; a mirror's address in the settings (``feed_addresses``) comes before these."""


@cache
def feeds() -> dict[str, Feed]:
    """All feeds by name, in the order in which they are asked."""
    places = dict(_BUILT_IN)
    places.update({point.name: point.value for point in entry_points(group="seawall.feeds")})
    return {name: _load(place) for name, place in places.items()}


def _load(place: str) -> Feed:
    module, _, name = place.partition(":")
    feed: Feed = getattr(importlib.import_module(module), name)()
    return feed


def chosen(names: tuple[str, ...]) -> dict[str, Feed]:
    """The feeds of these names; all when there is none.

    Raises:
        UsageError: there is no such feed.
    """
    known = feeds()
    for name in names:
        if name not in known:
            raise UsageError(f"there is no feed {name!r}", hint=f"There are: {', '.join(known)}.")
    return {name: feed for name, feed in known.items() if not names or name in names}
