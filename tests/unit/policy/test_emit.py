"""Policies written and read again are the same."""

from pathlib import Path

import pytest

from seawall.policy.emit import to_yaml
from seawall.policy.load import library, read


@pytest.mark.parametrize("first", "abcdefghijklmnopqrstuvwxyz")
def test_the_library_survives_a_round_trip(tmp_path: Path, first: str) -> None:
    policies = [one for name, one in library().policies.items() if name.startswith(first)][:8]
    for policy in policies:
        path = tmp_path / f"{policy.name}.yaml"
        path.write_text(to_yaml(policy), "utf-8")
        assert read(path).policies[policy.name] == policy


def test_profiles_too_and_nothing_empty_is_written(tmp_path: Path) -> None:
    profile = library().profiles["pss-baseline"]
    path = tmp_path / "p.yaml"
    path.write_text(to_yaml(profile), "utf-8")
    assert read(path).profiles["pss-baseline"] == profile
    assert "{}" not in path.read_text("utf-8")
    assert "[]" not in path.read_text("utf-8")
