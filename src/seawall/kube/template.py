"""Recognises templates (Helm's, mostly) among manifests: they become manifests only when they are rendered."""

import re
from collections.abc import Iterator

from seawall.model.kube import Json

_HELM = (
    r"\{\{-?\s*(?:/\*|(?:\$[\w.]*|\.)(?:Values|Release|Chart|Capabilities|Files|Template)\b"
    r"|(?:include|template|tpl|if|else|range|with|end|define|block|required|toYaml|default)\b)"
)
"""What only a Helm template has; the ``{{ }}`` of other programs (alerts, workflows) are texts to Kubernetes."""
OPEN = b"{{"


def template_line(text: bytes) -> int | None:
    """The line, from 0, of the first template expression; None when there is none."""
    at = text.find(OPEN)
    return None if at < 0 else text.count(b"\n", 0, at)


def unrendered(value: Json, path: str = "") -> Iterator[tuple[str, str]]:
    """Paths and texts of the values that hold a Helm expression.

    Texts of several lines are left out: they are files for others (a ConfigMap's), not the object's own settings.
    """
    if isinstance(value, str):
        if "{{" in value and "\n" not in value and re.search(_HELM, value):
            yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from unrendered(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from unrendered(inner, f"{path}[{index}]")
