"""Lines by path for block-style YAML, from indentation alone: quick, because it looks only at lines along the path.

It says "not known" (None) wherever indentation does not tell, and the caller asks libyaml instead.
"""

import re

from seawall.kube.steps import take_index, take_key

_KEY = re.compile(r"""(?:"([^"\\]*)"|'([^']*)'|([\w./$-]+|<<)) *:(?: +|$)""")
_SKIP = -1
_FLOW = {"{": "}", "[": "]"}

Block = tuple[int, int]
"""Where a node begins: its line and column."""


class Outline:
    """The lines of one document."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._indents = [
            len(line) - len(bare) if (bare := line.lstrip(" ")) and bare[0] != "#" else _SKIP for line in self._lines
        ]
        self._odd = "\t" in text or "\r" in text

    def line(self, path: str) -> int | None:
        """The line, from 0, on which ``path`` begins, or its nearest parent that is written; None: not known."""
        start = self._next_content(0)
        if start is None or self._odd:
            return None
        line, block = start, self._value(start, self._indents[start], -1)
        while path and isinstance(block, tuple):
            index = take_index(path)
            found = self._entry(block, path) if index is None else self._item(block, *index)
            if not isinstance(found, tuple):
                return line if found is False else None
            line, block, path = found
        return None if block is None else line

    def _entry(self, block: Block, path: str) -> tuple[int, Block | bool | None, str] | bool | None:
        """The entry of a mapping that the path goes through: its line, its value and the rest of the path.

        False: there is none. None: not known.
        """
        at, column = block
        best: tuple[int, Block | bool | None, str] | bool = False
        merged = False
        for line in self._siblings(at, column):
            text = self._lines[line]
            match = _KEY.match(text, column)
            if match is None:
                return None if text[column] != "-" else best
            merged = merged or match[3] == "<<"
            rest = take_key(path, match[1] or match[2] or match[3] or "")
            if rest is None:
                continue
            best = (line, self._value(line, match.end(), column), rest)
            if not rest or isinstance(best[1], tuple):
                return best
        return None if merged and best is False else best

    def _item(self, block: Block, index: int, rest: str) -> tuple[int, Block | bool | None, str] | bool | None:
        """The same for an item of a sequence."""
        at, column = block
        for line in self._siblings(at, column):
            text = self._lines[line]
            if text[column] != "-" or text[column + 1 : column + 2] not in {"", " "}:
                return False
            if index == 0:
                begin = column + 1 + len(text[column + 1 :]) - len(text[column + 1 :].lstrip(" "))
                value = self._value(line, begin, column)
                return (value[0] if isinstance(value, tuple) else line), value, rest
            index -= 1
        return False

    def _siblings(self, at: int, column: int) -> "list[int]":
        """The lines of the block that begin at its column: its entries or items."""
        found = [at]
        indents = self._indents
        for line in range(at + 1, len(indents)):
            indent = indents[line]
            if indent == column:
                found.append(line)
            elif _SKIP < indent < column:
                break
        return found

    def _value(self, line: int, column: int, parent: int) -> Block | bool | None:
        """What begins at a place: a block, False for what has no parts on other lines, None when not known."""
        text = self._lines[line][column:]
        if not text or text[0] == "#":
            below = self._next_content(line + 1)
            if below is None or self._indents[below] < parent:
                return False
            if self._indents[below] == parent:
                return (below, parent) if self._lines[below][parent : parent + 2] in {"-", "- "} else False
            return self._value(below, self._indents[below], self._indents[below])
        if text[0] in _FLOW:
            closed = text.rstrip().endswith(_FLOW[text[0]]) and not {'"', "'", "#"} & set(text)
            return False if closed and all(text.count(one) == text.count(_FLOW[one]) for one in _FLOW) else None
        if text[0] in "&*!?":
            return None
        if text.startswith("- ") or text == "-" or _KEY.match(text):
            return line, column
        return None if text[0] in "\"'" and text.rstrip()[-1:] != text[0] else False

    def _next_content(self, line: int) -> int | None:
        """The first line from ``line`` on that is not empty and no comment."""
        return next((at for at in range(line, len(self._indents)) if self._indents[at] != _SKIP), None)
