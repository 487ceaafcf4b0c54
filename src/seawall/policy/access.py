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
    """Verbs (any of them) on one resource of one API group."""

    verbs: frozenset[str]
    resource: str
    group: str

    def allowed(self, rule: RbacRule) -> bool:
        """Whether a rule allows it. A rule without any API group, which Kubernetes refuses, counts for all."""
        return (
            not rule.non_resource_urls
            and any(verb == "*" or verb in self.verbs for verb in rule.verbs)
            and any(self._names(resource) for resource in rule.resources)
            and (not rule.api_groups or any(group in {"*", self.group} for group in rule.api_groups))
        )

    def _names(self, resource: str) -> bool:
        _, slash, sub = self.resource.partition("/")
        return resource in {"*", self.resource} or (bool(slash) and resource == f"*/{sub}")


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
    return Action(frozenset(verbs.split("|")), path, group)


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
