"""`seawall check` on what a repository may hold: every workload kind, YAML's traps, bombs, and each report's lines."""

import json
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from tests.flow.command import seawall

_POD = {"hostPID": True, "containers": [{"name": "c", "image": "x:1"}]}
_TEMPLATE = {"metadata": {"labels": {"a": "b"}}, "spec": _POD}
_KINDS: dict[str, tuple[str, dict[str, object]]] = {
    "Pod": ("v1", {"spec": _POD}),
    "PodTemplate": ("v1", {"template": _TEMPLATE}),
    "ReplicationController": ("v1", {"spec": {"template": _TEMPLATE}}),
    "Deployment": ("apps/v1", {"spec": {"template": _TEMPLATE}}),
    "ReplicaSet": ("apps/v1", {"spec": {"template": _TEMPLATE}}),
    "StatefulSet": ("apps/v1", {"spec": {"template": _TEMPLATE}}),
    "DaemonSet": ("apps/v1", {"spec": {"template": _TEMPLATE}}),
    "Job": ("batch/v1", {"spec": {"template": _TEMPLATE}}),
    "CronJob": ("batch/v1", {"spec": {"jobTemplate": {"spec": {"template": _TEMPLATE}}}}),
    "Service": ("serving.knative.dev/v1", {"spec": {"template": _TEMPLATE}}),
    "Rollout": ("argoproj.io/v1alpha1", {"spec": {"template": _TEMPLATE}}),
    "DeploymentConfig": ("apps.openshift.io/v1", {"spec": {"template": _TEMPLATE}}),
}
_GOOD = (
    "---\napiVersion: v1\nkind: Pod\nmetadata: {name: good}\nspec: {hostPID: yes, containers: [{name: c, image: x}]}\n"
)
_BOMBS = {
    "aliases": "a: &a [x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)),
    "depth": "a: " + "[" * 100_000 + "]" * 100_000 + "\n",
    "itself": "a: &a {b: *a}\n",
    "broken": "a: [\n",
    "template": "{{- if .Values.x }}\nkind: Pod\n{{- end }}\n",
}


