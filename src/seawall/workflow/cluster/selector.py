"""Label selectors as kubectl takes them: ``app=web,tier in (a, b),!legacy``.

Grammar: ``labels.Parse`` of Kubernetes' apimachinery, without the numeric operators.
"""

import re

from seawall.errors import UsageError
from seawall.model.kube import LabelSelector, Requirement

_KEY = r"[A-Za-z0-9][\w./-]*"
_VALUE = r"[A-Za-z0-9][\w.-]*|"
_PART = re.compile(
    rf"\s*(?:(?P<not>!)\s*(?P<absent>{_KEY})"
    rf"|(?P<key>{_KEY})\s*(?:(?P<equal>==?|!=)\s*(?P<value>{_VALUE})|\s(?P<word>in|notin)\s*\((?P<values>[^()]*)\))?)"
    r"\s*(?:,|$)"
)
_LONGEST = 4096


def parse_selector(text: str) -> LabelSelector:
    """The selector that a text says; an empty text selects everything.

    Raises:
        UsageError: it is none.
    """
    found: list[Requirement] = []
    at = 0
    while at < len(text):
        part = _PART.match(text, at) if len(text) <= _LONGEST else None
        if part is None or part.end() == at:
            raise UsageError(
                f"{text[:200]!r} is no label selector", hint="Write app=web,tier!=cache,env in (a, b),!old."
            )
        found.append(_requirement(part))
        at = part.end()
    return LabelSelector(match_expressions=tuple(found))


def _requirement(part: "re.Match[str]") -> Requirement:
    if part["not"]:
        return Requirement(key=part["absent"], operator="DoesNotExist")
    if part["equal"]:
        operator = "NotIn" if part["equal"] == "!=" else "In"
        return Requirement(key=part["key"], operator=operator, values=(part["value"],))
    if part["word"]:
        values = tuple(value.strip() for value in part["values"].split(","))
        return Requirement(key=part["key"], operator="In" if part["word"] == "in" else "NotIn", values=values)
    return Requirement(key=part["key"], operator="Exists")
