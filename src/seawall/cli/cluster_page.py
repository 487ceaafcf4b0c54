"""The page about one object, and the line about one change, for people."""

from collections import Counter
from collections.abc import Callable, Iterator

from seawall.cli.cluster_views import detail_heading, detail_text
from seawall.model.severity import Severity
from seawall.report.interface import Style
from seawall.report.table.paint import BAD, BOLD, DIM, GOOD, WARN, Paint
from seawall.report.text import plain
from seawall.workflow.cluster.describe import ContainerPage, Page
from seawall.workflow.cluster.follower import Change

_LABEL = 14
_Row = Callable[..., str]
"""Label, text and colour to a line."""
_LEVELS = {"restricted": GOOD, "baseline": WARN, "privileged": BAD}


def page_lines(page: Page, style: Style) -> Iterator[str]:
    """The answers, one question a paragraph."""
    paint = Paint(style)

    def row(label: str, text: str, colour: str = "") -> str:
        shown = plain(text)
        return f"  {paint(label.ljust(_LABEL), DIM)}{paint(shown, colour) if colour else shown}"

    place = f" in {page.namespace}" if page.namespace else ""
    yield paint(plain(f"{page.kind}/{page.name}{place}"), BOLD)
    yield row("version", page.api_version)
    yield row("created", page.created or "not known")
    if page.owners:
        yield row("made by", " ← ".join(page.owners))
    yield row("whose", ", ".join(f"{key}={text}" for key, text in page.owner_labels.items()) or "nobody is named", "")
    for name, value in page.details.items():
        yield row(detail_heading(name), detail_text(value))
    if page.containers or page.pod_security:
        yield from _running(page, row, paint)
    yield ""
    yield from _compliance(page, row, paint)


def _running(page: Page, row: _Row, paint: Paint) -> Iterator[str]:
    asked = "" if page.replicas is None else f" of {page.replicas} asked for"
    nodes = ", ".join(f"{node} ({number})" for node, number in page.nodes.items())
    yield row("runs", f"{page.pods} pods{asked}{f', on {nodes}' if nodes else ', on no node yet'}")
    if page.drift:
        yield row("drift", ", ".join(page.drift), BAD)
    for container in page.containers:
        yield ""
        yield f"  {paint(plain(f'{container.kind} container {container.name}'), BOLD)}"
        for label, text, colour in _container(container):
            yield row(label, text, colour)
    yield ""
    yield row(
        "shares",
        f"the node's {', '.join(page.host)}" if page.host else "none of the node's namespaces",
        BAD if page.host else "",
    )
    yield row("acts as", f"{page.service_account}{'' if page.mounts_token else ', without a mounted token'}")
    yield row("may", "; ".join(page.grants) or _none(page, "rolebindings", "nothing that a binding gives it"))
    yield row("reached by", ", ".join(page.reached_by) or _none(page, "services", "no service"))
    for label, policies, otherwise in (("lets in", page.ingress, "everybody"), ("goes to", page.egress, "everywhere")):
        nothing = _none(page, "networkpolicies", f"{otherwise}: no network policy selects it")
        yield row(label, f"what {', '.join(policies)} allow" if policies else nothing, "" if policies else WARN)


def _none(page: Page, resource: str, otherwise: str) -> str:
    """What is said where none of a kind is found; of one that could not be read, nothing is known."""
    unread = any(row.area.startswith(f"resource:{resource}") for row in page.coverage)
    return f"not known: {resource} could not be read" if unread else otherwise


def _container(one: ContainerPage) -> Iterator[tuple[str, str, str]]:
    yield "image", one.image, ""
    yield "digest", ", ".join(one.digests) or "nothing runs", BAD if len(one.digests) > 1 else ""
    user = "privileged" if one.privileged else "" if one.user is None else f"user {one.user}"
    root = "may run as root" if one.may_run_as_root else "not root"
    rights = [user, root, "may escalate" if one.may_escalate else "", *one.capabilities]
    yield "rights", ", ".join(part for part in rights if part), BAD if one.privileged else ""
    yield "files", "read-only root" if one.read_only_root else "writable root", ""
    for mount in one.mounts:
        yield "mounts", mount, BAD if " hostPath " in mount else ""
    yield "probes", ", ".join(one.probes) or "none", ""
    bounds = [
        f"{kind} {name}={value}"
        for kind, given in (("asks", one.requests), ("at most", one.limits))
        for name, value in given.items()
    ]
    yield "resources", ", ".join(bounds) or "no requests, no limits", ""


def _compliance(page: Page, row: _Row, paint: Paint) -> Iterator[str]:
    if page.pod_security:
        yield row("pod security", page.pod_security, _LEVELS[page.pod_security])
    counted = Counter(one.severity for one in page.findings if one.accepted is None)
    told = ", ".join(f"{counted[severity]} {severity}" for severity in reversed(Severity) if counted[severity])
    yield row("findings", told or "none", "" if told else GOOD)
    for finding in page.findings[:10]:
        yield f"    {paint.severity(finding.severity, 11)} {plain(finding.title)}"
    if len(page.findings) > 10:
        yield f"    {len(page.findings) - 10} more: --output json has all"
    if page.next:
        yield ""
        yield f"  {paint('Next', BOLD)}"
        for number, step in enumerate(page.next, 1):
            yield f"    {number}. {plain(step)}"


def change_line(change: Change) -> str:
    """A change as a line."""
    place = f"{change.namespace}/" if change.namespace else ""
    said = [f"{change.at}  {change.what:8}  {place}{change.kind}/{change.name}", *change.details]
    said += [f"+{name}" for name in change.appeared] + [f"-{name}" for name in change.gone]
    return plain("  ".join(said))
