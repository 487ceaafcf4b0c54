"""``seawall scan`` as its users meet it: targets, formats, gates, exit codes; one image gives one answer."""

import hashlib
import io
import json
import os
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from seawall.cli.main import main

SCHEMA = Path(__file__).parents[2] / "docs" / "reference" / "report-v1.schema.json"
DAY = "2026-02-03"
OS_RELEASE = b'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12"\n'
STATUS = """Package: {name}
Status: install ok installed
Architecture: amd64
Source: {source}
Version: {version}

"""
DEBIAN = {
    "openssl": {
        "CVE-2026-0001": {
            "description": "A flaw that somebody uses",
            "releases": {
                "bookworm": {"status": "resolved", "fixed_version": "3.0.15-1", "repositories": {}, "urgency": "high"}
            },
        },
        "CVE-2026-0002": {
            "releases": {"bookworm": {"status": "open", "repositories": {}, "urgency": "low"}},
        },
    }
}
OSV = {
    "id": "GHSA-aaaa-bbbb-cccc",
    "aliases": ["CVE-2026-0003"],
    "modified": "2026-02-01T00:00:00Z",
    "summary": "A flaw",
    "database_specific": {"severity": "MODERATE"},
    "affected": [
        {
            "package": {"ecosystem": "npm", "name": "leaf"},
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "2.0.1"}]}],
        }
    ],
}
KEV = {
    "catalogVersion": "2026.02.01",
    "dateReleased": "2026-02-01T00:00:00Z",
    "vulnerabilities": [{"cveID": "CVE-2026-0001", "dateAdded": "2026-02-01"}],
}


class Said(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Said]


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def tar(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def image() -> dict[str, bytes]:
    """An image in two layers, as a layout that is a ``docker save`` archive, too."""
    base = tar(
        {
            "etc/os-release": OS_RELEASE,
            "var/lib/dpkg/status": (
                STATUS.format(name="libssl3", source="openssl", version="3.0.11-1")
                + STATUS.format(name="openssl", source="openssl", version="3.0.11-1")
            ).encode(),
        }
    )
    top = tar({"app/node_modules/leaf/package.json": b'{"name": "leaf", "version": "2.0.0"}'})
    config = json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "history": [{"created_by": "ADD rootfs /"}, {"created_by": "COPY app /app"}],
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest(layer)}" for layer in (base, top)]},
        }
    ).encode()
    kind = "application/vnd.oci.image"

    def descriptor(name: str, content: bytes) -> dict[str, object]:
        return {"mediaType": f"{kind}.{name}", "digest": f"sha256:{digest(content)}", "size": len(content)}

    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": f"{kind}.manifest.v1+json",
            "config": descriptor("config.v1+json", config),
            "layers": [descriptor("layer.v1.tar", layer) for layer in (base, top)],
        }
    ).encode()
    entry = {
        "Config": f"blobs/sha256/{digest(config)}",
        "RepoTags": ["demo/app:1"],
        "Layers": [f"blobs/sha256/{digest(layer)}" for layer in (base, top)],
    }
    return {
        "oci-layout": b'{"imageLayoutVersion": "1.0.0"}',
        "index.json": json.dumps(
            {"schemaVersion": 2, "manifests": [descriptor("manifest.v1+json", manifest)]}
        ).encode(),
        "manifest.json": json.dumps([entry]).encode(),
        **{f"blobs/sha256/{digest(blob)}": blob for blob in (config, manifest, base, top)},
    }


