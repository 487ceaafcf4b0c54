"""The fast way through YAML: rapidyaml to JSON, for documents in which nothing stands that it reads otherwise.

rapidyaml follows YAML 1.2 and a JSON schema; Kubernetes follows YAML 1.1 (:mod:`seawall.kube.scalar`). One pattern
finds every place where the two may differ: words and numbers that only YAML 1.1 resolves, tags, anchors, merge keys,
block scalars with indicators, characters that YAML forbids. It may find too much (such a word in a script), never too
little; what it finds takes the slow way. Equality of both ways is shown by property tests.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import re2
import ryml

from seawall.kube.duplicate import compacted

_WORDS = (
    r"[yYnN~]|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF|True|TRUE|False|FALSE|Null|NULL"
    r"|[+-]?\.?(?:inf|Inf|INF|infinity|nan|NaN|NAN)"
)
_NUMBERS = (
    r"[+-]?0[0-9a-zA-Z_][0-9a-zA-Z_.+-]*"  # octal, hexadecimal, binary, or a float with a leading zero
    r"|\+[0-9.][0-9a-zA-Z_.+-]*"
    r"|[+-]?\.[0-9][0-9a-zA-Z_.+-]*"
    r"|-?[0-9_]+\."
    r"|-?[0-9][0-9.]*[eE][0-9+-]+"
    r"|-?[0-9]+_[0-9a-zA-Z_.+-]*"
    r"|-?[0-9]{16,}(?:\.[0-9]*)?"
    r"|-0(?:\.0*)?"
)
_START = r"(?:^ *|[:?-] +|[\[{,] *)"
_END = r"(?: *$| +#| *[,\]}]| *:(?: |$))"
_FORBIDDEN = r"[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xa8\xa9]|\xef\xbb\xbf|\xef\xbf[\xbe\xbf]"
"""Control characters, Unicode's line ends, byte-order marks; and tabs, which the two place differently."""
_SUSPECT = "|".join(
    [
        rf"{_START}(?:{_WORDS}|{_NUMBERS}){_END}",
        rf"{_START}(?:[!&*@`%,?:]|<<|[|>]-?(?:[^\n-]|-.))",
        rf"{_START}(?:\"(?:[^\"\\\n]|\\.)*\" *[^ ,:\]}}#\n]|'(?:[^'\n]|'')*' *[^ ,:\]}}#\n'])",  # text after a quote
        r"^ *[|>]",
        rf"{_START}(?:-?[0-9]*\.[0-9.]*|null) *:(?: |$)",  # keys that are no texts
        r"[{,] *(?:-?[0-9]*\.[0-9.]*|null) *[,}]",
        r"^ *[}\]]",
        r"[:?-] +[}\]]",
        r"[\]}] *[^ ,\]}#:\n]|[\[{][^\]}\n]* #|:[,\[\]{}?]",  # in and after flow style
        r"[\[{][^\]}\n]*$",  # flow style over several lines
        r"[\[{][^\n]*, *$",
        r"\\[uU]",
        _FORBIDDEN,
    ]
)
_FIRST_BUFFER = 1 << 20


def _compile() -> "re2._Regexp[bytes]":
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1  # bytes, not code points
    return re2.compile(f"(?m){_SUSPECT}".encode("latin-1"), options)


_suspect = _compile().search


def is_plain(text: bytes) -> bool:
    """Whether both ways read this text (one document or many) alike, if it is valid at all.

    Args:
        text: with line feeds only, ending in one.
    """
    return _suspect(text) is None and (text.isascii() or _is_utf8(text))


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


class FastReader:
    """Turns documents into compact JSON; keeps its tree and buffer between them, so it belongs to one thread."""

    def __init__(self) -> None:
        self._tree = ryml.Tree()
        self._buffer = bytearray(_FIRST_BUFFER)

    def read(self, text: bytes) -> bytes | None:
        """The JSON of one document that :func:`is_plain`; None when the slow way must be asked.

        That is: an empty or broken document, one nested deeper than rapidyaml writes, a key that stands twice.
        """
        tree = self._tree
        tree.clear()
        tree.clear_arena()
        try:
            ryml.parse_in_arena(text, tree=tree)
            json = self._emit()
            compact = compacted(json) if json is not None else None
        except (ryml.ExceptionBasic, ryml.ExceptionParse, ryml.ExceptionVisit, msgspec.DecodeError, RecursionError):
            self._tree = ryml.Tree()
            return None
        return compact if compact is not None and _sound(compact) else None

    def _emit(self) -> memoryview | None:
        try:
            json: memoryview | None = ryml.emit_json_in_place(self._tree, self._buffer)
        except IndexError:  # the buffer is too small
            self._buffer = bytearray(2 * ryml.compute_json_length(self._tree))
            json = ryml.emit_json_in_place(self._tree, self._buffer)
        return json


def _sound(json: bytes) -> bool:
    """Whether it is a mapping without the keys that rapidyaml makes of wrongly indented lines after quoted texts."""
    return json.startswith(b"{") and b'{" ' not in json and b'," ' not in json


@contextmanager
def silenced() -> Iterator[None]:
    """Rapidyaml writes each error to standard error before it raises; it has no setting against it.

    While this is open, nothing that this process writes to the descriptor is seen: keep it short.
    """
    try:
        saved = os.dup(2)
    except OSError:  # there is no standard error
        yield
        return
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(null)
