"""One image of real Debian packages, scanned through every source, with equal results."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Built, Registry

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

Row = tuple[object, ...]
Scan = dict[str, list[dict[str, object]]]
NAME = "team/demo:1"
USER, PASSWORD = "scanner", "correct horse"


def seawall(*arguments: str | Path, code: int = 0) -> str:
    """What the command line says; no advisories are needed for what is compared here."""
    done = subprocess.run(
        [sys.executable, "-m", "seawall.cli.main", *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout if code == 0 else done.stderr


def scan(target: str, tmp_path: Path, *options: str | Path) -> Scan:
    cache = ["--no-cache"] if "--no-cache" not in options else []
    text = seawall("scan", target, "--quiet", *cache, "--db", tmp_path / "none", "--output", "json", *options)
    return dict(json.loads(text))


def rows(report: Scan, *fields: str) -> list[Row]:
    return sorted(
        (tuple(json.dumps(package.get(field)) for field in fields) for package in report["packages"]), key=str
    )


IDENTITY = ("type", "name", "version", "purl", "source", "architecture", "licenses", "vendor")
ALL = (*IDENTITY, "layer", "paths", "from_base", "owner", "deleted_in")


@pytest.fixture(scope="session")
def pushed(built: "Built", registry: "Registry") -> str:
    registry.push(f"oci:{built.layout}:{built.tag}", NAME)
    return f"{registry.host}/{NAME}"


@pytest.fixture(scope="session")
def through_registry(pushed: str, tmp_path_factory: pytest.TempPathFactory) -> Scan:
    return scan(pushed, tmp_path_factory.mktemp("scan"))


def test_the_packages_are_those_that_dpkg_lists(built: "Built", through_registry: Scan) -> None:
    shown = "${Package} ${Version} ${source:Package} ${source:Version}\\n"
    command = ["chroot", str(built.rootfs), "dpkg-query", "-W", "-f", shown]
    listed = subprocess.run(command, capture_output=True, text=True, check=True)
    found = []
    for package in through_registry["packages"]:
        source = package["source"]
        if package["type"] == "deb" and package["deleted_in"] is None and isinstance(source, dict):
            found.append(f"{package['name']} {package['version']} {source['name']} {source['version']}")
    assert sorted(found) == sorted(listed.stdout.splitlines())
    assert len(found) > 80


def test_layers_say_what_brought_and_what_removed(through_registry: Scan) -> None:
    known = {str(package["name"]): package for package in through_registry["packages"]}
    assert (known["bash"]["layer"], known["bash"]["deleted_in"]) == (0, None)
    assert (known["openssl"]["layer"], known["openssl"]["deleted_in"]) == (1, 2)
    assert known["python3-six"]["layer"] == 1
    assert known["six"]["owner"] == known["python3-six"]["purl"]
    assert (known["demo"]["layer"], known["demo"]["owner"]) == (3, "")
    assert known["@scope/pad"]["layer"] == 3
    instructions = [str(layer["instruction"]) for layer in through_registry["layers"]]
    assert [text.split()[0] for text in instructions] == ["ADD", "RUN", "RUN", "COPY"]


@pytest.mark.parametrize("kind", ["layout", "layout tar", "archive"])
def test_layered_sources_agree(built: "Built", pushed: str, through_registry: Scan, tmp_path: Path, kind: str) -> None:
    source, file = f"docker://{pushed}", tmp_path / "image.tar"
    copy = ["skopeo", "--insecure-policy", "copy", "--quiet", "--src-tls-verify=false", source]
    if kind == "layout":
        target = f"{built.layout}:{built.tag}"
    else:
        format_ = "oci-archive" if kind == "layout tar" else "docker-archive"
        subprocess.run([*copy, f"{format_}:{file}:demo:1"], check=True, capture_output=True)
        target = str(file)
    report = scan(target, tmp_path)
    assert rows(report, *ALL) == rows(through_registry, *ALL)
    assert [layer["diff_id"] for layer in report["layers"]] == [
        layer["diff_id"] for layer in through_registry["layers"]
    ]


def test_the_root_filesystem_agrees(built: "Built", through_registry: Scan, tmp_path: Path) -> None:
    live = {**through_registry, "packages": [one for one in through_registry["packages"] if one["deleted_in"] is None]}
    report = scan(f"dir:{built.rootfs}", tmp_path)
    assert rows(report, *IDENTITY, "owner", "paths") == rows(live, *IDENTITY, "owner", "paths")


@pytest.mark.parametrize("format_", ["cyclonedx", "spdx"])
def test_sboms_agree(pushed: str, through_registry: Scan, tmp_path: Path, format_: str) -> None:
    bom = tmp_path / "bom.json"
    seawall("scan", pushed, "--quiet", "--db", tmp_path / "none", "--output", f"{format_}={bom}")
    report = scan(str(bom), tmp_path)
    assert rows(report, *ALL) == rows(through_registry, *ALL)
    assert report["layers"] == through_registry["layers"]


@pytest.mark.parametrize("format_", ["oci", "v2s2"])
def test_both_manifest_formats_agree(
    built: "Built", registry: "Registry", through_registry: Scan, tmp_path: Path, format_: str
) -> None:
    target = f"{registry.host}/team/{format_}:1"
    subprocess.run(
        ["skopeo", "--insecure-policy", "copy", "--quiet", "--dest-tls-verify=false", "--format", format_,
         f"oci:{built.layout}:{built.tag}", f"docker://{target}"],
        check=True, capture_output=True,
    )  # fmt: skip
    assert rows(scan(target, tmp_path), *ALL) == rows(through_registry, *ALL)


def test_by_digest_and_from_the_cache(pushed: str, through_registry: Scan, tmp_path: Path) -> None:
    subject = dict[str, object](through_registry["subject"])  # type: ignore[arg-type] # an object in JSON
    target = f"{pushed.rpartition(':')[0]}@{subject['digest']}"
    os.environ["SEAWALL_CACHE_DIR"] = str(tmp_path / "cache")
    try:
        for _ in range(2):
            text = seawall("scan", target, "--quiet", "--db", tmp_path / "none", "--output", "json")
            assert rows(dict(json.loads(text)), *ALL) == rows(through_registry, *ALL)
    finally:
        del os.environ["SEAWALL_CACHE_DIR"]


# --- a registry with TLS and a password -------------------------------------------------------------------------


@pytest.fixture(scope="session")
def locked(built: "Built", secured: "Registry") -> str:
    secured.push(f"oci:{built.layout}:{built.tag}", NAME)
    return f"{secured.host}/{NAME}"


def test_with_credentials_and_its_authority(
    locked: str, secured: "Registry", through_registry: Scan, tmp_path: Path, no_credentials: Callable[[str], None]
) -> None:
    assert secured.certificates
    auth = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    no_credentials(json.dumps({"auths": {secured.host: {"auth": auth}}}))
    report = scan(locked, tmp_path, "--ca-file", secured.certificates / "ca.crt")
    assert rows(report, *ALL) == rows(through_registry, *ALL)
    assert rows(scan(locked, tmp_path, "--insecure"), *ALL) == rows(through_registry, *ALL)


def test_with_a_credential_helper(
    locked: str,
    secured: "Registry",
    tmp_path: Path,
    no_credentials: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    helper = tmp_path / "docker-credential-e2e"
    helper.write_text(f'#!/bin/sh\ncat >/dev/null\necho \'{{"Username":"{USER}","Secret":"{PASSWORD}"}}\'\n')
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    no_credentials(json.dumps({"credHelpers": {secured.host: "e2e"}}))
    assert secured.certificates
    assert scan(locked, tmp_path, "--ca-file", secured.certificates / "ca.crt")["packages"]


def test_refusals_are_one_sentence_and_the_right_code(
    locked: str, pushed: str, secured: "Registry", tmp_path: Path, no_credentials: Callable[[str], None]
) -> None:
    assert secured.certificates
    authority = ("--ca-file", secured.certificates / "ca.crt")
    said = seawall("scan", locked, *authority, code=5)
    assert "docker login" in said
    auth = base64.b64encode(b"scanner:wrong").decode()
    no_credentials(json.dumps({"auths": {secured.host: {"auth": auth}}}))
    assert "refuses the credentials" in seawall("scan", locked, *authority, code=5)
    assert "not trusted" in seawall("scan", locked, code=5)
    assert "does not exist" in seawall("scan", f"{pushed}.0", code=3)
    assert "no image for" in seawall("scan", pushed, "--platform", "linux/s390x", code=3)
    assert "cannot be reached" in seawall("scan", "127.0.0.1:1/none", code=5)
    assert "is no image reference" in seawall("scan", "registry:Bad Name", code=2)


def test_a_mirror(pushed: str, through_registry: Scan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    host, _, name = pushed.partition("/")
    monkeypatch.setenv("SEAWALL_REGISTRY_MIRRORS", f"registry.invalid={host}")
    assert rows(scan(f"registry.invalid/{name}", tmp_path), *ALL) == rows(through_registry, *ALL)