def write(root: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in a directory with an image in every form, and feeds that were taken in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEAWALL_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("SEAWALL_DEBUG", raising=False)

    def do(*words: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["seawall", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Said(ended.value.code, said.out, said.err)

    files = image()
    write(tmp_path / "layout", files)
    (tmp_path / "app.tar").write_bytes(tar(files))
    write(
        tmp_path / "feeds",
        {
            "debian/tracker.json": json.dumps(DEBIAN).encode(),
            "kev/known_exploited_vulnerabilities.json": json.dumps(KEV).encode(),
            "osv/npm/GHSA-aaaa-bbbb-cccc.json": json.dumps(OSV).encode(),
        },
    )
    for path in (tmp_path / "feeds").rglob("*.json"):
        os.utime(path, (1_770_000_000,) * 2)  # 2026-02-02
    assert do("db", "import", "-q", "feeds").code == 0
    return do


def told(report: dict[str, Any]) -> list[tuple[str, ...]]:
    return sorted(
        (one["vulnerability"]["id"], one["vulnerability"]["package"], one["severity"], one["fingerprint"])
        for one in report["findings"]
    )


def test_one_image_gives_one_answer_through_every_source_and_as_its_own_sbom(run: Run) -> None:
    assert (
        run("scan", "app.tar", "--as-of", DAY, "-q", "-o", "cyclonedx=a.cdx.json", "-o", "spdx=a.spdx.json").code == 0
    )
    answers = [
        json.loads(run("scan", target, "--as-of", DAY, "-o", "json").out)
        for target in ("app.tar", "archive:app.tar:demo/app:1", "layout", "layout:app.tar", "a.cdx.json", "a.spdx.json")
    ]
    assert [(id_, name) for id_, name, *_ in told(answers[0])] == [
        ("CVE-2026-0001", "libssl3"),
        ("CVE-2026-0001", "openssl"),
        ("CVE-2026-0002", "libssl3"),
        ("CVE-2026-0002", "openssl"),
        ("CVE-2026-0003", "leaf"),
    ]
    for answer in answers:
        jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(answer)
        assert told(answer) == told(answers[0])
        assert answer["packages"] == answers[0]["packages"]
        assert answer["fixes"] == answers[0]["fixes"]
    bom = Path("a.cdx.json").read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bom) is None


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("scan app.tar", 0, ""),
        ("scan app.tar --strict", 0, ""),
        ("scan app.tar --fail-on critical", 0, ""),
        ("scan app.tar --fail-on high", 1, ""),
        ("scan app.tar --fail-on-kev", 1, ""),
        ("scan app.tar --fail-on high --ignore-file ok.yaml", 0, ""),
        ("scan app.tar --fail-on high --ignore-file ok.yaml --as-of 2026-06-01", 1, ""),
        ("scan nothing.tar", 3, "there is no file or directory"),
        ("scan note.txt", 3, "cannot be scanned"),
        ("scan app.tar --platform linux/s390x", 3, "has no image for linux/s390x"),
        ("scan Not/Lower", 2, "names are lower case"),
        ("scan app.tar --output yaml", 2, "no output format"),
        ("scan app.tar --as-of soon", 2, "is no date"),
        ("scan app.tar --ignore-file bad.yaml", 2, "bad.yaml:2: the rule has no expires"),
        ("scan app.tar --strict --db nowhere", 4, "not complete"),
        ("scan app.tar --strict --as-of 2026-03-01", 4, "older than 7 days"),
        ("scan 127.0.0.1:1/app:1", 5, "cannot be reached"),
        ("db update --from http://127.0.0.1:1 --db nowhere", 5, "no feed could be fetched"),
        ("db import app.tar", 3, "no advisory feed"),
        ("db status --db nowhere", 3, "there is no advisory database"),
    ],
)
def test_exit_codes(words: str, code: int, said: str, run: Run) -> None:
    Path("note.txt").write_text("hello")
    rule = "accept:\n  - id: CVE-2026-0001\n    reason: not used\n"
    Path("ok.yaml").write_text(f"{rule}    expires: 2026-05-01\n")
    Path("bad.yaml").write_text(rule)
    day = [] if "--as-of" in words or not words.startswith("scan") else ["--as-of", DAY]
    ended = run(*words.split(), *day)
    assert ended.code == code, ended
    assert said in ended.err
    assert "Traceback" not in ended.err


def test_what_has_no_fix_fails_only_where_that_is_asked_for(run: Run) -> None:
    rules = _accepted("CVE-2026-0001", "CVE-2026-0003")
    assert run("scan", "app.tar", "--as-of", DAY, "--fail-on", "low", "--ignore-file", rules).code == 1
    assert run("scan", "app.tar", "--as-of", DAY, "--fail-on", "low", "--only-fixed", "--ignore-file", rules).code == 0


def _accepted(*names: str) -> str:
    rules = "".join(f"  - id: {name!r}\n    reason: r\n    expires: 2026-05-01\n" for name in names)
    Path("some.yaml").write_text(f"accept:\n{rules}")
    return "some.yaml"


def test_rules_that_are_over_or_of_no_use_are_told(run: Run) -> None:
    Path(".seawall-accept.yaml").write_text(
        "accept:\n"
        "  - {id: CVE-2026-0001, reason: r, expires: 2026-01-01}\n"
        "  - {package: pkg:npm/gone, reason: r, expires: 2026-05-01}\n"
        "  - {layer: 1, reason: r, expires: 2026-05-01}\n"
    )
    report = json.loads(run("scan", "app.tar", "--as-of", DAY, "-o", "json").out)
    assert [row["state"] for row in report["accepted_risks"]] == ["expired", "unused", "used"]
    assert report["summary"]["accepted"] == 1
    table = run("scan", "app.tar", "--as-of", DAY).out
    assert "accepted risk ended on 2026-01-01" in table
    assert "accepted risk matches nothing" in table


