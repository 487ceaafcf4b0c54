"""What StackRox's own acceptance tests assert of build and deploy policies, asserted of ours.

Default policies, every field in both directions, scopes, dry runs, and checks of a file with many documents.
"""

import json
from collections import defaultdict
from copy import deepcopy
from datetime import date
from pathlib import Path

import msgspec
import pytest
import yaml

from seawall.errors import UsageError
from seawall.model.finding import Finding, Stage, Status, Subject, VulnerabilityMatch
from seawall.model.identifiers import Fingerprint, PolicyName, Purl, VulnerabilityId
from seawall.model.image import Image, ImageConfig, Package
from seawall.model.report import Report
from seawall.model.severity import Severity
from seawall.policy.document import Json
from seawall.policy.emit import to_yaml
from seawall.policy.importing.stackrox import import_stackrox
from seawall.policy.load import library
from seawall.workflow.check import CheckRequest, check
from seawall.workflow.explain import explain
from seawall.workflow.image_policies import judge_image
from seawall.workflow.policies import named
from seawall.workflow.scan import ScanRequest

DAY = date(2026, 6, 1)
Row = tuple[str, list[str], dict[str, Json], set[str]]


def workload(
    name: str, *, namespace: str = "shop", pod: Json = None, container: Json = None, meta: Json = None
) -> Json:
    """A Deployment that is made with care but for what is given."""
    careful: dict[str, Json] = {
        "name": "app",
        "image": "registry.example/shop/app:1.4",
        "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"cpu": "500m", "memory": "128Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }
    spec: dict[str, Json] = {
        "serviceAccountName": "app",
        "automountServiceAccountToken": False,
        "securityContext": {"runAsNonRoot": True, "runAsUser": 10001, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [_merged(careful, container)],
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": _merged({"name": name, "namespace": namespace}, meta),
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": _merged(spec, pod)},
        },
    }


def _merged(base: dict[str, Json], more: Json) -> dict[str, Json]:
    made = deepcopy(base)
    for key, value in more.items() if isinstance(more, dict) else ():
        old = made.get(key)
        made[key] = _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return made


