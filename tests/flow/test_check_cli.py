"""`seawall check` as a user meets it: exit codes, outputs, standard input, what is said of what cannot be read."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.flow.command import seawall as run

GOOD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: web
      automountServiceAccountToken: false
      securityContext: {runAsNonRoot: true, runAsUser: 10001, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: web
          image: registry.example/shop/web:1.4@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
          resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {cpu: 100m, memory: 64Mi}}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {drop: [ALL]}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: web, namespace: shop}
"""
BAD = GOOD.replace("allowPrivilegeEscalation: false", "privileged: yes")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "bad.yaml").write_text(BAD)
    (tmp_path / "broken.yaml").write_text(GOOD + "---\nkind: [\n---\n" + BAD)
    return tmp_path


def test_a_deployment_made_with_care_is_clean(folder: Path) -> None:
    done = run("check", "good.yaml", "--fail-on", "low", "--strict", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No findings" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["check", "bad.yaml"], 0),
        (["check", "bad.yaml", "--fail-on", "high"], 1),
        (["check", "bad.yaml", "--only", "latest-tag", "--fail-on", "low"], 0),
        (["check", "bad.yaml", "--skip", "privileged-container", "--only", "privileged-container"], 0),
        (["check", "bad.yaml", "--profile", "pss-baseline@v1.25", "--fail-on", "medium"], 1),
        (["check", "bad.yaml", "--profile", "nowhere"], 2),
        (["check", "bad.yaml", "--only", "nothing-of-the-kind"], 2),
        (["check", "bad.yaml", "--output", "nonsense"], 2),
        (["check"], 2),
        (["check", "missing.yaml"], 3),
        (["check", "broken.yaml"], 0),
        (["check", "broken.yaml", "--strict"], 3),
    ],
)
def test_exit_codes(folder: Path, arguments: list[str], code: int) -> None:
    done = run(*arguments, cwd=folder)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_mistyped_policy_is_told_with_what_was_meant(folder: Path) -> None:
    done = run("check", "bad.yaml", "--only", "privileged-contaner", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Did you mean privileged-container" in done.stderr


def test_a_broken_document_is_reported_with_its_line_and_the_rest_goes_on(folder: Path) -> None:
    report = json.loads(run("check", "broken.yaml", "--output", "json", cwd=folder).stdout)
    (row,) = [row for row in report["coverage"] if row["area"] == "document"]
    assert row["state"] == "unreadable"
    assert row["message"].startswith("broken.yaml:26: broken YAML")
    assert "privileged-container" in {finding["policy"] for finding in report["findings"]}


def test_findings_have_file_line_and_path(folder: Path) -> None:
    report = json.loads(run("check", "bad.yaml", "--only", "privileged-container", "-o", "json", cwd=folder).stdout)
    (finding,) = report["findings"]
    assert finding["location"]["file"] == "bad.yaml"
    assert BAD.splitlines()[finding["location"]["line"] - 1].strip() == "privileged: yes"
    assert finding["location"]["path"] == "spec.template.spec.containers[0].securityContext.privileged"
    assert finding["subject"] == {
        "kind": "Deployment", "name": "web", "namespace": "shop", "digest": "", "distribution": "",
    }  # fmt: skip


def test_standard_input_and_json_are_read_too(folder: Path) -> None:
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"hostPID": True, "containers": []}}
    document = json.dumps({"apiVersion": "v1", "kind": "List", "items": [pod, pod | {"metadata": {"name": "b"}}]})
    report = json.loads(run("check", "-", "--only", "host-pid", "-o", "json", cwd=folder, stdin=document).stdout)
    assert [finding["subject"]["name"] for finding in report["findings"]] == ["a", "b"]


def test_several_reports_at_once_and_files_are_whole(folder: Path) -> None:
    outputs = [
        f"--output={kind}=out.{kind}" for kind in ("json", "sarif", "junit", "html", "markdown", "gitlab", "csv")
    ]
    done = run("check", "bad.yaml", "--output", "table", *outputs, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "privileged-container" in done.stdout
    for output in outputs:
        text = (folder / output.rsplit("=", 1)[1]).read_text()
        assert "privileged" in text
    assert json.loads((folder / "out.sarif").read_text())["version"] == "2.1.0"


def test_an_accepted_risk_opens_the_gate_until_it_expires(folder: Path) -> None:
    (folder / ".seawall-accept.yaml").write_text(
        "accept:\n  - policy: '*'\n    reason: a node agent\n    owner: platform\n    expires: 2027-01-31\n"
    )
    gate = ("check", "bad.yaml", "--fail-on", "low")
    assert run(*gate, "--as-of", "2027-01-31", cwd=folder).returncode == 0
    late = run(*gate, "--as-of", "2027-02-01", cwd=folder)
    assert late.returncode == 1
    assert "accepted risk ended on 2027-01-31" in late.stdout


def test_what_exists_elsewhere_is_assumed(folder: Path) -> None:
    manifest = GOOD.split("---", maxsplit=1)[0]
    (folder / "alone.yaml").write_text(manifest)
    (folder / "elsewhere").write_text("ServiceAccount/shop/web\n")
    arguments = ("check", "alone.yaml", "--only", "service-account-missing", "--fail-on", "low")
    assert run(*arguments, cwd=folder).returncode == 1
    assert run(*arguments, "--assume", "elsewhere", cwd=folder).returncode == 0


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["check", "--help"], ["scan", "--help"]])
def test_help_imports_no_engine(arguments: list[str], tmp_path: Path) -> None:
    script = (
        "import sys; sys.argv[1:] = " + repr(arguments) + "\n"
        "from seawall.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'yaml', 'rich', 'urllib3', 'lmdb', 'jinja2', 'aiohttp', 'ryml', 're2', 'cel_expr_python'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stderr.strip().splitlines()[-1] == "[]"
