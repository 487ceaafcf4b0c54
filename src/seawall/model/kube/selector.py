"""Label selectors: which objects a Service, a policy or a controller means.

Semantics: ``metav1.LabelSelector`` and ``labels.Requirement`` of Kubernetes. ``NotIn`` and ``DoesNotExist`` hold for
an object that lacks the label. An empty selector selects everything; no selector at all selects nothing.
"""

from collections.abc import Mapping

from seawall.model.kube.api import Api


class Requirement(Api, frozen=True, kw_only=True):
    """One line of ``matchExpressions``."""

    key: str = ""
    operator: str = ""
    """``In``, ``NotIn``, ``Exists`` or ``DoesNotExist``."""
    values: tuple[str, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether the labels satisfy it; an operator that does not exist is satisfied by nothing."""
        match self.operator:
            case "In":
                return labels.get(self.key) in self.values
            case "NotIn":
                return labels.get(self.key) not in self.values
            case "Exists":
                return self.key in labels
            case "DoesNotExist":
                return self.key not in labels
            case _:
                return False


class LabelSelector(Api, frozen=True, kw_only=True):
    """``metav1.LabelSelector``: all labels and all expressions must hold."""

    match_labels: dict[str, str] = {}
    match_expressions: tuple[Requirement, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether it selects everything."""
        return not self.match_labels and not self.match_expressions

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether an object with these labels is selected."""
        wanted = self.match_expressions
        return self.match_labels.items() <= labels.items() and (
            not wanted or all(requirement.matches(labels) for requirement in wanted)
        )
