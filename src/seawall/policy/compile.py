"""From a policy's ``when`` to a tree of nodes: names resolved, values compiled, errors told with a hint."""

from collections.abc import Callable
from functools import cache
from typing import ParamSpec, TypeVar

from seawall.errors import UsageError
from seawall.model.finding import Stage
from seawall.policy import cel, criteria
from seawall.policy.document import Json, Policy, Scope
from seawall.policy.nodes import All, AnyOf, Exists, Leaf, Node, Not, NotKnown
from seawall.policy.registry import CRITERIA, GROUPS, Enumerator, chain, fact
from seawall.policy.units import duration
from seawall.policy.values import compile_value

_DEPTH = 32
_COUNT_HINT = "Write `count: {of: {container: {privileged: true}}, at-least: 2}`."
EVERYWHERE = Scope()
WINDOW = "time-window"
fact(WINDOW, "when each of the things counted happened (kept where events are watched)", elsewhere=True)
_P = ParamSpec("_P")
_T = TypeVar("_T")
_ways = cache(chain)
VOCABULARY = criteria.__all__
"""The modules of criteria; importing them here is what makes their names known."""


class ConditionError(UsageError):
    """A condition with a mistake; ``steps`` lead to it from the condition's top: keys, and indices of lists."""

    def __init__(self, what: str, *, cause: str = "", hint: str = "", steps: tuple[str | int, ...] = ()) -> None:
        super().__init__(what, cause=cause, hint=hint)
        self.steps = steps


class CompiledPolicy:
    """A policy, ready to be judged about objects of its root group; equal to itself only.

    Args:
        policy: the document.
        stage: an image policy is about the image when built, about the workload when deployed.
        place: what stands before the sentence of an error.

    Attributes:
        policy: the document.
        name: the policy's name.
        root: the group whose objects it judges.
        scoped: whether it looks at some subjects only.

    Raises:
        ConditionError: the condition names no group, or groups that no object has together.
    """

    def __init__(self, policy: Policy, stage: Stage, place: str) -> None:
        self.policy, self.name, self._place = policy, policy.name, place
        self.scoped = policy.spec.scope != EVERYWHERE
        self._node: Node | None = None
        try:
            self.root = _root(_named(policy.spec.when, 0), stage)
        except UsageError as error:
            raise _under((), error, place) from error

    @property
    def node(self) -> Node:
        """The whole condition; compiled when it is first asked for.

        Raises:
            ConditionError: a name does not exist, or a value does not fit; the sentence names policy and place.
        """
        if self._node is None:
            try:
                self._node = _condition(self.policy.spec.when, self.root, 0)
            except UsageError as error:
                raise _under((), error, self._place) from error
        return self._node

    @property
    def focus(self) -> Exists | None:
        """Where the condition is about one group only: the way to its objects, each a finding of its own."""
        node = self.node
        return node if isinstance(node, Exists) and not node.counted else None

    @property
    def needs(self) -> frozenset[str]:
        """Facts that it may ask for."""
        return self.node.needs


def compile_policy(policy: Policy, stage: Stage, *, where: str = "") -> CompiledPolicy:
    """Compile for one stage, at once.

    Raises:
        ConditionError: a name does not exist, or a value does not fit; the sentence names policy and place.
    """
    made = CompiledPolicy(policy, stage, where or f"policy {policy.name}")
    _ = made.node
    return made


def _under(steps: tuple[str | int, ...], error: UsageError, place: str = "") -> ConditionError:
    """The error with the steps that lead to where it was raised, and the place before its sentence."""
    deeper = error.steps if isinstance(error, ConditionError) else ()
    what = f"{place}: {error.what}" if place else error.what
    return ConditionError(what, cause=error.cause, hint=error.hint, steps=(*steps, *deeper))


