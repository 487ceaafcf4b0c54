"""Reports to write: one of an image, one of manifests, an empty one, a hostile one and a large one."""

import re
import sys
from collections.abc import Iterable
from types import ModuleType
from typing import Any

import pytest

from seawall.model import (
    Acceptance,
    AcceptedRisk,
    Coverage,
    CoverageState,
    Digest,
    Evidence,
    Finding,
    Gate,
    Layer,
    Location,
    Package,
    PolicyName,
    Purl,
    Report,
    Severity,
    SourcePackage,
    Stage,
    Status,
    Subject,
    Tool,
    VulnerabilityId,
    VulnerabilityMatch,
    fingerprint,
)
from seawall.report.build import assemble

TOOL = Tool(version="0.1.0", created="2026-11-24T08:00:00Z", database="2026-11-20T00:00:00Z")
IMAGE = Subject(
    kind="image", name="registry.example/shop/api:1.4", digest="sha256:" + "1f" * 32, distribution="debian-12"
)
HOSTILE = (
    "x\x1b[2J\x00\x9b31m<script>alert(1)</script>\"'&::error\r\n::set-output name=a::b\u202e\udcff,=cmd|' /C'!A0 ]]>|`"
)


def natural(_: str, version: str) -> bytes:
    """A plain order of versions, enough for the versions here."""
    return b".".join(b"%09d" % int(number) for number in re.findall(r"\d+", version))


def package(name: str, version: str, layer: int | None = 0, **more: object) -> Package:
    values: dict[str, object] = {
        "type": "deb",
        "purl": Purl(f"pkg:deb/debian/{name}@{version}?arch=amd64&distro=debian-12"),
        "source": SourcePackage(name=name, version=version),
        "architecture": "amd64",
        "paths": ("/var/lib/dpkg/status",),
    } | more
    return Package(name=name, version=version, layer=layer, **values)  # type: ignore[arg-type]  # a test's shorthand


def vulnerable(
    of: Package, id_: str, severity: Severity, *, accepted: Acceptance | None = None, **more: object
) -> Finding:
    values: dict[str, object] = {"status": Status.FIXED if more.get("fixed") else Status.AFFECTED} | more
    match = VulnerabilityMatch(
        id=VulnerabilityId(id_),
        package=of.name,
        purl=of.purl,
        installed=of.version,
        **values,  # type: ignore[arg-type]  # a test's shorthand
    )
    return Finding(
        policy=PolicyName("vulnerability"),
        stage=Stage.BUILD,
        severity=severity,
        title=f"{id_} in {of.name}: a bound is not checked when a certificate is read",
        subject=IMAGE,
        location=Location(path=of.paths[0] if of.paths else "", layer=of.layer),
        remediation=f"Upgrade {of.name} to {match.fixed}." if match.fixed else "",
        fingerprint=fingerprint("vulnerability", IMAGE.name, of.purl, id_),
        vulnerability=match,
        accepted=accepted,
    )


def misconfigured(policy: str, severity: Severity, file: str, line: int, name: str = "web") -> Finding:
    path = "spec.template.spec.containers[0].securityContext.privileged"
    return Finding(
        policy=PolicyName(policy),
        stage=Stage.DEPLOY,
        severity=severity,
        title="Container app runs privileged, so it holds every capability of the node",
        subject=Subject(kind="Deployment", name=name, namespace="shop"),
        location=Location(file=file, line=line, path=path),
        evidence=(Evidence(path=path, value="true"),),
        remediation="Set securityContext.privileged to false; add only the capabilities that are needed.",
        fingerprint=fingerprint(policy, "Deployment", "shop", name, path),
    )


def report(
    findings: Iterable[Finding] = (), packages: Iterable[Package] = (), subject: Subject = IMAGE, **more: object
) -> Report:
    return assemble(
        tool=TOOL,
        subject=subject,
        findings=tuple(findings),
        packages=tuple(packages),
        version_key=natural,
        **more,  # type: ignore[arg-type]  # a test's shorthand
    )


LAYERS = (
    Layer(
        index=0,
        digest=Digest("sha256:" + "a0" * 32),
        instruction="ADD rootfs.tar.xz /",
        size=74_800_000,
        from_base=True,
    ),
    Layer(
        index=1,
        digest=Digest("sha256:" + "b1" * 32),
        diff_id=Digest("sha256:" + "c2" * 32),
        instruction="RUN apt-get update && apt-get install -y openssl curl && rm -rf /var/lib/apt/lists/*",
        size=18_200_000,
    ),
    Layer(index=2, digest=Digest("sha256:" + "d3" * 32), instruction="COPY dist/ /app", size=2_100_000),
)


