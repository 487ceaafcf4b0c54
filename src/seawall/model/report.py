"""The report: Seawall's JSON contract, ``seawall.dev/report/v1``.

Later stages add kinds of finding, never another shape. Fields may be added; none is renamed or removed
within v1. The published schema is generated from these records (``docs/reference/report-v1.schema.json``).
"""

from collections.abc import Sequence
from typing import Literal

from seawall.model.coverage import Coverage
from seawall.model.finding import Finding, Subject
from seawall.model.identifiers import PolicyName, VulnerabilityId
from seawall.model.image import Layer, Package
from seawall.model.record import Record
from seawall.model.severity import Severity

SCHEMA: Literal["seawall.dev/report/v1"] = "seawall.dev/report/v1"


class Summary(Record, frozen=True, kw_only=True):
    """The report in numbers.

    Attributes:
        findings: how many count (accepted ones do not).
        accepted: how many are covered by accepted risks.
        by_severity: severity → how many that count; all six keys, worst first.
        by_policy: policy → how many that count.
        fixable: how many vulnerabilities have a fix.
        kev: how many are known to be exploited.
        packages: how many packages.
        gaps: how many rows of the coverage are gaps.
    """

    findings: int
    accepted: int
    by_severity: dict[str, int]
    by_policy: dict[str, int]
    fixable: int
    kev: int
    packages: int
    gaps: int


class Fix(Record, frozen=True, kw_only=True):
    """One upgrade, and what it clears.

    Attributes:
        packages: the packages that it upgrades together (binary packages of one source), sorted.
        type: purl's type.
        installed: the version that is there.
        fixed: the lowest version that clears all of ``ids``.
        clears: how many vulnerabilities; the length of ``ids``.
        severity: the worst of them.
        kev: whether one of them is known to be exploited.
        ids: the vulnerabilities, sorted.
        layers: indices of the layers that hold the packages, sorted; empty where there are none.
    """

    packages: tuple[str, ...]
    type: str
    installed: str
    fixed: str
    clears: int
    severity: Severity
    kev: bool = False
    ids: tuple[VulnerabilityId, ...] = ()
    layers: tuple[int, ...] = ()


class Gate(Record, frozen=True, kw_only=True):
    """What the gate asked for, and its answer.

    Attributes:
        asked: the conditions, as given (``fail-on high``); empty when there was no gate.
        passed: the answer.
        reasons: for each condition that failed, a sentence.
        notes: what did not count though somebody might think it did (unrated, unfixed, deleted), a sentence each.
    """

    asked: tuple[str, ...] = ()
    passed: bool = True
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class AcceptedRisk(Record, frozen=True, kw_only=True):
    """A rule of the accepted-risk file, and what became of it.

    Attributes:
        rule: what it names, for people.
        state: ``used``, ``unused`` or ``expired``.
        matched: how many findings it covers (or would, when expired).
    """

    rule: str
    state: Literal["used", "unused", "expired"]
    matched: int
    reason: str = ""
    owner: str = ""
    expires: str = ""


class Tool(Record, frozen=True, kw_only=True):
    """Who made the report, when, and from which data."""

    name: str = "seawall"
    version: str = ""
    created: str = ""
    """ISO 8601, UTC; the clock that ``--as-of`` sets."""
    database: str = ""
    """The advisory database's date, ISO 8601, or empty."""


class ReportedPolicy(Record, frozen=True, kw_only=True):
    """What a policy says of itself, for those who read its findings.

    Attributes:
        name: the policy.
        title: what is wrong, one line.
        severity: how bad.
        categories: the policy's categories.
        description: what was found, one sentence.
        rationale: why it matters.
        remediation: what to do, the first step first.
        references: where to read on.
        controls: framework → control ids (``mitre: [T1611]``).
    """

    name: PolicyName
    title: str
    severity: Severity
    categories: tuple[str, ...] = ()
    description: str = ""
    rationale: str = ""
    remediation: str = ""
    references: tuple[str, ...] = ()
    controls: dict[str, tuple[str, ...]] = {}


class Report(Record, frozen=True, kw_only=True):
    """Everything that a scan or check says.

    Attributes:
        policies: those with findings; a package's known vulnerability has its words in the finding.
    """

    schema: Literal["seawall.dev/report/v1"] = SCHEMA
    tool: Tool
    subject: Subject
    coverage: tuple[Coverage, ...] = ()
    layers: tuple[Layer, ...] = ()
    packages: tuple[Package, ...] = ()
    findings: Sequence[Finding] = ()
    policies: tuple[ReportedPolicy, ...] = ()
    fixes: tuple[Fix, ...] = ()
    accepted_risks: tuple[AcceptedRisk, ...] = ()
    gate: Gate = Gate()
    summary: Summary
