"""The line on which a path of an object stands, found only when a finding needs it.

Two ways, equal where both apply: a walk over the lines of block-style YAML by their indentation
(:mod:`seawall.kube.outline`), and one over libyaml's events (:mod:`seawall.kube.places`), which is slower and right for
everything: flow style over several lines, anchors, merge keys, JSON.
"""

import re
from functools import lru_cache

from seawall.kube.outline import Outline, Table
from seawall.model.kube import Origin

_PLAIN = re.compile(rb"(?m)(?<=[:-] )(?:[\w/][\w./@:+-]*(?<!:)|\{[\w./@:+, -]*\}|\[[\w./@:+, -]*\])$")
"""Values that say nothing about lines, up to the line's end. Without them thousands of documents are the same few."""


def locate(origin: Origin, path: str) -> int:
    """The line in the file, from 1, on which ``path`` begins; of its nearest parent where it is not written.

    Args:
        origin: where the object was read.
        path: inside the object (``spec.containers[0].image``); empty for the object itself.
    """
    full = f"{origin.item}.{path}" if origin.item and path else origin.item or path
    if not full:
        return origin.line
    line = None if origin.text.startswith((b"{", b"[")) else _lines(origin.text).line(full)
    return origin.line + (_exact(origin.text, full) if line is None else line)


@lru_cache(maxsize=65_536)  # findings come policy by policy, each from the first document to the last
def _lines(text: bytes) -> Table | Outline:
    return _shared(_PLAIN.sub(b"x", text))


@lru_cache(maxsize=8192)  # some 4 kB each
def _shared(skeleton: bytes) -> Table | Outline:
    outline = Outline(skeleton.decode("utf-8", "replace"))
    return outline.table() or outline


def _exact(text: bytes, path: str) -> int:
    from seawall.kube.places import places  # noqa: PLC0415  PyYAML is only needed for what the outline cannot tell

    return places(text).line(path)