@pytest.fixture(scope="session")
def sample() -> Report:
    """An image with a bit of everything."""
    libc = package("libc6", "2.36-9+deb12u3", source=SourcePackage(name="glibc", version="2.36-9+deb12u3"))
    openssl, libssl = package("openssl", "3.0.11-1", 1), package("libssl3", "3.0.11-1", 1)
    gone = package("wget", "1.21.3-1", 0, deleted_in=1)
    lodash = package(
        "lodash",
        "4.17.15",
        2,
        type="npm",
        purl=Purl("pkg:npm/lodash@4.17.15"),
        source=None,
        architecture="",
        paths=("/app/node_modules/lodash/package.json",),
        licenses=("MIT",),
    )
    kept = Acceptance(reason="not reachable", owner="shop-team", expires="2027-01-31", rule=".seawall-accept.yaml:2")
    more: dict[str, Any] = {"severity_source": "nvd", "cvss_vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}
    findings = [
        vulnerable(libc, "CVE-2024-2961", Severity.HIGH, fixed="2.36-9+deb12u7", epss=0.91, kev=True, cvss=8.8, **more),
        vulnerable(libc, "CVE-2019-1010022", Severity.NEGLIGIBLE, status=Status.WILL_NOT_FIX),
        *(
            vulnerable(of, f"CVE-2024-{number}", severity, fixed=fixed, aliases=(VulnerabilityId(f"DSA-{number}-1"),))
            for of in (openssl, libssl)
            for number, severity, fixed in (
                (5535, Severity.CRITICAL, "3.0.14-1"),
                (6119, Severity.HIGH, "3.0.15-1"),
                (4741, Severity.UNKNOWN, "3.0.13-1"),
            )
        ),
        vulnerable(gone, "CVE-2024-38428", Severity.CRITICAL, cvss=9.1),
        vulnerable(
            lodash,
            "CVE-2020-8203",
            Severity.HIGH,
            fixed="4.17.19",
            accepted=kept,
            aliases=(VulnerabilityId("GHSA-p6mc-m468-83gw"),),
        ),
    ]
    coverage = (
        Coverage(area="package-database", state=CoverageState.OK, message="dpkg: 212 packages"),
        Coverage(
            area="feed", state=CoverageState.STALE, message="The feed debian is 9 days old; run seawall db update."
        ),
    )
    risks = (
        AcceptedRisk(
            rule="id CVE-2020-8203 (.seawall-accept.yaml:2)",
            state="used",
            matched=1,
            reason="not reachable",
            owner="shop-team",
            expires="2027-01-31",
        ),
        AcceptedRisk(
            rule="package curl (.seawall-accept.yaml:6)",
            state="expired",
            matched=2,
            reason="later",
            expires="2026-01-01",
        ),
        AcceptedRisk(
            rule="path /opt/** (.seawall-accept.yaml:9)",
            state="unused",
            matched=0,
            reason="vendor",
            expires="2027-01-01",
        ),
    )
    gate = Gate(asked=("fail-on high",), passed=False, reasons=("4 findings of severity high or worse: CVE-2024-2961",))
    return report(
        findings,
        (libc, openssl, libssl, gone, lodash),
        layers=LAYERS,
        coverage=coverage,
        accepted_risks=risks,
        gate=gate,
    )


@pytest.fixture(scope="session")
def manifests() -> Report:
    """Manifests, with files and lines."""
    findings = [
        misconfigured("privileged-container", Severity.CRITICAL, "deploy/web.yaml", 31),
        misconfigured("no-resource-limits", Severity.MEDIUM, "deploy/web.yaml", 24),
        misconfigured("privileged-container", Severity.CRITICAL, "deploy/agent.yaml", 12, "agent"),
    ]
    return report(findings, subject=Subject(kind="manifests", name="deploy/"))


@pytest.fixture(scope="session")
def empty() -> Report:
    """Nothing found, nothing missing."""
    return report(coverage=(Coverage(area="package-database", state=CoverageState.OK, message="dpkg: 88 packages"),))


@pytest.fixture(scope="session")
def hostile() -> Report:
    """Every text that an image or manifest controls is an attack."""
    bad = package(
        HOSTILE,
        HOSTILE,
        0,
        purl=Purl("pkg:deb/debian/x@1"),
        paths=(f"/{HOSTILE}",),
        licenses=(HOSTILE,),
        vendor=HOSTILE,
    )
    match = vulnerable(
        bad, HOSTILE, Severity.HIGH, fixed=HOSTILE, references=("javascript:alert(1)", "https://example.org/a")
    )
    place = misconfigured("privileged-container", Severity.HIGH, HOSTILE, 3, HOSTILE)
    accepted = Acceptance(reason=HOSTILE, owner=HOSTILE, expires="2027-01-01", rule=HOSTILE)
    return report(
        [match, place, vulnerable(bad, "CVE-2024-1", Severity.LOW, accepted=accepted)],
        [bad],
        subject=Subject(kind="image", name=HOSTILE, digest=HOSTILE, distribution=HOSTILE),
        layers=(Layer(index=0, digest=Digest("sha256:" + "a0" * 32), instruction=HOSTILE),),
        coverage=(Coverage(area="file", state=CoverageState.UNREADABLE, message=HOSTILE),),
        accepted_risks=(
            AcceptedRisk(rule=HOSTILE, state="unused", matched=0, reason=HOSTILE, owner=HOSTILE, expires="2027-01-01"),
        ),
        gate=Gate(asked=("fail-on high",), passed=False, reasons=(HOSTILE,)),
    )


@pytest.fixture(scope="session")
def large() -> Report:
    """2,000 findings in 200 packages."""
    packages = [package(f"package-{number}", "1.0", number % 3) for number in range(200)]
    findings = [
        vulnerable(of, f"CVE-2024-{10_000 + number}", list(Severity)[number % 6], fixed="1.1" if number % 2 else "")
        for of in packages
        for number in range(10)
    ]
    return report(findings, packages, layers=LAYERS)


@pytest.fixture(scope="session")
def sample_findings() -> Report:
    """Findings that differ in everything that order looks at."""
    packages = [package(f"package-{number}", "1.0", number % 2) for number in range(6)]
    found = [vulnerable(of, f"CVE-2024-{number}", list(Severity)[number % 6]) for of in packages for number in range(4)]
    return report([*found, misconfigured("a", Severity.HIGH, "f", 1), misconfigured("a", Severity.HIGH, "f", 2)])


@pytest.fixture(scope="session")
def make() -> ModuleType:
    """The helpers of this module, for tests that make their own findings."""
    return sys.modules[__name__]
