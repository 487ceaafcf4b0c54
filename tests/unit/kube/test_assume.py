from pathlib import Path

import pytest

from seawall.errors import InputError
from seawall.kube.assume import read_assumed
from seawall.model.kube import Inventory, Pattern


def test_patterns(tmp_path: Path) -> None:
    file = tmp_path / "assume"
    file.write_text("# elsewhere\nSecret/prod/db-*\n- ServiceAccount/*/builder  # by CI\n\n'PriorityClass/high'\n")
    inventory = Inventory((), read_assumed(str(file)))
    assert inventory.exists("Secret", "prod", "db-main")
    assert not inventory.exists("Secret", "dev", "db-main")
    assert inventory.exists("ServiceAccount", "anywhere", "builder")
    assert inventory.exists("PriorityClass", "", "high")
    assert inventory.exists("ConfigMap", "x", "kube-root-ca.crt")
    assert not inventory.exists("PriorityClass", "", "low")


def test_manifests(tmp_path: Path) -> None:
    file = tmp_path / "assume.yaml"
    file.write_text(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: 'a[b', namespace: x}\n"
        "---\nkind: PriorityClass\nmetadata: {name: p}\n"
    )
    assert read_assumed(str(file))[0].matches("Secret", "x", "a[b")
    assert read_assumed(str(file))[1] == Pattern(kind="PriorityClass", name="p")


def test_what_is_neither(tmp_path: Path) -> None:
    file = tmp_path / "assume.yaml"
    file.write_text("just: text\n")
    with pytest.raises(InputError, match="says nothing"):
        read_assumed(str(file))
    with pytest.raises(InputError, match="cannot be read"):
        read_assumed(str(tmp_path / "gone"))
