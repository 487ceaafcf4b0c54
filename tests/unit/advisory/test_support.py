from datetime import date

from seawall.advisory.support import KNOWN


def test_the_table_holds_days_in_order() -> None:
    assert len(KNOWN) > 60
    for (product, release), period in KNOWN.items():
        assert (period.product, period.release) == (product, release)
        days = [date.fromisoformat(day) for day in (period.ends, period.extended_ends) if day]
        assert days == sorted(days)
        assert days
