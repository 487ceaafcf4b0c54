import io
import json
from typing import Any

import msgspec
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from seawall.model import Report
from seawall.report.cyclonedx import CycloneDxReporter
from seawall.report.interface import Style


def written(report: Report) -> str:
    out = io.StringIO()
    CycloneDxReporter().write(report, out, Style())
    return out.getvalue()


def bom(report: Report) -> dict[str, Any]:
    return dict(json.loads(written(report)))


@pytest.mark.parametrize("kind", ["sample", "manifests", "empty", "hostile"])
def test_the_official_schema_holds(kind: str, request: pytest.FixtureRequest) -> None:
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(written(request.getfixturevalue(kind)))
    assert error is None, error


def test_components_keep_what_our_reader_needs(sample: Report) -> None:
    components = bom(sample)["components"]
    assert components[0] == {
        "bom-ref": "operating-system",
        "type": "operating-system",
        "name": "debian",
        "version": "12",
    }
    pairs = [(pair["name"], pair["value"]) for pair in components[1]["properties"]]
    assert pairs == [
        ("seawall:source:name", "glibc"),
        ("seawall:source:version", "2.36-9+deb12u3"),
        ("seawall:layer", "0"),
        ("seawall:path", "/var/lib/dpkg/status"),
        ("seawall:architecture", "amd64"),
    ]
    lodash = components[-1]
    assert lodash["purl"] == "pkg:npm/lodash@4.17.15"
    assert lodash["licenses"] == [{"license": {"id": "MIT"}}]
    layers = [pair["name"] for pair in bom(sample)["metadata"]["component"]["properties"]]
    assert "seawall:layer:1:instruction" in layers


def test_references_are_unique_and_resolve(sample: Report) -> None:
    twice = msgspec.structs.replace(sample, packages=(*sample.packages, *sample.packages))
    whole = bom(twice)
    references = [component["bom-ref"] for component in whole["components"]]
    assert len(set(references)) == len(references)
    assert set(whole["dependencies"][0]["dependsOn"]) == set(references)
    for vulnerability in whole["vulnerabilities"]:
        assert {affected["ref"] for affected in vulnerability["affects"]} <= set(references)


def test_one_vulnerability_names_all_its_packages(sample: Report) -> None:
    found = {one["id"]: one for one in bom(sample)["vulnerabilities"]}
    assert len(found["CVE-2024-5535"]["affects"]) == 2
    assert found["CVE-2024-2961"]["ratings"][0]["method"] == "CVSSv31"
    assert found["CVE-2020-8203"]["analysis"]["response"] == ["will_not_fix"]
    assert "analysis" not in found["CVE-2024-5535"]


def test_the_serial_number_is_the_content_s(sample: Report) -> None:
    later = msgspec.structs.replace(sample, tool=msgspec.structs.replace(sample.tool, created="2027-01-01T00:00:00Z"))
    other = msgspec.structs.replace(sample, packages=sample.packages[1:])
    assert bom(later)["serialNumber"] == bom(sample)["serialNumber"]
    assert bom(other)["serialNumber"] != bom(sample)["serialNumber"]
