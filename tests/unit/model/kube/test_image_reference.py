import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.model.kube import parse_image_reference

DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("text", "registry", "repository", "tag", "digest"),
    [
        ("nginx", "docker.io", "library/nginx", "latest", ""),
        ("nginx:1.25", "docker.io", "library/nginx", "1.25", ""),
        ("bitnami/redis", "docker.io", "bitnami/redis", "latest", ""),
        ("docker.io/nginx", "docker.io", "library/nginx", "latest", ""),
        ("index.docker.io/a/b:1", "docker.io", "a/b", "1", ""),
        ("localhost/a", "localhost", "a", "latest", ""),
        ("localhost:5000/a/b:t", "localhost:5000", "a/b", "t", ""),
        ("ghcr.io/acme/app:v1@" + DIGEST, "ghcr.io", "acme/app", "v1", DIGEST),
        ("ghcr.io/acme/app@" + DIGEST, "ghcr.io", "acme/app", "", DIGEST),
        ("[::1]:5000/a:1", "[::1]:5000", "a", "1", ""),
    ],
)
def test_names_in_parts(text: str, registry: str, repository: str, tag: str, digest: str) -> None:
    image = parse_image_reference(text)
    assert (image.registry, image.repository, image.tag, image.digest) == (registry, repository, tag, digest)
    assert image.valid


@pytest.mark.parametrize(
    "text", ["", "nginx:", "Nginx", "a b", "nginx@sha256:zz", "nginx@", "${IMAGE}", "-a", "a//b", "a:b:c"]
)
def test_names_that_are_none(text: str) -> None:
    assert not parse_image_reference(text).valid


def test_latest_is_a_tag_that_moves() -> None:
    assert parse_image_reference("nginx").latest
    assert parse_image_reference("nginx:latest").latest
    assert not parse_image_reference("nginx:latest@" + DIGEST).latest
    assert not parse_image_reference("nginx:1").latest


@given(
    st.sampled_from(["", "docker.io/", "quay.io/", "localhost:5000/", "10.0.0.1/"]),
    st.lists(st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)?", fullmatch=True), min_size=1, max_size=3).map("/".join),
    st.sampled_from(["", ":1", ":v1.2-rc_3"]),
    st.sampled_from(["", "@" + DIGEST]),
)
def test_the_canonical_name_means_the_same(registry: str, path: str, tag: str, digest: str) -> None:
    image = parse_image_reference(f"{registry}{path}{tag}{digest}")
    again = parse_image_reference(image.canonical)
    assert image.valid
    assert (again.name, again.tag, again.digest) == (image.name, image.tag, image.digest)


@given(st.text(max_size=60))
def test_never_raises(text: str) -> None:
    assert parse_image_reference(text).text == text
