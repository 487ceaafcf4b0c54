"""Which policies' findings rules and annotations may accept: all others need not be made to know that they are not."""

from collections.abc import Iterable, Sequence

from seawall.policy.accepted.annotation import Annotated, parse
from seawall.policy.accepted.rule import Rule
from seawall.policy.glob import GlobIndex


def accepted_policies(rules: Sequence[Rule], marked: Iterable[Annotated], names: Sequence[str]) -> list[str]:
    """Those of ``names`` of which some finding may be accepted, in their order.

    Expired rules and annotations count: it is told what they would cover. Rules about vulnerabilities and packages
    name no finding about objects.
    """
    index = GlobIndex([rule.policy for rule in rules if not rule.id and not rule.package])
    said = {entry.policy for one in marked for entry in parse(one.text)[0]}
    return [name for name in names if name in said or index.rules((name,))]
