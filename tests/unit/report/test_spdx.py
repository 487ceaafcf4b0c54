import io
import json
import re
from typing import Any

import pytest

from seawall.model import Report
from seawall.report.interface import Style
from seawall.report.spdx import SpdxReporter


def document(report: Report) -> dict[str, Any]:
    out = io.StringIO()
    SpdxReporter().write(report, out, Style())
    return dict(json.loads(out.getvalue()))


@pytest.mark.parametrize("kind", ["sample", "manifests", "empty", "hostile"])
def test_the_specification_s_rules(kind: str, request: pytest.FixtureRequest) -> None:
    whole = document(request.getfixturevalue(kind))
    names = [package["SPDXID"] for package in whole["packages"]]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", name) for name in names)
    assert {row["relatedSpdxElement"] for row in whole["relationships"]} == set(names)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", whole["creationInfo"]["created"])
    extracted = {row["licenseId"] for row in whole["hasExtractedLicensingInfos"]}
    for package in whole["packages"]:
        for licence in package["licenseDeclared"].split(" AND "):
            assert licence == "NOASSERTION" or licence in extracted or licence == "MIT"


def test_packages_carry_purl_source_and_comment(sample: Report) -> None:
    libc = document(sample)["packages"][2]
    assert libc["externalRefs"][0]["referenceLocator"].startswith("pkg:deb/debian/libc6@")
    assert libc["sourceInfo"] == "built package from: glibc 2.36-9+deb12u3"
    assert "seawall:layer=0" in libc["comment"].splitlines()
