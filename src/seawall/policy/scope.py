"""A policy's scope: which subjects it looks at, and until when a rule holds."""

from collections.abc import Iterator
from datetime import date
from fnmatch import fnmatchcase

from seawall.model.finding import Subject
from seawall.model.kube.image_reference import parse_image_reference
from seawall.policy.document import Scope, ScopeRule
from seawall.policy.registry import Facts, fact

CLUSTER_NAME = "cluster-name"
fact(CLUSTER_NAME, "the cluster's name (`seawall cluster audit`, or `--cluster NAME`)")


def in_scope(scope: Scope, who: Subject, target: object, facts: Facts, today: date) -> bool | None:
    """Whether a policy looks at an object; null where that hangs on the cluster's name, and it is not known."""
    answers = [_fits(rule, who, target, facts, today) for rule in scope.include]
    included = _any(answers) if scope.include else True
    excluded = _any([_fits(rule, who, target, facts, today) for rule in scope.exclude])
    if included is False or excluded is True:
        return False
    return None if included is None or excluded is None else True


def _any(answers: list[bool | None]) -> bool | None:
    """Kleene's disjunction."""
    if True in answers:
        return True
    return None if None in answers else False


def _fits(rule: ScopeRule, who: Subject, target: object, facts: Facts, today: date) -> bool | None:
    """Whether a rule is about an object; an expired rule is about nothing."""
    if rule.until and rule.until < today.isoformat():
        return False
    labels: dict[str, str] = getattr(target, "labels", {})
    fits = (
        _any_glob(rule.namespaces, who.namespace)
        and _any_glob(rule.kinds, who.kind)
        and _any_glob(rule.names, who.name)
        and (not rule.images or any(_any_glob(rule.images, image) for image in _images(target)))
        and all(fnmatchcase(labels.get(key, "\x00"), glob) for key, glob in rule.labels.items())
    )
    if not fits or not rule.clusters:
        return fits
    cluster = facts.get(CLUSTER_NAME)
    return _any_glob(rule.clusters, cluster) if isinstance(cluster, str) else None


def _any_glob(globs: tuple[str, ...], text: str) -> bool:
    return not globs or any(fnmatchcase(text, glob) for glob in globs)


def _images(target: object) -> Iterator[str]:
    """The images that an object names: as written, and with everything written out (``docker.io/library/nginx:1``)."""
    written = [container.spec.image for container in getattr(target, "containers", ())]
    if isinstance(name := getattr(getattr(target, "subject", None), "name", None), str):
        written.append(name)
    for text in written:
        yield from (text, parse_image_reference(text).canonical)
