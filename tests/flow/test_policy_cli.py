"""``seawall policy`` as people use it: every verb, its exit codes, and what it prints."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.flow.command import seawall as _run

_POD = """apiVersion: v1
kind: Pod
metadata:
  name: a
  annotations: {seawall.dev/accept: "privileged-container: agent (until 2027-01-31); latest-tag: x"}
spec:
  containers: [{name: c, image: x, securityContext: {privileged: true}}, {name: d, image: x}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: m}
"""
_KYVERNO = """apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: no-host-pid}
spec:
  rules:
    - name: pid
      match: {any: [{resources: {kinds: [Pod]}}]}
      validate: {message: No host PID., pattern: {spec: {=(hostPID): false}}}
    - name: sign
      verifyImages: []
"""


_ADMISSION = """apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: replicas}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [apps], resources: [deployments]}]}
  validations: [{expression: object.spec.replicas > 1}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: everywhere}
spec: {policyName: replicas, validationActions: [Warn]}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: stray}
spec: {policyName: elsewhere, validationActions: [Deny]}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {name: sidecar}
spec: {}
"""


def test_list_is_an_array_and_filters(tmp_path: Path) -> None:
    every = json.loads(_run("policy", "list", "--output", "json", cwd=tmp_path).stdout)
    some = json.loads(_run("policy", "list", "--profile", "pss-baseline", "-o", "json", cwd=tmp_path).stdout)
    assert len(every) > len(some) > 0
    assert {"name", "title", "severity", "stages", "categories", "controls"} == set(some[0])
    worst = json.loads(_run("policy", "list", "--severity", "critical", "-o", "json", cwd=tmp_path).stdout)
    assert {row["severity"] for row in worst} == {"critical"}
    wrong = _run("policy", "list", "--profile", "pss-baselin", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "pss-baseline" in wrong.stderr


def test_show(tmp_path: Path) -> None:
    assert "What to do" in _run("policy", "show", "privileged-container", cwd=tmp_path).stdout
    assert json.loads(_run("policy", "show", "privileged-container", "-o", "json", cwd=tmp_path).stdout)["spec"]
    text = _run("policy", "show", "privileged-container", "-o", "yaml", cwd=tmp_path).stdout
    (tmp_path / "own.yaml").write_text(text)
    assert _run("policy", "test", "own.yaml", cwd=tmp_path).returncode == 0
    wrong = _run("policy", "show", "privileged-containr", cwd=tmp_path)
    assert (wrong.returncode, "Did you mean privileged-container" in wrong.stderr) == (2, True)


@pytest.mark.parametrize("template", ["container", "workload", "image", "cel"])
def test_a_new_policy_is_clean_and_is_not_overwritten(tmp_path: Path, template: str) -> None:
    new = ("policy", "new", "mine", "--from", template, "--output-file", "mine.yaml")
    assert _run(*new, cwd=tmp_path).returncode == 0
    assert _run("policy", "lint", "mine.yaml", cwd=tmp_path).returncode == 0
    assert _run("policy", "test", "mine.yaml", cwd=tmp_path).returncode == 0
    again = _run(*new, cwd=tmp_path)
    assert (again.returncode, "is there already" in again.stderr) == (2, True)


@pytest.mark.parametrize("template", ["container", "workload", "image", "cel"])
def test_a_new_policy_as_json_is_one_too(tmp_path: Path, template: str) -> None:
    told = _run("policy", "new", "mine", "--from", template, "--output", "json", cwd=tmp_path).stdout
    assert json.loads(told)["metadata"]["name"] == "mine"
    (tmp_path / "mine.json").write_text(told)
    assert _run("policy", "lint", "mine.json", cwd=tmp_path).returncode == 0
    assert _run("policy", "test", "mine.json", cwd=tmp_path).returncode == 0


def test_lint_tells_the_line(tmp_path: Path) -> None:
    text = _run("policy", "new", "mine", cwd=tmp_path).stdout
    (tmp_path / "bad.yaml").write_text(text.replace("read-only-root-filesystem:", "read-only-rootfilesystem:"))
    line = next(at for at, row in enumerate(text.splitlines(), 1) if "read-only-root-filesystem:" in row)
    found = _run("policy", "lint", "bad.yaml", "-o", "json", cwd=tmp_path)
    (remark,) = json.loads(found.stdout)["remarks"]
    assert found.returncode == 2
    assert remark["place"] == f"bad.yaml:{line}"
    assert "read-only-root-filesystem" in remark["hint"]
    (tmp_path / "poor.yaml").write_text(text.partition("examples:")[0])
    assert _run("policy", "lint", "poor.yaml", cwd=tmp_path).returncode == 1
    refused = _run("check", "bad.yaml", "--policy", "bad.yaml", cwd=tmp_path)
    assert (refused.returncode, f"bad.yaml:{line}:" in refused.stderr) == (2, True)


def test_a_failing_example_is_told(tmp_path: Path) -> None:
    text = _run("policy", "new", "mine", cwd=tmp_path).stdout
    (tmp_path / "wrong.yaml").write_text(text.replace("expect: pass", "expect: fail"))
    found = _run("policy", "test", "wrong.yaml", cwd=tmp_path)
    assert found.returncode == 1
    assert "expected fail, the answer is pass" in found.stdout


def test_explain(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(_POD)
    found = _run("policy", "explain", "privileged-container", "pod.yaml", cwd=tmp_path)
    assert "Pod default/a (pod.yaml:1): a finding" in found.stdout
    assert "✗ container d  spec.containers[1]" in found.stdout
    (one,) = json.loads(
        _run(
            "policy", "explain", "privileged-container", "pod.yaml", "--object", "Pod/a", "-o", "json", cwd=tmp_path
        ).stdout
    )
    assert one["verdict"] == "finding"
    assert one["trace"]["children"]
    for name in ("ConfigMap/m", "Pod/b"):
        assert (
            _run("policy", "explain", "privileged-container", "pod.yaml", "--object", name, cwd=tmp_path).returncode
            == 3
        )


def test_a_scope_by_clusters_asks_for_the_name(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(_POD)
    text = _run("policy", "show", "privileged-container", "-o", "yaml", cwd=tmp_path).stdout
    text = text.replace("privileged-container", "mine").partition("examples:")[0]
    (tmp_path / "own.yaml").write_text(text.replace("  when:", "  scope: {include: [{clusters: [prod-*]}]}\n  when:"))
    check = ("check", "pod.yaml", "--policy", "own.yaml", "-o", "json")
    explain = ("policy", "explain", "mine", "pod.yaml", "--policy", "own.yaml", "-o", "json")
    seen = {}
    for name in ("prod-1", "test-1", ""):
        option = ("--cluster", name) if name else ()
        report = json.loads(_run(*check, *option, cwd=tmp_path).stdout)
        rows = [row["area"] for row in report["coverage"] if row["area"].startswith("fact:")]
        (explained,) = json.loads(_run(*explain, *option, cwd=tmp_path).stdout)
        seen[name] = len(report["findings"]), rows, explained["verdict"]
    assert seen == {
        "prod-1": (1, [], "finding"),
        "test-1": (0, [], "out-of-scope"),
        "": (0, ["fact:cluster-name"], "unknown"),
    }


def test_import_takes_bindings_to_their_policies_and_names_the_others(tmp_path: Path) -> None:
    (tmp_path / "vap.yaml").write_text(_ADMISSION)
    done = _run("policy", "import", "vap.yaml", "-o", "json", cwd=tmp_path)
    assert done.returncode == 4, done.stderr
    result = json.loads(done.stdout)
    replicas, stray, mutating = result["policies"]
    assert (replicas["state"], replicas["policies"][0]["spec"]["enforcement"]) == ("imported", {"admission": "warn"})
    assert stray["left_out"][0]["reason"] == "the policy that it binds is not here"
    assert "changes objects" in mutating["left_out"][0]["reason"]
    assert result["ignored"] == []


def test_import_names_what_cannot_be_said(tmp_path: Path) -> None:
    (tmp_path / "k.yaml").write_text(_KYVERNO)
    found = _run("policy", "import", "k.yaml", "--output-dir", "out", cwd=tmp_path)
    assert found.returncode == 4
    assert "rule sign: it verifies signatures" in found.stderr
    assert "0 imported, 1 in part, 0 not" in found.stderr
    assert _run("policy", "lint", "out", cwd=tmp_path).returncode == 0
    assert _run("policy", "import", "k.yaml", "--output-dir", "out", cwd=tmp_path).returncode == 2
    (tmp_path / "pod.yaml").write_text(
        "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {hostPID: true, containers: []}}"
    )
    report = json.loads(_run("check", "pod.yaml", "--policy", "out", "-o", "json", cwd=tmp_path).stdout)
    assert [row["policy"] for row in report["findings"]] == ["no-host-pid-pid"]
    assert _run("policy", "import", "pod.yaml", cwd=tmp_path).returncode == 3


def test_annotations_accept_findings(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(_POD)
    check = ("check", "pod.yaml", "--only", "privileged-container", "--fail-on", "low", "-o", "json", "--as-of")
    held = _run(*check, "2027-01-31", cwd=tmp_path)
    report = json.loads(held.stdout)
    assert held.returncode == 0
    assert report["findings"][0]["accepted"]["reason"] == "agent"
    assert [row["area"] for row in report["coverage"]].count("accepted-risk") == 1
    expired = _run(*check, "2027-02-01", cwd=tmp_path)
    assert expired.returncode == 1
    assert json.loads(expired.stdout)["accepted_risks"][0]["state"] == "expired"


def test_scan_judges_by_policies_when_asked(tmp_path: Path) -> None:
    component = {"type": "library", "name": "curl", "version": "1", "purl": "pkg:deb/debian/curl@1"}
    bom = {"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [component]}
    (tmp_path / "bom.json").write_text(json.dumps(bom))
    scan = ("scan", "bom.json", "--db", "none", "-o", "json", "--fail-on", "negligible")
    plain = _run(*scan, cwd=tmp_path)
    assert (plain.returncode, json.loads(plain.stdout)["findings"]) == (0, [])
    text = _run("policy", "new", "no-curl", "--from", "image", cwd=tmp_path).stdout.partition("examples:")[0]
    (tmp_path / "own.yaml").write_text(text.partition("  when:")[0] + "  when: {image: {package: {name: curl}}}\n")
    judged = _run(*scan, "--policy", "own.yaml", cwd=tmp_path)
    assert judged.returncode == 1
    assert [row["policy"] for row in json.loads(judged.stdout)["findings"]] == ["no-curl"]


def test_names_complete(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "_SEAWALL_COMPLETE": "bash_complete",
        "COMP_WORDS": "seawall check --only privileged-c",
    }
    program = "from seawall.cli.main import cli; cli.main(prog_name='seawall')"
    found = subprocess.run(
        [sys.executable, "-c", program],
        env={**environment, "COMP_CWORD": "3"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "plain,privileged-container" in found.stdout