def _run(*arguments: str, cwd: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return seawall("check", *arguments, cwd=cwd, stdin=stdin)


def test_every_kind_of_workload_is_judged_alone_and_in_lists(tmp_path: Path) -> None:
    objects = [
        {"apiVersion": version, "kind": kind, "metadata": {"name": kind.lower()}, **rest}
        for kind, (version, rest) in _KINDS.items()
    ]
    listed = {"apiVersion": "v1", "kind": "List", "items": objects}
    for text in ("\n---\n".join(map(json.dumps, objects)), json.dumps(listed)):
        done = _run("-", "--only", "host-pid", "-o", "json", cwd=tmp_path, stdin=text)
        report = json.loads(done.stdout)
        assert [finding["subject"]["kind"] for finding in report["findings"]] == list(_KINDS)
        assert report["summary"]["gaps"] == 0


@pytest.mark.parametrize("name", _BOMBS)
def test_what_cannot_be_read_is_told_and_the_rest_goes_on(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.yaml").write_text(_BOMBS[name] + _GOOD)
    done = _run("a.yaml", "--only", "host-pid", "-o", "json", "--strict", cwd=tmp_path)
    assert done.returncode == 3, done.stderr
    report = json.loads(done.stdout)
    assert [finding["subject"]["name"] for finding in report["findings"]] == ["good"]
    (row,) = [row for row in report["coverage"] if row["area"] == "document"]
    assert row["message"].startswith("a.yaml:")
    assert row["state"] in {"unreadable", "unsupported"}


def test_wrong_types_are_told_with_their_lines(tmp_path: Path) -> None:
    head = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  hostNetwork: sometimes\n  hostPID: on\n"
    (tmp_path / "a.yaml").write_text(head + "  containers:\n    - {name: c, image: 5, env: [3]}\n")
    report = json.loads(
        _run("a.yaml", "--only", "host-pid", "--only", "host-network", "-o", "json", cwd=tmp_path).stdout
    )
    assert [finding["policy"] for finding in report["findings"]] == ["host-pid"]
    rows = [row["message"] for row in report["coverage"] if row["area"] == "document"]
    assert [row.partition(" ")[0] for row in sorted(rows)] == [
        "a.yaml:5:spec.hostNetwork:", "a.yaml:8:spec.containers[0].env[0]:", "a.yaml:8:spec.containers[0].image:",
    ]  # fmt: skip


def test_profiles_join_and_reports_have_lines(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(_GOOD)
    profiles = ("--profile", "pss-baseline@v1.25", "--profile", "ci")
    done = _run("a.yaml", *profiles, "-o", "github", "-o", "sarif=a.sarif", "-o", "gitlab=a.json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "file=a.yaml,line=5,title=high%3A host-pid::" in done.stdout
    (run,) = json.loads((tmp_path / "a.sarif").read_text())["runs"]
    found = {row["ruleId"]: row["locations"][0]["physicalLocation"] for row in run["results"]}
    assert found["host-pid"]["artifactLocation"]["uri"] == "a.yaml"
    assert {place["region"]["startLine"] for place in found.values()} == {5}
    assert any(name.startswith("pss-") for name in found)
    lines = [row["location"] for row in json.loads((tmp_path / "a.json").read_text())["vulnerabilities"]]
    assert {"file": "a.yaml", "start_line": 5} in lines


_HOSTILE = {
    "bom.yaml": b"\xef\xbb\xbf" + _GOOD.encode(),
    "utf16.yaml": b"\xff\xfe" + _GOOD.encode("utf-16-le"),
    "crlf.yaml": _GOOD.replace("\n", "\r\n").encode(),
    "tabs.yaml": _GOOD.replace("kind: ", "kind:\n\t").encode(),
    "control.yaml": _GOOD.replace("good", '"\\x1b[2J<script>alert(1)</script>::error::\\u202e"').encode(),
    "nul.yaml": b"a: \x00\n",
    "elf.json": b"\x7fELF\x02\x01\x01\x00",
    "twice.yaml": _GOOD.encode() + b"kind: Pod\n",
    "merge.yaml": b"x: &x {a: b}\nspec: {<<: *x, <<: 5}\n",
    "infinite.yaml": _GOOD.replace("hostPID: yes", "priority: .inf").encode(),
    "huge.yaml": _GOOD.replace("hostPID: yes", "priority: " + "9" * 5000).encode(),
    "kind.yaml": _GOOD.replace("kind: Pod", "kind: Pdo").encode(),
    "version.yaml": _GOOD.replace("v1", "apps/v99").replace("Pod", "Deployment").encode(),
    "list.json": b'{"apiVersion": "v1", "kind": "List", "items": "x"}',
    "surrogate.json": b'{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "\\ud800"}}',
    "key.yaml": b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {" + b"y" * 9999 + b": 1}\n",
    "docker-compose.yml": b"services: {web: {image: nginx, privileged: true}}\n",
    "empty.yaml": b"",
}
_TOLD_WITHOUT_A_GAP = {"bom.yaml", "utf16.yaml", "crlf.yaml", "control.yaml", "docker-compose.yml", "empty.yaml"}


def test_every_form_of_report_holds_whatever_the_manifests_hold(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name, data in _HOSTILE.items():
        (tmp_path / "in" / name).write_bytes(data)
    (tmp_path / "in" / "gone.yaml").symlink_to("nowhere")
    forms = ("json", "sarif", "gitlab", "cyclonedx", "spdx", "junit", "html", "markdown", "csv", "github", "table")
    done = _run("in", "--strict", "-q", *(f"--output={form}={form}" for form in forms), cwd=tmp_path)
    assert done.returncode == 3, done.stderr
    assert "documents or fields could not be read" in done.stderr
    texts = {form: (tmp_path / form).read_text("utf-8") for form in forms}
    reports = {form: json.loads(texts[form]) for form in forms[:5]}
    ET.fromstring(texts["junit"])
    assert "<script>alert" not in texts["html"]
    assert not any(set(text) & set("\x00\x1b\u202e") for text in texts.values())
    rows = [row for row in reports["json"]["coverage"] if row["area"] == "document" and row["state"] != "info"]
    told = {row["message"].partition(":")[0].removeprefix("in/") for row in rows}
    assert told == set(_HOSTILE) - _TOLD_WITHOUT_A_GAP | {"gone.yaml"}
    assert all(len(row["message"]) < 1000 for row in rows)
    names = {finding["policy"] for finding in reports["json"]["findings"]}
    assert {policy["name"] for policy in reports["json"]["policies"]} == names
    helps = [rule["help"]["text"] for rule in reports["sarif"]["runs"][0]["tool"]["driver"]["rules"]]
    assert all("Why it matters: " in text and "What to do: " in text for text in helps)
