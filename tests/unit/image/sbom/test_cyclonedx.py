import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.errors import InputError, LimitError
from seawall.image.sbom import cyclonedx
from seawall.image.sbom.entry import Bom, Role


def read(version: str = "1.6", **fields: object) -> Bom:
    return cyclonedx.read(json.dumps({"bomFormat": "CycloneDX", "specVersion": version, **fields}).encode())


@pytest.mark.parametrize("version", ["1.2", "1.3", "1.4", "1.5", "1.6", "1.7"])
def test_every_version_says_the_same(version: str) -> None:
    purl = "pkg:npm/%40babel/core@7.0.0"
    bom = read(version, components=[{"type": "library", "group": "@babel", "name": "core", "purl": purl}])
    assert bom.format == f"CycloneDX {version}"
    assert [(entry.name, entry.purls) for entry in bom.entries] == [("@babel/core", (purl,))]


def test_nested_components_are_found() -> None:
    inner = {"type": "library", "name": "inner", "components": [{"type": "library", "name": "innermost"}]}
    bom = read(components=[{"type": "application", "name": "outer", "components": [inner]}])
    assert [entry.name for entry in bom.entries] == ["outer", "inner", "innermost"]


def test_what_the_document_is_about_is_a_package_only_with_a_package_url() -> None:
    nested = [{"type": "library", "name": "inside"}]
    about = {"type": "application", "name": "app", "purl": "pkg:npm/app@1", "components": nested}
    assert [entry.name for entry in read(metadata={"component": about}).entries] == ["inside", "app"]
    del about["purl"]
    bom = read(metadata={"component": about})
    assert [entry.name for entry in bom.entries] == ["inside"]
    assert bom.subject
    assert bom.subject.name == "app"
    assert read(metadata={"component": None}).subject is None


def test_roles() -> None:
    kinds = ["library", "framework", "application", "firmware", "operating-system", "file", "container"]
    bom = read(components=[{"type": kind, "name": kind} for kind in kinds])
    assert [entry.role for entry in bom.entries] == [Role.PACKAGE] * 4 + [Role.SYSTEM] + [Role.OTHER] * 2
    lock = {"name": "aquasecurity:trivy:Class", "value": "lang-pkgs"}
    bom = read(components=[{"type": "application", "name": "package-lock.json", "properties": [lock]}])
    assert bom.entries[0].role is Role.OTHER


def test_licences_suppliers_and_properties() -> None:
    bom = read(
        components=[
            {
                "type": "library",
                "name": "a",
                "supplier": {"name": "Somebody"},
                "licenses": [{"license": {"id": "MIT"}}, {"license": {"name": "own"}}, {"expression": "A OR B"}, {}],
                "properties": [{"name": "x", "value": "1"}, {"name": "x", "value": "2"}, {"name": "y"}, {}],
            }
        ]
    )
    entry = bom.entries[0]
    assert entry.licenses == ("MIT", "own", "A OR B")
    assert entry.vendor == "Somebody"
    assert entry.properties == {"x": ("1", "2"), "y": ("",)}


def test_a_broken_component_costs_itself_only() -> None:
    bom = read(components=[{"name": "good"}, {"name": 3}, 7, {"name": "nest", "components": [[], {"name": "deep"}]}])
    assert [entry.name for entry in bom.entries] == ["good", "nest", "deep"]
    assert len(bom.unread) == 3


@pytest.mark.parametrize("fields", [{"bomFormat": "x"}, {"specVersion": ""}])
def test_another_document_is_refused(fields: dict[str, str]) -> None:
    content = json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", **fields})
    with pytest.raises(InputError, match="no CycloneDX"):
        cyclonedx.read(content.encode())


def test_depth_is_bounded() -> None:
    component: dict[str, object] = {"name": "bottom"}
    for _ in range(40):
        component = {"name": "level", "components": [component]}
    with pytest.raises(LimitError, match="32 deep"):
        read(components=[component])


JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
COMPONENT: Any = st.deferred(
    lambda: st.fixed_dictionaries(
        {"name": st.text(max_size=5)},
        optional={
            "type": st.sampled_from(["library", "file", "operating-system"]) | JSON,
            "purl": st.text(max_size=8) | JSON,
            "licenses": st.lists(JSON, max_size=2) | JSON,
            "properties": JSON,
            "components": st.lists(COMPONENT, max_size=2) | JSON,
        },
    )
)


def _count(items: list[Any]) -> int:
    """All that are read, plus one for each that is not."""
    total = 0
    for item in items:
        total += 1
        inner = item.get("components") if isinstance(item, dict) else None
        if isinstance(inner, list) and not read(components=[{**item, "components": []}]).unread:
            total += _count(inner)
    return total


@given(st.lists(COMPONENT | JSON, max_size=5))
def test_no_component_is_lost_silently(components: list[Any]) -> None:
    bom = read(components=components)
    assert len(bom.entries) + len(bom.unread) == _count(components)
