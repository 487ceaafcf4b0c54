"""The table of StackRox's criteria names criteria that exist, and says rightly which are for later."""

import re
from pathlib import Path

from seawall.policy.criteria import __all__ as modules
from seawall.policy.registry import CRITERIA, UNKNOWN

TABLE = Path(__file__).parents[3] / "docs" / "reference" / "stackrox-criteria.md"
ROWS = [line.split("|")[1:-1] for line in TABLE.read_text("utf-8").splitlines() if line.startswith("| ")]


def test_all_79_criteria_have_a_row() -> None:
    assert modules
    assert len([row for row in ROWS if len(row) == 3 and row[0].strip() not in {"About", "---"}]) == 79


def test_every_criterion_in_the_table_exists() -> None:
    named = re.findall(r"`([a-z-]+)\.([a-z-]+)", TABLE.read_text("utf-8"))
    assert len(named) > 79
    assert [(group, name) for group, name in named if name not in CRITERIA.get(group, {})] == []


def test_those_for_later_are_not_known_yet_and_only_those() -> None:
    for row in ROWS:
        for group, name, later in re.findall(r"`([a-z-]+)\.([a-z-]+)[^`]*`( \(later\))?", row[-1]):
            criterion = CRITERIA[group][name]
            assert (criterion.cost == 0 and criterion.read is None and criterion.get(None, {}) is UNKNOWN) == bool(
                later
            )