def _stepping(steps: tuple[str | int, ...], make: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """What ``make`` gives; an error of it says that it lies below ``steps``."""
    try:
        return make(*args, **kwargs)
    except UsageError as error:
        raise _under(steps, error) from error


@cache
def _root(named: frozenset[str], stage: Stage) -> str:
    """The group that a condition is about: where all groups that it names can be reached from.

    Raises:
        UsageError: there is none.
    """
    roots = [name for name, group in GROUPS.items() if group.subject]
    preferred = ("image", "workload") if stage is Stage.BUILD else ("workload",)
    order = {name: rank for rank, name in enumerate(preferred)} | {"object": len(GROUPS)}  # the vaguest is the last
    for root in sorted(roots, key=lambda name: order.get(name, len(preferred))):
        if all(root in _holders(name) for name in named):
            return root
    hint = "A policy is about one kind of thing: a workload and what belongs to it, a service, an image, …"
    raise UsageError(f"no subject has all of: {', '.join(sorted(named))}", hint=hint)


@cache
def _holders(name: str) -> frozenset[str]:
    """The groups below whose objects those of a group are found: itself, its parents, theirs."""
    found, waiting = {name}, [name]
    while waiting:
        new = GROUPS[waiting.pop()].parents.keys() - found
        found |= new
        waiting += new
    return frozenset(found)


def _named(when: Json, depth: int) -> frozenset[str]:
    """The outermost groups that a condition names (and ``workload`` for CEL and bare criteria)."""
    if depth > _DEPTH:
        raise UsageError(f"the condition is nested deeper than {_DEPTH}", hint="Make several policies of it.")
    if not isinstance(when, dict):
        raise UsageError(
            f"a condition is a mapping, not {when!r}", hint="Write `all:`, `any:`, `not:` or a group's name."
        )
    found: set[str] = set()
    for key, value in when.items():
        if key in {"all", "any"} and isinstance(value, list):
            found.update(*(_stepping((key, at), _named, item, depth + 1) for at, item in enumerate(value)))
        elif key == "not":
            found.update(_stepping((key,), _named, value, depth + 1))
        elif key == "count" and isinstance(value, dict):
            found.update(_stepping((key, "of"), _named, value.get("of"), depth + 1))
        elif key == "cel":
            found.add("object")
        elif key in GROUPS:
            found.add(key)
        else:
            raise _under((key,), _no_such(key, "", list(GROUPS)))
    return frozenset(found - {"object"}) or frozenset(found)


def _condition(raw: Json, group: str, depth: int) -> Node:
    """A mapping about one object of a group: all of its entries hold."""
    if depth > _DEPTH:
        raise UsageError(f"the condition is nested deeper than {_DEPTH}", hint="Make several policies of it.")
    if not isinstance(raw, dict) or not raw:
        raise UsageError(
            f"a condition about a {group} is a mapping, not {raw!r}", hint=f"Write `{group}: {{CRITERION: VALUE}}`."
        )
    nodes: list[Node] = []
    for key, value in raw.items():
        try:
            nodes.append(_entry(key, value, group, depth + 1))
        except UsageError as error:
            raise _under((key,), error) from error
    return nodes[0] if len(nodes) == 1 else All(nodes)


def _entry(key: str, value: Json, group: str, depth: int) -> Node:
    if key in {"all", "any"}:
        if not isinstance(value, list) or not value:
            hint = f"Write `{key}: [{{…}}, {{…}}]`."
            raise UsageError(f"`{key}` takes a list of conditions, not {value!r}", hint=hint)
        children = [_stepping((at,), _condition, item, group, depth) for at, item in enumerate(value)]
        return All(children) if key == "all" else AnyOf(children)
    if key == "not":
        return Not(_condition(value, group, depth))
    if key == "count":
        return _count(value, group, depth)
    if key == "cel":
        return cel.node(value, group)
    if key == group:  # first: a namespace has a criterion of that name, too, which says nothing about it
        return _condition(value, group, depth)
    if key in CRITERIA[group]:
        return _leaf(key, value, group)
    if key in GROUPS and (ways := _ways(group, key)) is not None:
        return Exists(GROUPS[key], ways, _condition(value, key, depth))
    raise _no_such(key, group, [*CRITERIA[group], *(name for name in GROUPS if _ways(group, name))])


def _leaf(key: str, value: Json, group: str) -> Node:
    criterion = CRITERIA[group][key]
    return Leaf(GROUPS[group], criterion, compile_value(criterion, value), value)


def _count(raw: Json, group: str, depth: int) -> Node:
    """``count: {of: {container: {…}}, at-least: 2}``."""
    if not isinstance(raw, dict) or not isinstance(raw.get("of"), dict) or len(raw["of"]) != 1:
        raise UsageError("`count` takes {of: {GROUP: {…}}, at-least: N, at-most: N}", hint=_COUNT_HINT)
    unknown = set(raw) - {"of", "at-least", "at-most", "within"}
    bounds = [raw.get("at-least", 0), raw.get("at-most")]
    if unknown or any(isinstance(bound, bool) or not isinstance(bound, int | None) for bound in bounds):
        words = "`count` takes {of: {GROUP: {…}}, at-least: N, at-most: N, within: DURATION}"
        raise UsageError(words, hint=_COUNT_HINT)
    ((name, inner),) = raw["of"].items()
    ways: tuple[Enumerator, ...] | None = _ways(group, name) if name in GROUPS else None
    if not ways:
        raise _no_such(name, group, [known for known in GROUPS if _ways(group, known)])
    at_least, at_most = bounds
    least = at_least if isinstance(at_least, int) else 0
    most = at_most if isinstance(at_most, int) else None
    child = _stepping(("of", name), _condition, inner, name, depth)
    counted = Exists(GROUPS[name], ways, child, at_least=least, at_most=most)
    if "within" not in raw:
        return counted
    duration(raw["within"])
    return NotKnown(counted, WINDOW)


def _no_such(key: str, group: str, known: list[str]) -> UsageError:
    from difflib import get_close_matches  # noqa: PLC0415 -- only a mistake needs it

    close = get_close_matches(key, known, 3, 0.5)
    hint = f"Did you mean {' or '.join(close)}?" if close else f"There are: {', '.join(sorted(known)[:40])}."
    return UsageError(f"{'a ' + group if group else 'a condition'} has no {key!r}", hint=hint)
