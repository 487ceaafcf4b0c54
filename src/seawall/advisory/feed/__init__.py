"""Advisory feeds: one file a feed, all behind :class:`~seawall.advisory.feed.interface.Feed`."""
