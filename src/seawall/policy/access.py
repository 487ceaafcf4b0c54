"""Whether an RBAC rule allows something, wildcards considered: what stands behind ``allows`` of rules.

Written ``VERB RESOURCE[/SUBRESOURCE][.GROUP]``, several verbs with ``|`` between them: ``get|list secrets``,
``create pods/exec``, ``bind clusterroles.rbac.authorization.k8s.io``. Semantics: ``VerbMatches``,
``APIGroupMatches`` and ``ResourceMatches`` of Kubernetes' ``pkg/apis/rbac/v1/evaluation_helpers.go``.
"""

from collections.abc import Callable
from typing import NamedTuple, cast

from seawall.errors import UsageError
from seawall.model.kube.rbac import RbacRule


class Action(NamedTuple):
    """Verbs (any of them) on one resource of one API group.

    Attributes:
        verbs: in a rule any of these allows one: the verbs, and ``*``.
        named: any of these names the resource: it itself, ``*``, and of a subresource ``*/SUB``.
        group: the API group.
    """

    verbs: frozenset[str]
    named: frozenset[str]
    group: str

    def allowed(self, rule: RbacRule) -> bool:
        """Whether a rule allows it. A rule without any API group, which Kubernetes refuses, counts for all."""
        return (
            not self.named.isdisjoint(rule.resources)  # first: what most rules fail
            and not self.verbs.isdisjoint(rule.verbs)
            and not rule.non_resource_urls
            and (not rule.api_groups or self.group in rule.api_groups or "*" in rule.api_groups)
        )


def parse_action(text: str) -> Action:
    """Read ``get|list secrets``.

    Raises:
        UsageError: it has not the form of one.
    """
    verbs, _, rest = text.strip().partition(" ")
    path, dot, group = rest.strip().partition(".")
    if not verbs or not path or " " in rest.strip() or (dot and not group):
        hint = "Write VERB RESOURCE[/SUBRESOURCE][.GROUP], for example `get|list secrets` or `create jobs.batch`."
        raise UsageError(f"{text!r} is no action of RBAC", hint=hint)
    _, slash, sub = path.partition("/")
    named = frozenset({path, "*", f"*/{sub}"}) if slash else frozenset({path, "*"})
    return Action(frozenset({*verbs.split("|"), "*"}), named, group)


def compile_actions(raw: object) -> Callable[[object], bool]:
    """The test of a rule: it allows any of the actions.

    Raises:
        UsageError: no action, or one in a wrong form.
    """
    texts = raw if isinstance(raw, list) else [raw]
    if not texts or not all(isinstance(text, str) for text in texts):
        raise UsageError(f"`allows` takes actions of RBAC, not {raw!r}", hint="For example `get|list secrets`.")
    actions = [parse_action(str(text)) for text in texts]
    return lambda rule: any(action.allowed(cast("RbacRule", rule)) for action in actions)
