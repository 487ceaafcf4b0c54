import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.image.sbom.entry import Entry, Role, gathered
from seawall.image.sbom.package import number, package_of
from seawall.model import purl
from seawall.model.image import Package


def package(text: str, version: str = "", **properties: str) -> Package:
    pairs = [(name.replace("__", ":"), value) for name, value in properties.items()]
    entry = Entry(role=Role.PACKAGE, name="component", version=version, properties=gathered(pairs))
    return package_of(entry, text, purl.parse(text), {"sha256:1": 4}, own=False)


@pytest.mark.parametrize(
    ("text", "name", "version"),
    [
        ("pkg:deb/debian/openssl@3.0.11-1~deb12u2?arch=amd64", "openssl", "3.0.11-1~deb12u2"),
        ("pkg:deb/debian/login@4.13-1?epoch=1", "login", "1:4.13-1"),
        ("pkg:deb/debian/login@1%3A4.13-1", "login", "1:4.13-1"),
        ("pkg:rpm/redhat/openssl@1.0.2k-16.el7?epoch=1", "openssl", "1:1.0.2k-16.el7"),
        ("pkg:rpm/redhat/bash@4.2-1?epoch=0", "bash", "4.2-1"),
        ("pkg:npm/%40babel/core@7.0.0", "@babel/core", "7.0.0"),
        ("pkg:maven/org.slf4j/slf4j-api@2.0", "org.slf4j:slf4j-api", "2.0"),
        ("pkg:golang/github.com/a/b@v1.2.3", "github.com/a/b", "v1.2.3"),
        ("pkg:golang/stdlib@1.22.1", "stdlib", "1.22.1"),
        ("pkg:pypi/Zope.Interface@1", "zope-interface", "1"),
        ("pkg:composer/vendor/name@1", "vendor/name", "1"),
        ("pkg:gem/rails@7", "rails", "7"),
        ("pkg:cargo/serde", "serde", "from the component"),
    ],
)
def test_names_and_versions_are_as_advisories_write_them(text: str, name: str, version: str) -> None:
    found = package(text, "from the component" if "cargo" in text else "other")
    assert (found.name, found.version, found.purl) == (name, version, text)


@pytest.mark.parametrize(
    ("text", "properties", "source"),
    [
        ("pkg:deb/debian/libssl3@3.0-1%2Bb2", {}, ("libssl3", "3.0-1")),
        ("pkg:deb/debian/libssl3@3.0-1?upstream=openssl", {}, ("openssl", "3.0-1")),
        ("pkg:deb/debian/libc6@2.36?upstream=glibc%402.36-9", {}, ("glibc", "2.36-9")),
        ("pkg:rpm/redhat/openssl-libs@3-1?upstream=openssl-3.0.7-24.el9.src.rpm", {}, ("openssl", "3.0.7-24.el9")),
        ("pkg:rpm/redhat/a@1-1?epoch=2&upstream=a-1-1.src.rpm", {}, ("a", "2:1-1")),
        ("pkg:apk/alpine/libssl3@3-r1", {"syft__metadata__originPackage": "openssl"}, ("openssl", "3-r1")),
        ("pkg:deb/debian/a@1", {"syft__metadata__source": "s", "syft__metadata__sourceVersion": "2"}, ("s", "2")),
        (
            "pkg:rpm/redhat/a@1-1",
            {
                "aquasecurity__trivy__SrcName": "s",
                "aquasecurity__trivy__SrcVersion": "2",
                "aquasecurity__trivy__SrcRelease": "3",
                "aquasecurity__trivy__SrcEpoch": "4",
            },
            ("s", "4:2-3"),
        ),
        ("pkg:npm/a@1", {"syft__metadata__source": "s"}, None),
    ],
)
def test_source_packages(text: str, properties: dict[str, str], source: tuple[str, str] | None) -> None:
    found = package(text, **properties).source
    assert (found and (found.name, found.version)) == source


def test_layers_paths_and_modules_of_other_tools() -> None:
    found = package(
        "pkg:rpm/redhat/nginx@1-1?rpmmod=nginx:1.20:8:x&arch=x86_64",
        aquasecurity__trivy__LayerDiffID="sha256:1",
        aquasecurity__trivy__FilePath="opt/a",
        syft__location__0__path="/var/lib/rpm",
        syft__location__0__layerID="x",
    )
    assert found.layer == 4
    assert found.paths == ("/opt/a", "/var/lib/rpm")
    assert found.modularity == "nginx:1.20"
    assert found.architecture == "x86_64"


@pytest.mark.parametrize(
    ("text", "value"), [("0", 0), ("12", 12), ("", None), ("-1", None), ("9" * 30, None), ("²", None)]
)
def test_layer_numbers(text: str, value: int | None) -> None:
    assert number(text) == value


TEXT = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="/"), min_size=1, max_size=12)


@given(st.sampled_from(["deb", "npm", "golang", "gem", "x"]), TEXT, TEXT, st.lists(TEXT, max_size=3))
def test_any_name_survives_the_package_url(kind: str, name: str, version: str, namespace: list[str]) -> None:
    text = purl.make(kind, name, version, namespace="/".join(namespace))
    found = package(text)
    joined = name if kind == "deb" else "/".join([*namespace, name])
    assert (found.type, found.name, found.version) == (kind, joined, version)
