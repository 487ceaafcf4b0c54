"""What one does with policies: list, show and test them."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path

from seawall.errors import UsageError
from seawall.model.finding import Stage
from seawall.model.record import Record
from seawall.model.severity import Severity
from seawall.policy.document import Policy
from seawall.policy.load import LIBRARY, Library, library, no_policy, read, read_all
from seawall.policy.profile import select
from seawall.workflow.policy_examples import ExampleResult, run_examples


class PolicyQuery(Record, frozen=True, kw_only=True):
    """Which policies to list; all that is given must fit.

    Attributes:
        profiles: of any of these profiles.
        categories: of any of these categories.
        stages: judged at any of these stages.
        severity: at least as bad as this.
        own: files and directories of the users' own policies.
    """

    profiles: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()
    severity: Severity | None = None
    own: tuple[Path, ...] = ()


class PolicyRow(Record, frozen=True, kw_only=True):
    """A policy in a list."""

    name: str
    title: str
    severity: Severity
    stages: tuple[Stage, ...]
    categories: tuple[str, ...]
    controls: dict[str, tuple[str, ...]]


class TestedPolicy(Record, frozen=True, kw_only=True):
    """What came of a policy's examples."""

    policy: str
    ok: bool
    results: tuple[ExampleResult, ...]


def known(own: Iterable[Path] = (), *, examples: bool = True) -> Library:
    """Seawall's policies and profiles with the users' own, which replace those of the same name.

    Raises:
        InputError, UsageError: an own file cannot be read, or is wrong.
    """
    base, more = library(examples=examples), read_all(own)
    return Library(policies={**base.policies, **more.policies}, profiles={**base.profiles, **more.profiles})


def listed(query: PolicyQuery) -> list[PolicyRow]:
    """Policies, worst first.

    Raises:
        UsageError: there is no such profile or category.
    """
    found = known(query.own, examples=False)
    chosen = {one.name: one for one in found.policies.values()}
    if query.profiles:
        picked = (one for name in query.profiles for one in select(name, found.profiles, chosen.values()))
        chosen = {one.name: one for one in picked}
    categories = {name for one in found.policies.values() for name in one.spec.categories}
    for name in query.categories:
        if name not in categories:
            raise UsageError(f"no policy has the category {name!r}", hint=f"There are: {_close(name, categories)}.")
    rows = [_row(one) for one in chosen.values() if _asked(one, query)]
    return sorted(rows, key=lambda row: (-row.severity.rank, row.categories, row.name))


def _asked(policy: Policy, query: PolicyQuery) -> bool:
    spec = policy.spec
    return (
        (not query.categories or not set(query.categories).isdisjoint(spec.categories))
        and (not query.stages or not set(query.stages).isdisjoint(spec.stages))
        and (query.severity is None or spec.severity.rank >= query.severity.rank)
    )


def _row(policy: Policy) -> PolicyRow:
    spec = policy.spec
    return PolicyRow(
        name=policy.name,
        title=spec.title,
        severity=spec.severity,
        stages=spec.stages,
        categories=spec.categories,
        controls=spec.controls,
    )


def named(name: str, own: Iterable[Path] = ()) -> Policy:
    """A policy by its name.

    Raises:
        UsageError: there is none.
    """
    policies = known(own).policies
    if name not in policies:
        raise no_policy(name, policies)
    return policies[name]


def text(name: str) -> str | None:
    """The file of one of Seawall's own policies, as it is written; null where it is no own one."""
    for path in Path(LIBRARY).glob(f"*/{name}.yaml"):
        return path.read_text("utf-8")
    return None


def _close(name: str, names: Iterable[str]) -> str:
    """Names that look like this one; all of them where none does."""
    every = sorted(names)
    return " or ".join(get_close_matches(name, every, 3, 0.5)) or ", ".join(every[:30])


def tested(targets: Iterable[str], own: Iterable[Path]) -> list[TestedPolicy]:
    """Run the examples of policies: names, or files and directories; none means all of Seawall's own.

    Raises:
        InputError, UsageError: there is no such policy, or one is wrong.
    """
    return [_tested(policy) for policy in _resolved(tuple(targets), tuple(own))]


def _resolved(targets: tuple[str, ...], own: tuple[Path, ...]) -> Iterator[Policy]:
    if not targets:
        yield from (policy for path in own for policy in read(path).policies.values())
        if not own:
            yield from library().policies.values()
    for target in targets:
        if "/" in target or target.endswith((".yaml", ".yml", ".json")) or Path(target).exists():
            yield from read(Path(target)).policies.values()
        else:
            yield named(target, own)


def _tested(policy: Policy) -> TestedPolicy:
    results = tuple(run_examples(policy))
    return TestedPolicy(policy=policy.name, ok=bool(results) and all(one.ok for one in results), results=results)
