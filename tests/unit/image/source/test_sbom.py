import base64
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seawall.errors import InputError, LimitError, SeawallError
from seawall.image.sbom import document
from seawall.image.source.interface import ScanOptions
from seawall.image.source.sbom import SbomSource
from seawall.model import purl
from seawall.model.image import Image

Write = Callable[[object], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def do(content: object) -> Path:
        path = tmp_path / "bom.json"
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return path

    return do


def cyclonedx(*components: object, **fields: object) -> dict[str, object]:
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": components, **fields}


def component(name: str, text: str = "", **fields: object) -> dict[str, object]:
    return {"type": "library", "name": name, **({"purl": text} if text else {}), **fields}


def load(path: Path) -> Image:
    return SbomSource().load(str(path), ScanOptions())


def rows(image: Image) -> list[tuple[str, str]]:
    return [(row.area, row.state.value) for row in image.coverage]


def test_packages_and_distribution(write: Write) -> None:
    image = load(
        write(
            cyclonedx(
                component("debian", type="operating-system", version="12"),
                component("b", "pkg:deb/debian/b@1?distro=debian-12"),
                component("a", "pkg:npm/a@1"),
                component("a", "pkg:npm/a@1"),
                component("image", "pkg:oci/image@sha256:1"),
                metadata={"component": {"type": "container", "name": "app:1", "version": "sha256:" + "0" * 64}},
            )
        )
    )
    assert image.subject.kind == "sbom"
    assert image.subject.distribution == "debian-12"
    assert image.subject.digest == "sha256:" + "0" * 64
    assert [package.name for package in image.packages] == ["b", "a"]
    assert rows(image) == [("sbom", "ok"), ("distribution", "ok")]


def test_what_cannot_be_judged_is_said(write: Write) -> None:
    image = load(
        write(
            cyclonedx(
                component("no url \x1b[31m", version="1"),
                component("bad", "pkg:"),
                component("bad", "not a purl"),
                component("a", "pkg:deb/debian/a"),
                {"name": 3},
            )
        )
    )
    assert rows(image) == [
        ("sbom", "ok"),
        ("sbom", "partial"),
        ("sbom", "partial"),
        ("sbom", "unreadable"),
        ("sbom", "partial"),
        ("distribution", "unknown"),
    ]
    assert all(row.message.isprintable() for row in image.coverage)


def test_an_empty_document_is_no_clean_bill(write: Write) -> None:
    assert rows(load(write(cyclonedx()))) == [("sbom", "missing")]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no JSON object"),
        (b"[]", "no JSON object"),
        (b"{}", "neither CycloneDX nor SPDX"),
        (b'{"bomFormat":"CycloneDX","specVersion":"1.6","components":[', "cut off"),
        (b'{"bomFormat":"CycloneDX","specVersion":"1.6","components":{}}', "Expected `array"),
        (b'{"bomFormat":"CycloneDX","specVersion":"\xff\xfe"}', "cannot be read"),
        (b'{"bomFormat":"CycloneDX","specVersion":"1.6","x":' + b"[" * 100_000, "deep"),
        (b"SPDXVersion: SPDX-2.3\n", "tag-value"),
        (b'<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.6">', "CycloneDX XML"),
    ],
)
def test_broken_documents_are_one_sentence(write: Write, content: bytes, why: str) -> None:
    with pytest.raises(InputError, match=why) as caught:
        load(write(content))
    assert "\n" not in caught.value.sentence()


def test_an_absent_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be opened"):
        load(tmp_path / "absent.json")


def test_size_is_bounded(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "MAX_BYTES", 100)
    with pytest.raises(LimitError, match="larger than"):
        load(write(b"{" + b" " * 200))


@pytest.mark.parametrize(
    ("content", "accepted"),
    [
        (b'{"bomFormat" : "CycloneDX"}', True),
        (b'\xef\xbb\xbf {"$schema":"http://cyclonedx.org/schema/bom-1.6.schema.json"}', True),
        (b'{"spdxVersion":"SPDX-2.3"}', True),
        (b'{"SPDXID": "SPDXRef-DOCUMENT", "packages": []', True),
        (b'{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"}', True),
        (b"SPDXVersion: SPDX-2.3\n", True),
        (b'{"name": "package.json"}', False),
        (b"\x1f\x8b\x08", False),
        (b"", False),
    ],
)
def test_recognised_by_the_first_bytes(write: Write, content: bytes, accepted: bool) -> None:
    assert SbomSource().accepts(str(write(content))) is accepted


