"""Scan a target: what is in it, what is wrong with it, whether that is too much."""

from datetime import date
from pathlib import Path

from seawall import __version__
from seawall.advisory.database import Database
from seawall.advisory.match import Match, MatchResult, match
from seawall.advisory.version import package_key
from seawall.image.load import load
from seawall.image.source.interface import ScanOptions
from seawall.model.coverage import Coverage, CoverageState
from seawall.model.finding import Evidence, Finding, Location, Stage, Subject, fingerprint
from seawall.model.identifiers import PolicyName
from seawall.model.image import Image
from seawall.model.record import Record
from seawall.model.report import Report, Tool
from seawall.policy import accepted
from seawall.policy.document import Policy, reported
from seawall.policy.gate import GateOptions, evaluate
from seawall.report.build import assemble
from seawall.workflow.archive import ArchiveRequest, supply

VULNERABILITY = PolicyName("known-vulnerability")
"""The policy that a package with a known vulnerability breaks."""


class ScanRequest(Record, frozen=True, kw_only=True):
    """What to scan, and how to judge it.

    Attributes:
        target: as the user wrote it.
        options: how it is read.
        database: the advisory database's directory; it need not exist.
        on: the day of the scan: for expiry, support and the feeds' age.
        max_feed_age_days: an older feed is a gap.
        archive: where no feed speaks of the distribution, ask its package archive; null: do not.
        ignore_file: accepted risks; null: the default file of the working directory, if there is one.
        profiles: names of profiles whose build-stage policies judge the image beside the advisories; none by default.
        policies: files and directories of the users' own policies, which judge it too.
        gate: what makes the gate fail.
    """

    target: str
    options: ScanOptions
    database: Path
    on: date
    max_feed_age_days: int = 7
    archive: ArchiveRequest | None = None
    ignore_file: Path | None = None
    profiles: tuple[str, ...] = ()
    policies: tuple[Path, ...] = ()
    gate: GateOptions = GateOptions()


def scan(request: ScanRequest) -> Report:
    """Scan, match, accept, judge.

    Raises:
        InputError, ServiceError: the target or the database cannot be read.
        UsageError: the accepted-risk file, a policy or a profile is wrong.
    """
    rules = accepted.load_asked(request.ignore_file)
    policies = _policies(request)
    image, findings, rows, database = examine(request)
    judged, risks = accepted.apply(findings, rules, on=request.on, layers=image.layers)
    unknown: tuple[Coverage, ...] = ()
    broken: frozenset[str] = frozenset()
    if policies:
        from seawall.workflow.image_policies import judge_image  # noqa: PLC0415

        more, unknown = judge_image(image, judged, policies, request.on)
        broken = frozenset(one.policy for one in more)
        judged, risks = accepted.apply((*findings, *more), rules, on=request.on, layers=image.layers)
    return assemble(
        tool=Tool(version=__version__, created=request.on.isoformat(), database=database),
        subject=image.subject,
        findings=judged,
        version_key=package_key,
        packages=image.packages,
        layers=image.layers,
        coverage=(*rows, *unknown),
        policies=tuple(reported(one) for one in policies if one.name in broken),
        accepted_risks=risks,
        gate=evaluate(judged, request.gate, image.packages),
    )


def examine(request: ScanRequest) -> tuple[Image, tuple[Finding, ...], tuple[Coverage, ...], str]:
    """What is in a target, what the advisories say of it, what could not be known, and the database's date.

    Raises:
        InputError, ServiceError: the target or the database cannot be read.
    """
    image = load(request.target, request.options)
    supplied = supply(image, request.archive, progress=request.options.progress) if request.archive else ()
    result, database = _matches(image, request)
    findings = tuple(_finding(one, image.subject) for one in result.matches)
    return image, findings, (*image.coverage, *supplied, *result.coverage), database


def _policies(request: ScanRequest) -> tuple[Policy, ...]:
    if not request.profiles and not request.policies:
        return ()
    from seawall.workflow.check import CheckRequest, chosen  # noqa: PLC0415 -- only scans by policies pay for it

    return chosen(CheckRequest(paths=(), on=request.on, profiles=request.profiles, policies=request.policies))


def _matches(image: Image, request: ScanRequest) -> tuple[MatchResult, str]:
    """What the advisories say of the image's packages, and the database's date; without a database, that gap."""
    if not image.packages:
        return MatchResult(), ""
    if not Database.exists(request.database):
        hint = "`seawall db update` makes one; `seawall db import DIR` takes an air-gapped copy of the feeds."
        message = f"There is no advisory database at {request.database}: nothing could be matched. {hint}"
        return MatchResult(coverage=(_missing(message),)), ""
    with Database.open(request.database) as database:
        result = match(image, database, on=request.on, max_age_days=request.max_feed_age_days)
        return result, database.date


def _missing(message: str) -> Coverage:
    return Coverage(area="advisories", state=CoverageState.MISSING, message=message)


def _finding(one: Match, subject: Subject) -> Finding:
    """A matched vulnerability as a finding. Its fingerprint knows no versions, layers or tags."""
    package, vulnerability = one.package, one.vulnerability
    where = package.paths[0] if package.paths else ""
    gone = () if package.deleted_in is None else (_deleted(package.deleted_in),)
    return Finding(
        policy=VULNERABILITY,
        stage=Stage.BUILD,
        severity=one.severity,
        title=one.title or f"{vulnerability.id} in {package.name}",
        subject=subject,
        location=Location(path=where, layer=package.layer),
        evidence=(
            Evidence(path="version", value=package.version),
            *((Evidence(path="fixed", value=vulnerability.fixed),) if vulnerability.fixed else ()),
            *((Evidence(path="distribution", value="silent"),) if one.vendor else ()),
            *gone,
        ),
        remediation=_remediation(one),
        fingerprint=fingerprint(VULNERABILITY, vulnerability.id, package.type, package.name, where),
        vulnerability=vulnerability,
    )


def _deleted(layer: int) -> Evidence:
    return Evidence(path="deleted-in-layer", value=str(layer))


def _remediation(one: Match) -> str:
    package, vulnerability = one.package, one.vulnerability
    if package.deleted_in is not None:
        return (
            f"Layer {package.deleted_in} deletes {package.name}, but it is still shipped: delete it where it is made."
        )
    if vulnerability.fixed:
        return f"Upgrade {package.name} from {package.version} to {vulnerability.fixed}."
    words = {
        "will-not-fix": "The vendor will not fix it: remove the package, or accept the risk with an expiry.",
        "deferred": "The vendor has put the fix off: remove the package if it is not needed.",
        "end-of-life": "The release gets no fixes any more: move to a supported one.",
        "under-investigation": "The vendor is looking into it: scan again later.",
    }
    return words.get(vulnerability.status, "There is no fix yet: remove the package if it is not needed.")
