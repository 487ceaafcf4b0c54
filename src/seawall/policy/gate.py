"""The gate: whether what was found is too much, as a pure function.

A finding counts unless it is accepted, unless the vendor says that the package is not affected, and unless its
package was removed again by a later layer (still shipped, not installed; ``include_deleted`` counts these too).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from seawall.errors import IncompleteError, UsageError
from seawall.model.coverage import Coverage
from seawall.model.finding import Finding, Status
from seawall.model.identifiers import Purl
from seawall.model.image import Package
from seawall.model.record import Record
from seawall.model.report import Gate
from seawall.model.severity import Severity

_NOTES = {
    "unrated": "without a severity did not count; --fail-on unknown counts them",
    "unfixed": "without a fix did not count (--only-fixed)",
    "deleted": "in packages that a later layer deletes did not count; --include-deleted counts them",
}
_NAMED = 5  # how many findings a reason names before it only counts


class GateOptions(Record, frozen=True, kw_only=True):
    """What makes the gate fail.

    Attributes:
        fail_on: a finding as bad as this, or worse. ``unknown`` is the lowest rank: it makes every finding count,
            also those that nobody has rated; any other threshold leaves unrated ones out.
        fail_on_kev: a vulnerability that is known to be exploited.
        fail_on_epss: a vulnerability whose EPSS probability is at least this, 0 to 1.
        only_fixed: vulnerabilities without a fix do not count, for any of the conditions.
        include_deleted: packages that a later layer removed count too.
    """

    fail_on: Severity | None = None
    fail_on_kev: bool = False
    fail_on_epss: float | None = None
    only_fixed: bool = False
    include_deleted: bool = False


def evaluate(findings: Iterable[Finding], options: GateOptions, packages: Sequence[Package] = ()) -> Gate:
    """Judge ``findings``; ``packages`` say which of them a later layer removed.

    Raises:
        UsageError: the EPSS threshold is not between 0 and 1.
    """
    if options.fail_on_epss is not None and not 0 <= options.fail_on_epss <= 1:
        raise UsageError(f"{options.fail_on_epss} is no EPSS probability", hint="Give a number from 0 to 1.")
    deleted = set() if options.include_deleted else {(p.purl, p.layer) for p in packages if p.deleted_in is not None}
    tallies = [(wanted, _Tally(sentence)) for sentence, wanted in _conditions(options)]
    left_out: Counter[str] = Counter()
    for finding in findings if tallies else ():
        if cause := _cause(finding, options, deleted):
            left_out[cause] += 1
            continue
        left_out["unrated"] += finding.severity is Severity.UNKNOWN and options.fail_on not in {None, Severity.UNKNOWN}
        for wanted, tally in tallies:
            if wanted(finding):
                tally.add(finding)
    reasons = tuple(tally.reason() for _, tally in tallies if tally.findings)
    notes = tuple(f"{left_out[cause]:,} {words}" for cause, words in _NOTES.items() if left_out[cause])
    return Gate(asked=_asked(options), passed=not reasons, reasons=reasons, notes=notes)


def require_complete(coverage: Iterable[Coverage]) -> None:
    """For ``--strict``, once the gate has passed: no gaps.

    Raises:
        IncompleteError: the coverage has gaps.
    """
    gaps = [row for row in coverage if row.gap]
    if gaps:
        rest = f" (and {len(gaps) - 1} more)" if len(gaps) > 1 else ""
        raise IncompleteError(
            "the result is not complete, and --strict asks for that",
            cause=f"{gaps[0].area} {gaps[0].state}: {gaps[0].message.rstrip('.')}{rest}",
            hint="The report's coverage lists every gap.",
        )


def _cause(finding: Finding, options: GateOptions, deleted: set[tuple[Purl, int | None]]) -> str:
    """Why a finding does not count; empty where it does."""
    if finding.accepted is not None:
        return "accepted"
    match = finding.vulnerability
    if match is None:
        return ""
    if match.status is Status.NOT_AFFECTED:
        return "not-affected"
    if (match.purl, finding.location.layer) in deleted:
        return "deleted"
    return "unfixed" if options.only_fixed and not match.fixed else ""


def _conditions(options: GateOptions) -> Iterator[tuple[str, Callable[[Finding], bool]]]:
    """Each condition as a sentence and a test."""
    if (threshold := options.fail_on) is not None:
        yield _severity_sentence(threshold), lambda finding: finding.severity.rank >= threshold.rank
    if options.fail_on_kev:
        yield "known to be exploited", lambda finding: bool(finding.vulnerability and finding.vulnerability.kev)
    if (limit := options.fail_on_epss) is not None:
        yield f"with an EPSS of {limit:g} or more", lambda finding: _epss(finding) >= limit


def _epss(finding: Finding) -> float:
    """The probability, or -1 where there is none, which is below every threshold."""
    match = finding.vulnerability
    return -1.0 if match is None or match.epss is None else match.epss


def _severity_sentence(threshold: Severity) -> str:
    if threshold is Severity.UNKNOWN:
        return "of any severity, unknown included"
    return "of severity critical" if threshold is Severity.CRITICAL else f"of severity {threshold} or worse"


def _asked(options: GateOptions) -> tuple[str, ...]:
    asked = []
    if options.fail_on is not None:
        asked.append(f"fail-on {options.fail_on}")
    if options.fail_on_kev:
        asked.append("fail-on-kev")
    if options.fail_on_epss is not None:
        asked.append(f"fail-on-epss {options.fail_on_epss:g}")
    if not asked:
        return ()
    modifiers = (("only-fixed", options.only_fixed), ("include-deleted", options.include_deleted))
    return (*asked, *(name for name, wanted in modifiers if wanted))


class _Tally:
    """What failed one condition: how many findings, and the names to show; never the findings themselves."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        self.findings = 0
        self.names: dict[str, None] = {}

    def add(self, finding: Finding) -> None:
        self.findings += 1
        self.names[finding.vulnerability.id if finding.vulnerability else finding.policy] = None

    def reason(self) -> str:
        shown = ", ".join(list(self.names)[:_NAMED])
        more = f" and {len(self.names) - _NAMED} more" if len(self.names) > _NAMED else ""
        return f"{self.findings:,} finding{'s' if self.findings > 1 else ''} {self.sentence}: {shown}{more}"
