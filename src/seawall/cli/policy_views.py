"""How policies and what is said of them look on a terminal."""

from collections.abc import Iterator, Sequence

import yaml

from seawall.cli.tables import table
from seawall.policy.document import Policy
from seawall.policy.explanation import Trace
from seawall.policy.lint import Remark
from seawall.report.table.paint import BAD, BOLD, DIM, GOOD, WARN, Paint
from seawall.report.text import count, plain, seen
from seawall.workflow.explain import Explanation
from seawall.workflow.policies import PolicyRow, TestedPolicy
from seawall.workflow.policy_import import ImportResult

_VERDICTS = {
    "finding": ("a finding", BAD),
    "none": ("no finding", GOOD),
    "unknown": ("not known here", WARN),
    "out-of-scope": ("no finding: the condition holds, but the policy's scope leaves the object out", GOOD),
}
_MARKS = {True: ("✓", GOOD), False: ("✗", DIM), None: ("?", WARN)}


def policies_table(rows: Sequence[PolicyRow]) -> str:
    """A line a policy."""
    if not rows:
        return "No policy fits."
    cells = [(row.severity, row.name, ", ".join(row.categories), ", ".join(row.stages), row.title) for row in rows]
    text = table(("SEVERITY", "POLICY", "CATEGORIES", "STAGES", "FINDS"), cells, widest=70)
    return f"{text}\n{count(len(rows), 'policy', 'policies')}; `seawall policy show NAME` tells more."


def policy_page(policy: Policy, paint: Paint) -> Iterator[str]:
    """A policy for people."""
    spec = policy.spec
    yield f"{paint(plain(policy.name), BOLD)}  {paint.severity(spec.severity)}"
    yield from paint.wrap(spec.title, 0)
    parts = (("What", spec.description), ("Why it matters", spec.rationale), ("What to do", spec.remediation))
    for head, text in parts:
        if text:
            yield from ("", paint(head, BOLD), *paint.wrap(text, 2))
    yield from ("", paint("Where", BOLD), f"  stages: {', '.join(spec.stages)}")
    yield f"  categories: {plain(', '.join(spec.categories))}"
    for framework, ids in spec.controls.items():
        yield from paint.wrap(f"{framework}: {', '.join(ids)}", 4, 2)
    yield from ("", paint("Condition", BOLD))
    yield from (f"  {plain(line)}" for line in yaml.safe_dump(spec.when, sort_keys=False, width=100).splitlines())
    for at, reference in enumerate(spec.references):
        yield from (("", paint("References", BOLD)) if at == 0 else ())
        yield from paint.wrap(reference, 4, 2)
    if policy.examples:
        yield f"\n{count(len(policy.examples), 'example')}; --output yaml shows them."


def remarks(checked: int, found: Sequence[Remark], paint: Paint) -> Iterator[str]:
    """A line a remark, and the sum."""
    for one in found:
        code = BAD if one.level == "error" else WARN
        name = f"{plain(one.policy)}: " if one.policy else ""
        yield f"{plain(one.place)}: {paint(one.level, code)}: {name}{plain(one.message)}."
        if one.hint:
            yield from (paint(line, DIM) for line in paint.wrap(one.hint, 4))
    errors = sum(one.level == "error" for one in found)
    numbers = f"{count(errors, 'error')}, {count(len(found) - errors, 'warning')}"
    things = count(checked, "policy or profile", "policies and profiles")
    yield f"{things} read: {numbers if found else 'nothing to say'}."


def tests(results: Sequence[TestedPolicy], paint: Paint) -> Iterator[str]:
    """What failed, in full, and the sum."""
    for policy in (one for one in results if not one.ok):
        yield f"{paint('failed', BAD)} {paint(plain(policy.policy), BOLD)}"
        if not policy.results:
            yield "  it has no examples"
        for one in (one for one in policy.results if not one.ok):
            name = f" ({plain(one.name)})" if one.name else ""
            missing = f", for want of {', '.join(one.missing)}" if one.missing and one.answer == "unknown" else ""
            yield f"  example {one.index + 1}{name}: expected {one.expect}, the answer is {one.answer}{missing}"
            yield from (f"    found {line}" for finding in one.findings for line in seen(finding.evidence))
            yield from (f"    not read: {plain(problem)}" for problem in one.problems)
    examples = sum(len(one.results) for one in results)
    good = sum(one.ok for one in results)
    hold = "holds" if len(results) == 1 else "hold"
    text = f"{good:,} of {count(len(results), 'policy', 'policies')} {hold}, {count(examples, 'example')}."
    yield paint(text, GOOD if good == len(results) else BAD)


def explanations(found: Sequence[Explanation], paint: Paint) -> Iterator[str]:
    """For each object the verdict and the tree of the condition."""
    for at, one in enumerate(found):
        who = one.subject
        name = f"{who.kind} {who.namespace}/{who.name}" if who.namespace else f"{who.kind} {who.name}"
        place = f" ({plain(one.file)}:{one.line})" if one.file else ""
        words, code = _VERDICTS[one.verdict]
        yield from (("",) if at else ())
        yield f"{paint(plain(name), BOLD)}{place}: {paint(words, code)}"
        if one.missing and one.verdict == "unknown":
            yield f"  missing: {', '.join(one.missing)}"
        yield from _tree(one.trace, paint, 1)
        for gap in one.gaps:
            yield from (paint(line, WARN) for line in paint.wrap(f"gap: {gap}", 4, 2))


def _tree(trace: Trace, paint: Paint, depth: int) -> Iterator[str]:
    mark, code = _MARKS[trace.answer]
    value = f" = {plain(trace.value)}" if trace.value else ""
    path = paint(f"  {plain(trace.path)}", DIM) if trace.path else ""
    yield f"{'  ' * depth}{paint(mark, code)} {plain(trace.label)}{value}{path}"
    for child in trace.children:
        yield from _tree(child, paint, depth + 1)


def imports(result: ImportResult, paint: Paint) -> Iterator[str]:
    """What became of each foreign policy that could not be said whole, and the sums."""
    for one in result.policies:
        if one.state != "imported" or one.notes:
            code = {"imported": GOOD, "partly": WARN, "not": BAD}[one.state]
            words = {"imported": "imported", "partly": "imported in part", "not": "not imported"}[one.state]
            yield f"{paint(plain(one.source), BOLD)} ({plain(one.place)}): {paint(words, code)}"
        for part in one.left_out:
            yield from paint.wrap(f"{part.part}: {part.reason}", 4, 2)
        for note in one.notes:
            yield from (paint(line, DIM) for line in paint.wrap(f"note: {note}", 4, 2))
    if result.ignored:
        first = plain(result.ignored[0])
        yield f"{count(len(result.ignored), 'document')} of another kind passed over, the first: {first}"
    made = sum(len(one.policies) + len(one.profiles) for one in result.policies)
    yield (
        f"{result.imported:,} imported, {result.partly:,} in part, {result.failed:,} not; "
        f"they are {count(made, 'policy or profile', 'policies and profiles')} here."
    )
