import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.errors import InputError, LimitError, SeawallError
from seawall.image.registry import manifest
from seawall.image.registry.manifest import ImageManifest, Index, diff_ids, digest_of, parse, verify

SHA = "sha256:" + "ab" * 32
OCI = "application/vnd.oci.image"
CONFIG = {"mediaType": f"{OCI}.config.v1+json", "digest": SHA, "size": 10}
LAYER = {"mediaType": f"{OCI}.layer.v1.tar+gzip", "digest": SHA, "size": 10}


def document(**fields: object) -> bytes:
    return json.dumps({"schemaVersion": 2, "config": CONFIG, "layers": [LAYER], **fields}).encode()


def test_an_image() -> None:
    found = parse(document(), "", "app")
    assert isinstance(found, ImageManifest)
    assert [layer.digest for layer in found.layers] == [SHA]


def test_dockers_types() -> None:
    docker = "application/vnd.docker"
    config = CONFIG | {"mediaType": f"{docker}.container.image.v1+json"}
    layer = LAYER | {"mediaType": f"{docker}.image.rootfs.diff.tar.gzip"}
    assert isinstance(parse(document(config=config, layers=[layer]), "", "app"), ImageManifest)


def test_an_index() -> None:
    content = json.dumps({"manifests": [{"digest": SHA, "size": 1, "mediaType": "x", "platform": {"os": "linux"}}]})
    assert isinstance(parse(content.encode(), "", "app"), Index)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "cannot be read"),
        (b"<html>", "cannot be read"),
        (b"[" * 100_000, "cannot be read"),
        (b"{}", "neither layers nor manifests"),
        (document(manifests=[]), "ambiguous"),
        (document(mediaType="application/vnd.oci.image.index.v1+json"), "no container image"),
        (json.dumps({"fsLayers": [], "signatures": []}).encode(), "schema 1"),
        (document(config=CONFIG | {"mediaType": "application/vnd.cncf.helm.config.v1+json"}), "cncf.helm"),
        (document(artifactType="a/b", config=CONFIG | {"mediaType": "application/vnd.oci.empty.v1+json"}), "a/b"),
        (document(layers=[LAYER | {"mediaType": "application/vnd.in-toto+json"}]), "in-toto"),
        (document(layers=[LAYER | {"mediaType": f"{OCI}.layer.v1.tar+gzip+encrypted"}]), "encrypted"),
        (document(layers=[LAYER | {"mediaType": f"{OCI}.layer.nondistributable.v1.tar"}]), "do not keep"),
        (document(layers=[LAYER | {"urls": ["https://elsewhere.example/x"]}]), "elsewhere.example"),
        (document(layers=[LAYER | {"digest": "sha256:../../etc"}]), "no digest"),
        (document(layers=[LAYER | {"size": -1}]), "no size"),
        (document(layers=[LAYER] * 2000), "2000 layers"),
        (document(config=CONFIG | {"size": 1 << 40}), "8 MiB"),
        (document(config=CONFIG | {"size": -1}), "8 MiB"),
    ],
)
def test_what_is_no_image_says_so_in_one_sentence(content: bytes, why: str) -> None:
    with pytest.raises(InputError, match=why) as caught:
        parse(content, "", "app")
    assert caught.value.sentence().isprintable()


def test_digests() -> None:
    verify(b"content", digest_of(b"content"), "it")
    verify(b"content", digest_of(b"content", "sha512:"), "it")
    with pytest.raises(InputError, match="not what its digest says"):
        verify(b"other", digest_of(b"content"), "it")


def test_configuration_and_manifest_must_agree() -> None:
    content = json.dumps({"rootfs": {"type": "layers", "diff_ids": [SHA]}}).encode()
    assert diff_ids(content, 1, "app") == (SHA,)
    with pytest.raises(InputError, match="2 layers against 1"):
        diff_ids(content, 2, "app")
    with pytest.raises(InputError, match="cannot be read"):
        diff_ids(b'{"rootfs":', 1, "app")


JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            name: JSON | st.sampled_from([CONFIG, [LAYER], [CONFIG], list(manifest.INDEXES), manifest.INDEXES[0]])
            for name in ("mediaType", "artifactType", "manifests", "config", "layers", "fsLayers")
        },
    )
)
def test_any_document_is_survived(fields: dict[str, object]) -> None:
    with suppress(SeawallError):
        assert isinstance(parse(json.dumps(fields).encode(), "text/html", "app"), (ImageManifest, Index))


def test_limits_are_limits() -> None:
    with pytest.raises(LimitError):
        parse(document(layers=[LAYER] * 2000), "", "app")
