import json

import pytest

from seawall.errors import InputError
from seawall.image.sbom import spdx3
from seawall.image.sbom.entry import Bom, Role

CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"


def read(*elements: object) -> Bom:
    return spdx3.read(json.dumps({"@context": CONTEXT, "@graph": elements}).encode())


def package(name: str, **fields: object) -> dict[str, object]:
    named = {key.replace("software__", "software_"): value for key, value in fields.items()}
    return {"type": "software_Package", "spdxId": f"urn:{name}", "name": name, **named}


def test_packages_with_licences_suppliers_and_identifiers() -> None:
    identifier = {"type": "ExternalIdentifier", "externalIdentifierType": "packageUrl", "identifier": "pkg:npm/b@2"}
    bom = read(
        {"type": "CreationInfo", "@id": "_:creation", "specVersion": "3.0.1"},
        {"type": "Organization", "spdxId": "urn:org", "name": "Somebody"},
        {"type": "software_Sbom", "spdxId": "urn:sbom", "rootElement": ["urn:image"]},
        package("image", software_primaryPurpose="container"),
        package("debian", software_primaryPurpose="operatingSystem", software_packageVersion="12"),
        package("a", software_packageVersion="1", software_packageUrl="pkg:npm/a@1", suppliedBy="urn:org"),
        package("b", externalIdentifier=[identifier]),
        {"type": "x", "spdxId": "urn:l", "simplelicensing_licenseExpression": "MIT AND ISC"},
        {"type": "Relationship", "relationshipType": "hasDeclaredLicense", "from": "urn:a", "to": ["urn:l"]},
    )  # fmt: skip
    image, system, first, second = bom.entries
    assert bom.subject == image
    assert (image.role, system.role, first.role) == (Role.OTHER, Role.SYSTEM, Role.PACKAGE)
    assert (first.version, first.purls, first.vendor, first.licenses) == (
        "1",
        ("pkg:npm/a@1",),
        "Somebody",
        ("MIT", "ISC"),
    )
    assert second.purls == ("pkg:npm/b@2",)


def test_broken_elements_count_only_where_they_may_be_packages() -> None:
    bom = read({**package("a"), "name": 3}, {"type": "Relationship", "to": "not a list"}, 7, package("b"))
    assert [entry.name for entry in bom.entries] == ["b"]
    assert len(bom.unread) == 2


def test_another_document_is_refused() -> None:
    with pytest.raises(InputError, match="no SPDX 3"):
        spdx3.read(b'{"@context": "https://schema.org", "@graph": []}')
