import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.errors import InputError
from seawall.image.sbom import spdx2
from seawall.image.sbom.entry import Bom, Role


def read(*packages: object, **fields: object) -> Bom:
    return spdx2.read(json.dumps({"spdxVersion": "SPDX-2.3", "packages": packages, **fields}).encode())


def package(name: str, *purls: str, **fields: object) -> dict[str, object]:
    references = [
        {"referenceCategory": "PACKAGE_MANAGER", "referenceType": "purl", "referenceLocator": p} for p in purls
    ]
    return {"SPDXID": f"SPDXRef-{name}", "name": name, "externalRefs": references, **fields}


def test_a_package() -> None:
    bom = read(
        package(
            "a", "pkg:npm/a@1", "pkg:npm/a@1", "pkg:npm/b@1",
            versionInfo="1", supplier="Organization: Somebody (a@b.example)", licenseDeclared="NOASSERTION",
            licenseConcluded="MIT AND LicenseRef-1", sourceInfo="built package from: src 2",
            comment="seawall:path=/a=b\nseawall:path=/c\nother=x",
        ),
        hasExtractedLicensingInfos=[{"licenseId": "LicenseRef-1", "name": "their own"}, 3],
    )  # fmt: skip
    entry = bom.entries[0]
    assert bom.format == "SPDX 2.3"
    assert entry.purls == ("pkg:npm/a@1", "pkg:npm/b@1")
    assert (entry.version, entry.vendor, entry.built_from) == ("1", "Somebody", "built package from: src 2")
    assert entry.licenses == ("MIT", "their own")
    assert entry.properties == {"seawall:path": ("/a=b", "/c")}


@pytest.mark.parametrize("expression", ["(MIT AND X) OR Y", "MIT OR Apache-2.0"])
def test_any_other_expression_stays_whole(expression: str) -> None:
    assert spdx2.licenses(expression, {}) == (expression,)


def test_roles() -> None:
    bom = read(
        package("OperatingSystem-1"),
        package("os", primaryPackagePurpose="OPERATING_SYSTEM"),
        package("image", primaryPackagePurpose="CONTAINER"),
        package("root"),
        package("named", "pkg:npm/named@1"),
        package("plain"),
        relationships=[
            {
                "spdxElementId": "SPDXRef-DOCUMENT",
                "relationshipType": "DESCRIBES",
                "relatedSpdxElement": "SPDXRef-root",
            },
            {
                "spdxElementId": "SPDXRef-DOCUMENT",
                "relationshipType": "DESCRIBES",
                "relatedSpdxElement": "SPDXRef-named",
            },
            "broken",
        ],
    )
    assert [entry.role for entry in bom.entries] == [
        Role.SYSTEM, Role.SYSTEM, Role.OTHER, Role.OTHER, Role.PACKAGE, Role.PACKAGE,
    ]  # fmt: skip
    assert bom.subject
    assert bom.subject.name == "root"


def test_key_value_texts_become_properties() -> None:
    bom = read(
        package("a", attributionTexts=["LayerDiffID: sha256:1", "free words"], annotations=[{"comment": "PkgID: a@1"}])
    )
    assert bom.entries[0].properties == {
        "aquasecurity:trivy:LayerDiffID": ("sha256:1",),
        "aquasecurity:trivy:PkgID": ("a@1",),
    }


def test_another_document_is_refused() -> None:
    with pytest.raises(InputError, match="no SPDX 2"):
        read(spdxVersion="SPDX-3.0")


@given(st.lists(st.sampled_from([package("a"), {"name": None}, {}, 3, "x", [], {"name": "b", "externalRefs": 3}])))
def test_no_package_is_lost_silently(packages: list[object]) -> None:
    bom = read(*packages)
    assert len(bom.entries) + len(bom.unread) == len(packages)