def test_reports_go_where_they_are_told(run: Run) -> None:
    ended = run("scan", "app.tar", "--as-of", DAY, "-o", "table", "-o", "sarif=a.sarif", "-o", "html=a.html")
    assert "Fix first" in ended.out
    assert ended.err.splitlines() == ["sarif report: a.sarif", "html report: a.html"]
    assert "\x1b" not in ended.out + ended.err
    assert json.loads(Path("a.sarif").read_text())["version"] == "2.1.0"
    assert Path("a.html").read_text().startswith("<!")
    ended = run("scan", "app.tar", "--as-of", DAY, "-q", "-o", "json", "--output-file", "a.json")
    assert (ended.out, ended.err) == ("", "")
    assert json.loads(Path("a.json").read_text())["schema"] == "seawall.dev/report/v1"


OWN = """apiVersion: seawall.dev/v1
kind: Policy
metadata: {name: mine}
spec:
  title: A package with a known vulnerability
  severity: high
  stages: [build, deploy]
  categories: [custom]
  when: {image: {vulnerability: {severity: {at-least: high}, fixable: true}}}
"""


def explained(run: Run, *words: str) -> list[dict[str, Any]]:
    ended = run("policy", "explain", "mine", *words, "--policy", "own.yaml", "--as-of", DAY, "-o", "json")
    assert ended.code == 0, ended
    found: list[dict[str, Any]] = json.loads(ended.out)
    return found


@pytest.mark.parametrize("stages", ["[build]", "[build, deploy]"])
def test_a_policy_is_explained_on_an_image_as_it_is_scanned(stages: str, run: Run) -> None:
    Path("own.yaml").write_text(OWN.replace("[build, deploy]", stages))
    assert run("scan", "app.tar", "--as-of", DAY, "-q", "-o", "cyclonedx=bom.json").code == 0
    targets = ("app.tar", "layout:layout", "bom.json")
    rows = explained(run, *targets)
    assert [row["verdict"] for row in rows] == ["finding"] * 3
    assert [row["subject"]["kind"] for row in rows] == ["image", "image", "sbom"]
    assert [row["gaps"] for row in rows] == [[]] * 3
    Path("own.yaml").write_text(OWN.replace("[build, deploy]", stages).replace("fixable: true", "accepted: false"))
    (row,) = explained(run, "app.tar", "--ignore-file", _accepted("CVE-2026-0001"))
    assert row["verdict"] == "none"
    (row,) = explained(run, "app.tar", "--db", "nowhere")
    assert row["verdict"] == "none"
    assert "There is no advisory database" in row["gaps"][0]
    assert (
        "gap: advisories missing"
        in run("policy", "explain", "mine", "app.tar", "--policy", "own.yaml", "--db", "x").out
    )


def test_a_policy_of_both_stages_is_explained_on_manifests_and_images_in_one_call(run: Run) -> None:
    Path("own.yaml").write_text(OWN)
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}
    Path("pod.json").write_text(json.dumps(pod | {"spec": {"containers": [{"name": "c", "image": "x"}]}}))
    rows = explained(run, "pod.json", "app.tar")
    assert [(row["subject"]["kind"], row["verdict"]) for row in rows] == [("Pod", "unknown"), ("image", "finding")]
    assert rows[0]["missing"] == ["image-scan"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("mine pod.yaml", 3, "pod.yaml cannot be scanned"),
        ("mine nothing.tar", 3, "there is no file or directory"),
        ("mine app.tar --object Pod/a", 2, "app.tar is an image"),
        ("image-runs-as-root dir:rootfs", 3, "does not apply to a filesystem"),
        ("mine 127.0.0.1:1/app:1", 5, "cannot be reached"),
    ],
)
def test_what_cannot_be_explained_on_an_image_is_said(words: str, code: int, said: str, run: Run) -> None:
    Path("own.yaml").write_text(OWN.replace("[build, deploy]", "[build]"))
    Path("pod.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {}\n")
    Path("rootfs/etc").mkdir(parents=True)
    Path("rootfs/etc/os-release").write_bytes(OS_RELEASE)
    ended = run("policy", "explain", *words.split(), "--policy", "own.yaml")
    assert ended.code == code, ended
    assert said in ended.err
    assert "Traceback" not in ended.err
