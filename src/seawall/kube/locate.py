"""The line on which a path of an object stands, found only when a finding needs it.

Two ways, equal where both apply: a walk over the lines of block-style YAML by their indentation
(:mod:`seawall.kube.outline`), and one over libyaml's events (:mod:`seawall.kube.places`), which is slower and right for
everything: flow style over several lines, anchors, merge keys, JSON.
"""

from functools import lru_cache

from seawall.kube.outline import Outline
from seawall.model.kube import Origin


def locate(origin: Origin, path: str) -> int:
    """The line in the file, from 1, on which ``path`` begins; of its nearest parent where it is not written.

    Args:
        origin: where the object was read.
        path: inside the object (``spec.containers[0].image``); empty for the object itself.
    """
    full = f"{origin.item}.{path}" if origin.item and path else origin.item or path
    if not full:
        return origin.line
    line = None if origin.text.startswith((b"{", b"[")) else _outline(origin.text).line(full)
    return origin.line + (_exact(origin.text, full) if line is None else line)


@lru_cache(maxsize=2048)  # findings come policy by policy, each from the first document to the last; some 8 kB each
def _outline(text: bytes) -> Outline:
    return Outline(text.decode("utf-8", "replace"))


def _exact(text: bytes, path: str) -> int:
    from seawall.kube.places import places  # noqa: PLC0415  PyYAML is only needed for what the outline cannot tell

    return places(text).line(path)
