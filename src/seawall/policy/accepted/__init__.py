"""Accepted risks: a file that says which findings somebody takes responsibility for, why, and until when.

    accept:
      - id: CVE-2024-1234            # or an alias; each selector is one value or a list (any of)
        package: pkg:deb/debian/*    # or a name
        reason: the parser is not reachable from the network
        owner: shop-team
        expires: 2027-03-31          # the last day it holds

All selectors of a rule must hold together. A rule that has expired covers nothing; it and rules that nothing
matches are reported. JSON is read as the YAML that it is.
"""

from seawall.policy.accepted.annotation import annotated, apply_annotations
from seawall.policy.accepted.apply import apply
from seawall.policy.accepted.read import DEFAULT_NAME, default_file, load, parse
from seawall.policy.accepted.rule import SELECTORS, Rule

__all__ = [
    "DEFAULT_NAME",
    "SELECTORS",
    "Rule",
    "annotated",
    "apply",
    "apply_annotations",
    "default_file",
    "load",
    "parse",
]