def test_only_files_are_recognised(tmp_path: Path) -> None:
    assert not SbomSource().accepts(str(tmp_path))
    assert not SbomSource().accepts("docker.io/debian:12")
    assert not SbomSource().accepts("nul\0byte")


def test_keys_may_stand_behind_the_packages(write: Write) -> None:
    path = write(b'{"packages":[],"pad":"' + b"x" * 100_000 + b'","spdxVersion":"SPDX-2.3"}')
    assert rows(load(path)) == [("sbom", "missing")]


WORD = st.text(alphabet="abcXYZ019+~-. ", min_size=1, max_size=8)
PURLS = st.lists(
    st.one_of(
        st.builds(purl.make, st.sampled_from(["deb", "npm", "golang", "oci"]), WORD, WORD),
        st.sampled_from(["pkg:", "x", "pkg:a/", "PKG:npm/a@1", "pkg:npm/a", ""]),
    ),
    max_size=8,
)


@given(PURLS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_package_url_is_a_package_or_counted(write: Write, purls: list[str]) -> None:
    image = load(write(cyclonedx(*(component("c", text) for text in purls))))
    for text in purls:
        try:
            kind = purl.parse(text).type
        except InputError:
            assert any("package URL" in row.message for row in image.coverage)
        else:
            assert kind == "oci" or text in {package.purl for package in image.packages}


@given(st.binary(max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_survived(write: Write, noise: bytes) -> None:
    path = write(b'{"bomFormat":"CycloneDX","specVersion":"1.6","components":[' + noise + b"]}")
    with suppress(SeawallError):
        assert load(path).coverage


@pytest.mark.parametrize("filler", [b'"@context":' + b" " * 2_000_000, b'"@context": ' * 200_000])
def test_recognising_takes_no_long_time(write: Write, filler: bytes) -> None:
    with pytest.raises(InputError, match="neither"):
        load(write(b"{" + filler + b'"x"}'))


BOM = cyclonedx(component("a", "pkg:npm/a@1"))
STATEMENT = {
    "_type": "https://in-toto.io/Statement/v1",
    "subject": [{"name": "app", "digest": {"sha256": "0" * 64}}],
    "predicateType": "https://cyclonedx.org/bom",
    "predicate": BOM,
}


def envelope(statement: object) -> dict[str, object]:
    payload = base64.b64encode(json.dumps(statement).encode()).decode()
    return {"payloadType": "application/vnd.in-toto+json", "payload": payload, "signatures": []}


PROVENANCE = envelope({**STATEMENT, "predicateType": "https://slsa.dev/provenance/v1", "predicate": {}})


@pytest.mark.parametrize(
    "content",
    [
        STATEMENT,
        envelope(STATEMENT),
        {"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "dsseEnvelope": envelope(STATEMENT)},
        envelope({**STATEMENT, "predicate": {"Data": BOM}}),
        envelope({**STATEMENT, "predicate": {"Data": json.dumps(BOM)}}),
        b"\n".join(json.dumps(one).encode() for one in (PROVENANCE, envelope(STATEMENT))),
    ],
    ids=["statement", "envelope", "bundle", "data", "text", "lines"],
)
def test_an_sbom_in_an_attestation(content: object, write: Write) -> None:
    path = write(content)
    assert SbomSource().accepts(str(path))
    image = load(path)
    assert [one.purl for one in image.packages] == ["pkg:npm/a@1"]
    assert "CycloneDX 1.6 in an attestation (whose signature is not checked)" in image.coverage[0].message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (PROVENANCE, "slsa.dev/provenance"),
        ({"payloadType": "x", "payload": "%"}, "SBOM"),
        ({"payloadType": "x", "payload": "a"}, "base64"),
        (b"\n".join([json.dumps(STATEMENT).encode()] * 2), "there are 2"),
        ({**STATEMENT, "predicate": 3}, "SBOM"),
        ({**STATEMENT, "predicate": {"Data": 3}}, "SBOM"),
        (b'{"payloadType": "x", "payload": "', "SBOM"),
    ],
)
def test_an_attestation_of_something_else(content: object, words: str, write: Write) -> None:
    with pytest.raises(InputError) as caught:
        load(write(content))
    assert words in caught.value.sentence()