WORKLOADS = [
    workload("plain"),
    workload(
        "privileged",
        container={"securityContext": {"privileged": True, "allowPrivilegeEscalation": True, "capabilities": None}},
    ),
    workload("latest", container={"image": "registry.example/shop/app:latest"}),
    workload("hub", container={"image": "nginx:1.27"}),
    workload("ssh", container={"ports": [{"containerPort": 22}]}),
    workload("udp", container={"ports": [{"containerPort": 53, "protocol": "UDP"}]}),
    workload("secret-env", container={"env": [{"name": "DB_SECRET", "value": "hunter2-long"}]}),
    workload(
        "secret-ref",
        container={"env": [{"name": "DB_SECRET", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}]},
    ),
    workload("node", pod={"hostNetwork": True, "hostPID": True, "hostIPC": True}),
    workload(
        "mount",
        pod={"volumes": [{"name": "etc", "hostPath": {"path": "/etc"}}]},
        container={"volumeMounts": [{"name": "etc", "mountPath": "/host", "mountPropagation": "Bidirectional"}]},
    ),
    workload(
        "mount-read-only",
        pod={"volumes": [{"name": "etc", "hostPath": {"path": "/etc"}}]},
        container={"volumeMounts": [{"name": "etc", "mountPath": "/host", "readOnly": True}]},
    ),
    workload("sys-admin", container={"securityContext": {"capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}}}),
    workload("unconfined", pod={"securityContext": {"seccompProfile": {"type": "Unconfined"}}}),
    workload("small", container={"resources": {"requests": {"cpu": "10m", "memory": "8Mi"}, "limits": None}}),
    workload("annotated", meta={"annotations": {"owner": "web", "email": "w@example.org"}, "labels": {"team": "web"}}),
    workload("elsewhere", namespace="kube-system"),
    workload("sandboxed", pod={"runtimeClassName": "gvisor", "automountServiceAccountToken": True}),
]
NAMES = {"plain"} | {"privileged", "latest", "hub", "ssh", "udp", "secret-env", "secret-ref", "node", "mount"} | {
    "mount-read-only", "sys-admin", "unconfined", "small", "annotated", "elsewhere", "sandboxed",
}  # fmt: skip
MOUNTS = {"mount", "mount-read-only"}

FIELDS: list[Row] = [
    ("Privileged Container", ["true"], {}, {"privileged"}),
    ("Privileged Container", ["true"], {"negate": True}, NAMES - {"privileged"}),
    ("Image Tag", ["latest"], {}, {"latest"}),
    ("Image Tag", ["latest", "1\\.27"], {}, {"latest", "hub"}),
    ("Image Tag", ["1\\..*"], {}, NAMES - {"latest"}),
    ("Image Registry", ["docker.io"], {}, {"hub"}),
    ("Image Registry", ["registry\\.example"], {"negate": True}, {"hub"}),
    ("Image Remote", [".*/app"], {}, NAMES - {"hub"}),
    ("Exposed Port", ["22"], {}, {"ssh"}),
    ("Exposed Port", ["> 40"], {}, {"udp"}),
    ("Exposed Port Protocol", ["udp"], {}, {"udp"}),
    ("Environment Variable", ["RAW=.*SECRET.*="], {}, {"secret-env"}),
    ("Environment Variable", ["RAW=.*SECRET.*=hunter.*"], {}, {"secret-env"}),
    ("Environment Variable", ["RAW=.*SECRET.*=other"], {}, set()),
    ("Environment Variable", ["SECRET_KEY=.*SECRET.*="], {}, {"secret-ref"}),
    ("Environment Variable", ["=DB_SECRET="], {}, {"secret-env", "secret-ref"}),
    ("Host Network", ["true"], {}, {"node"}),
    ("Host PID", ["true"], {}, {"node"}),
    ("Host IPC", ["true"], {}, {"node"}),
    ("Host IPC", ["true"], {"negate": True}, NAMES - {"node"}),
    ("Volume Type", ["hostPath"], {}, MOUNTS),
    ("Volume Source", ["/etc"], {}, MOUNTS),
    ("Volume Source", ["/etc", "/var"], {"booleanOperator": "AND"}, set()),
    ("Volume Destination", ["/host"], {}, MOUNTS),
    ("Volume Name", ["etc"], {}, MOUNTS),
    ("Writable Host Mount", ["true"], {}, {"mount"}),
    ("Writable Mounted Volume", ["true"], {}, {"mount"}),
    ("Mount Propagation", ["BIDIRECTIONAL"], {}, {"mount"}),
    ("Add Capabilities", ["SYS_ADMIN"], {}, {"sys-admin"}),
    ("Drop Capabilities", ["ALL"], {}, {"privileged"}),
    ("Seccomp Profile Type", ["UNCONFINED"], {}, {"unconfined"}),
    ("Seccomp Profile Type", ["RUNTIME_DEFAULT"], {}, NAMES - {"unconfined"}),
    ("Allow Privilege Escalation", ["true"], {}, {"privileged"}),
    ("Read-Only Root Filesystem", ["false"], {}, set()),
    ("Container CPU Request", ["< 0.05"], {}, {"small"}),
    ("Container CPU Request", [">= 0.1"], {}, NAMES - {"small"}),
    ("Container Memory Request", ["< 10"], {}, {"small"}),
    ("Container Memory Limit", ["0"], {}, {"small"}),
    ("Container CPU Limit", ["= 0.5"], {}, NAMES - {"small"}),
    ("Container Name", ["app"], {}, NAMES),
    ("Namespace", ["kube-.*"], {}, {"elsewhere"}),
    ("Service Account", ["app"], {}, NAMES),
    ("Service Account", ["default"], {}, set()),
    ("Automount Service Account Token", ["true"], {}, {"sandboxed"}),
    ("Runtime Class", ["gvisor"], {}, {"sandboxed"}),
    ("Replicas", ["< 3"], {}, NAMES),
    ("Replicas", ["> 2"], {}, set()),
    ("Required Annotation", ["owner=.+"], {}, NAMES - {"annotated"}),
    ("Required Label", ["team=web"], {}, NAMES - {"annotated"}),
    ("Disallowed Annotation", ["email=.*@example.org"], {}, {"annotated"}),
    ("Liveness Probe Defined", ["false"], {}, NAMES),
    ("Has Ingress Network Policy", ["false"], {}, NAMES),
]


def stackrox(name: str, field: str, values: list[str], group: dict[str, Json], **more: Json) -> dict[str, Json]:
    return {
        "name": name,
        "severity": "HIGH_SEVERITY",
        "lifecycleStages": ["DEPLOY"],
        "categories": ["Test"],
        "policySections": [
            {"policyGroups": [{"fieldName": field, "values": [{"value": value} for value in values], **group}]}
        ],
        **more,
    }


def imported(folder: Path, *policies: dict[str, Json]) -> Path:
    """StackRox's policies as files of ours."""
    folder.mkdir(exist_ok=True)
    for raw in policies:
        (made,) = import_stackrox(raw, "export.json")
        assert made.state == "imported", made.left_out
        for policy in made.policies:
            (folder / f"{policy.name}.yaml").write_text(to_yaml(policy))
    return folder


def checked(folder: Path, documents: list[Json], **request: object) -> Report:
    file = folder / "objects.yaml"
    file.write_text(yaml.safe_dump_all(documents))
    given: dict[str, object] = {"profiles": ()} | request
    return check(CheckRequest(paths=(str(file),), on=DAY, **given))  # type: ignore[arg-type]  # fields by name


def violations(report: Report) -> dict[str, set[str]]:
    """Policy → the objects that it found something in."""
    found = defaultdict[str, set[str]](set)
    for one in report.findings:
        found[one.policy].add(one.subject.name)
    return found


def test_every_field_finds_what_it_should_and_nothing_else(tmp_path: Path) -> None:
    rows = {f"field-{at}": row for at, row in enumerate(FIELDS)}
    raws = (stackrox(name, field, values, group) for name, (field, values, group, _) in rows.items())
    own = imported(tmp_path / "own", *raws)
    found = violations(checked(tmp_path, WORKLOADS, policies=(own,)))
    wrong = [(*row, found[name] ^ row[3]) for name, row in rows.items() if found[name] != row[3]]
    assert wrong == []


def test_default_policies_about_workloads(tmp_path: Path) -> None:
    trigger = workload(
        "trigger",
        container={
            "image": "registry.example/shop/app:latest",
            "ports": [{"containerPort": 22}],
            "env": [{"name": "SECRET", "value": "s3cr3t-and-long"}],
        },
    )
    report = checked(tmp_path, [trigger, workload("agent", namespace="kube-system")], profiles=("default",))
    found = violations(report)
    assert {"latest-tag", "ssh-port", "literal-secret-in-environment"} <= set(found)
    assert set().union(*found.values()) == {"trigger"} | found.get("workload-in-system-namespace", set())
    assert report.summary.by_policy == {name: len(names) for name, names in found.items()}
    assert sum(report.summary.by_policy.values()) == report.summary.findings == len(report.findings)


def _image(name: str, *packages: str) -> Image:
    return Image(
        subject=Subject(kind="image", name=name),
        config=ImageConfig(user="1000"),
        packages=tuple(
            Package(type="deb", name=one, version="1", purl=Purl(f"pkg:deb/debian/{one}@1")) for one in packages
        ),
    )


def _struts() -> Finding:
    return Finding(
        policy=PolicyName("vulnerability"),
        stage=Stage.BUILD,
        severity=Severity.CRITICAL,
        title="CVE-2017-5638",
        subject=Subject(kind="image", name="registry.example/struts:1"),
        fingerprint=Fingerprint("1"),
        vulnerability=VulnerabilityMatch(
            id=VulnerabilityId("CVE-2017-5638"), package="struts2-core", purl=Purl("pkg:maven/o/struts2-core@2.3"),
            installed="2.3", fixed="2.3.32", cvss=9.8, status=Status.FIXED,
        ),
    )  # fmt: skip


def test_default_policies_about_images() -> None:
    policies = tuple(library(examples=False).policies.values())

    def found(image: Image, *vulnerabilities: Finding) -> set[str]:
        return {str(one.policy) for one in judge_image(image, vulnerabilities, policies, DAY)[0]}

    plain = found(_image("registry.example/shop/app:1.4", "libc6"))
    tools = found(_image("registry.example/shop/app:1.4", "libc6", "curl", "wget", "apt"))
    assert tools - plain >= {"curl-in-image", "wget-in-image", "apt-in-image"}
    struts = found(_image("registry.example/struts:1", "libc6"), _struts())
    assert struts - plain >= {"vulnerability-struts-content-type", "vulnerability-fixable-cvss-7"}
    unsigned = judge_image(_image("registry.access.redhat.com/ubi9:9.4"), (), (named("vendor-image-unsigned"),), DAY)
    assert unsigned[0] == ()
    assert [row.area for row in unsigned[1]] == ["fact:image-signature"]


def test_the_same_name_with_another_image_is_the_same_finding(tmp_path: Path) -> None:
    own = imported(tmp_path / "own", stackrox("tag", "Image Tag", ["latest"], {}))
    images = [f"registry.example/shop/app:latest@sha256:{digit * 64}" for digit in "ab"]
    reports = [checked(tmp_path, [workload("web", container={"image": image})], policies=(own,)) for image in images]
    assert [len(report.findings) for report in reports] == [1, 1]
    assert reports[0].findings[0].fingerprint == reports[1].findings[0].fingerprint


SCOPES: list[tuple[dict[str, Json], set[str]]] = [
    ({"scope": [{"namespace": "shop"}]}, {"web"}),
    ({"scope": [{"namespace": "kube-.*"}]}, {"agent"}),
    ({"scope": [{"label": {"key": "tier", "value": "front"}}]}, {"web"}),
    ({"exclusions": [{"name": "a", "deployment": {"name": "agent", "scope": {"namespace": "kube-system"}}}]}, {"web"}),
    ({"exclusions": [{"name": "a", "deployment": {"scope": {"namespace": "shop"}}}]}, {"agent"}),
    ({"exclusions": [{"name": "a", "expiration": "2026-05-31T00:00:00Z", "deployment": {"name": "web"}}]},
     {"web", "agent"}),
]  # fmt: skip


@pytest.mark.parametrize(("scope", "expected"), SCOPES)
def test_scopes_limit(tmp_path: Path, scope: dict[str, Json], expected: set[str]) -> None:
    own = imported(tmp_path / "own", stackrox("pid", "Host PID", ["true"], {}, **scope))
    objects = [
        workload("web", pod={"hostPID": True}, meta={"labels": {"tier": "front"}}),
        workload("agent", namespace="kube-system", pod={"hostPID": True}),
    ]
    assert violations(checked(tmp_path, objects, policies=(own,)))["pid"] == expected


def _no_image(target: str) -> ScanRequest:
    raise AssertionError(target)


def test_a_dry_run_lists_what_a_policy_would_find(tmp_path: Path) -> None:
    own = imported(tmp_path / "own", stackrox("pid", "Host PID", ["true"], {}))
    (tmp_path / "objects.yaml").write_text(yaml.safe_dump_all(WORKLOADS))
    rows = explain(named("pid", [own]), (str(tmp_path / "objects.yaml"),), DAY, _no_image)
    assert {row.subject.name for row in rows if row.verdict == "finding"} == {"node"}
    assert len(rows) == len(WORKLOADS)


def test_a_source_of_variables_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    (made,) = import_stackrox(stackrox("env", "Environment Variable", ["NOWHERE=a=b"], {}), "export.json")
    assert made.state == "not"
    assert made.left_out
    own = imported(tmp_path / "own", stackrox("env", "Environment Variable", ["SECRET_KEY=a="], {})) / "env.yaml"
    own.write_text(own.read_text().replace("secretKeyRef", "nowhereRef"))
    with pytest.raises(UsageError, match=r"env\.yaml:"):
        checked(tmp_path, WORKLOADS, policies=(own,))


def test_a_file_with_many_documents_is_checked_by_categories(tmp_path: Path) -> None:
    profile = {
        "apiVersion": "seawall.dev/v1",
        "kind": "Profile",
        "metadata": {"name": "mine"},
        "spec": {"title": "Two categories", "include": [{"categories": ["volumes", "exposure"]}]},
    }
    (tmp_path / "mine.yaml").write_bytes(msgspec.yaml.encode(profile))
    report = checked(tmp_path, WORKLOADS, policies=(tmp_path / "mine.yaml",), profiles=("mine",))
    policies = library(examples=False).policies
    categories = {name for one in report.findings for name in policies[one.policy].spec.categories}
    assert {"volumes", "exposure"} & categories
    assert all({"volumes", "exposure"} & set(policies[one.policy].spec.categories) for one in report.findings)
    every = checked(tmp_path, WORKLOADS, profiles=("all",))
    assert {one.subject.name for one in every.findings} == NAMES
    assert len(json.dumps(report.summary.by_policy)) < len(json.dumps(every.summary.by_policy))
