"""CEL expressions as conditions."""

from seawall.errors import UsageError
from seawall.policy.document import Json
from seawall.policy.nodes import Node


def node(raw: Json, group: str) -> Node:
    """Compile an expression.

    Raises:
        UsageError: it has an error; the sentence names it.
    """
    raise UsageError(f"CEL is not there: {raw!r} {group}")
