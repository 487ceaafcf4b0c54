from urllib.parse import urlsplit

import pytest

from seawall.advisory.feed.registry import ADDRESSES, chosen, feeds
from seawall.errors import UsageError


def test_every_feed_is_named_as_the_table_names_it() -> None:
    for name, feed in feeds().items():
        assert feed.name == name
        assert feed.licence
        assert isinstance(feed.whole, bool)


def test_every_feed_has_an_address_and_says_what_to_fetch() -> None:
    fetched = {name: feed for name, feed in feeds().items() if feed.downloads(frozenset())}
    assert set(ADDRESSES) == set(fetched) == set(feeds()) - {"nvd"}  # which is imported only
    for name, feed in fetched.items():
        assert urlsplit(ADDRESSES[name]).scheme == "https"
        downloads = feed.downloads(frozenset())
        assert len({one.target for one in downloads}) == len(downloads)
        for one in downloads:
            assert not one.target.startswith("/")
            assert ".." not in one.target


def test_feeds_for_every_shard_are_fetched_whatever_is_asked_for() -> None:
    for feed in feeds().values():
        if not feed.downloads(frozenset()):
            continue
        assert bool(feed.downloads(frozenset({"no-such-ecosystem"}))) == feed.everywhere


def test_chosen() -> None:
    assert list(chosen(("osv", "kev"))) == ["kev", "osv"]
    assert chosen(()) == feeds()
    with pytest.raises(UsageError, match="no feed 'x'"):
        chosen(("x",))
