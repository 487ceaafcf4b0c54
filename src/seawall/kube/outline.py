"""Lines by path for block-style YAML, from indentation alone: quick, because it looks only at lines along the path.

It says "not known" (None) wherever indentation does not tell, and the caller asks libyaml instead.
"""

import re
import sys

from seawall.kube.steps import take_index, take_key

_KEY = re.compile(r"""(?:"([^"\\]*)"|'([^']*)'|([\w./$-]+|<<)) *:(?: +|$)""")
_MAYBE_KEY = re.compile(r"[^\"'].*:(?: |$)|[\"'].*[\"'] *:(?: |$)")
_SEGMENT = re.compile(r"([^.\[]+)(?:\.|(?=\[)|$)")
_ODD = re.compile(r"[.\[]|^<<$")
_SKIP = -1
_MOST_PATHS = 1000
_FLOW = {"{": "}", "[": "]"}

Block = tuple[int, int]
"""Where a node begins: its line and column."""
Value = Block | bool | None
"""A block; False for what has no parts on other lines; None when not known."""
Found = tuple[int, Value, str] | bool | None
"""One step down: its line, its value, the rest of the path. False: nothing there. None: not known."""


class Table:
    """The lines of all paths that are written in a document."""

    def __init__(self, lines: dict[str, int | None]) -> None:
        self._lines = lines

    def line(self, path: str) -> int | None:
        """As :meth:`Outline.line`."""
        lines = self._lines
        while path not in lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return lines[path]


class Outline:
    """The lines of one document."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._indents = [
            len(line) - len(bare) if (bare := line.lstrip(" ")) and bare[0] != "#" else _SKIP for line in self._lines
        ]
        self._blocks: dict[Block, list[int]] = {}
        self._mappings: dict[Block, list[tuple[str, int, int]] | None] = {}
        self._plain: dict[Block, dict[str, tuple[int, int]]] = {}  # the mappings of which no key can be mistaken
        start = self._next_content(0)
        odd = start is None or "\t" in text or "\r" in text
        self._root = (start or 0, None if odd or start is None else self._value(start, self._indents[start], -1))
        self._heads: dict[str, tuple[int, Value]] = {"": self._root}
        self._known: dict[str, int | None] = {}

    def line(self, path: str) -> int | None:
        """The line, from 0, on which ``path`` begins, or its nearest parent that is written; None: not known."""
        if path not in self._known:
            self._known[path] = self._found(path)
        return self._known[path]

    def table(self) -> "Table | None":
        """The lines of all paths that are written; None where there are too many, or one could mean two things."""
        lines: dict[str, int | None] = {}
        waiting: list[tuple[str, int, Value]] = [("", *self._root)]
        while waiting:
            path, line, value = waiting.pop()
            lines[path] = None if value is None else line
            if isinstance(value, tuple):
                below = self._below(path, value)
                if below is None or len(lines) + len(waiting) > _MOST_PATHS:
                    return None
                waiting += below
        return Table(lines)

    def _below(self, path: str, block: Block) -> list[tuple[str, int, Value]] | None:
        """The (path, line, value) of a block's entries or items; None where they are not known for sure."""
        if self._lines[block[0]][block[1] : block[1] + 2] in {"-", "- "}:
            items = [self._item(block, at, "") for at in range(len(self._siblings(block)))]
            found = [(sys.intern(f"{path}[{at}]"), *one[:2]) for at, one in enumerate(items) if isinstance(one, tuple)]
            return found if len(found) == len(items) else None
        entries = self._keys(block)
        if entries is None or any(key == "<<" for key, _, _ in entries):
            return None
        last = {key: (line, self._value(line, end, block[1], entry=True)) for key, line, end in entries}
        nested = tuple(f"{key}{sign}" for key, (_, value) in last.items() if value is not False for sign in ".[")
        if block not in self._plain and any(key.startswith(nested) for key in last):
            return None
        return [(sys.intern(f"{path}.{key}".lstrip(".") if path else key), *one) for key, one in last.items()]

    def _found(self, path: str) -> int | None:
        cut = path.rfind("]") + 1
        head = self._heads.get(path[:cut])
        if head is None:
            head = self._heads[path[:cut]] = self._walk(*self._root, path[:cut])
        line, value = self._walk(*head, path[cut:].removeprefix("."))
        return None if value is None else line

    def _walk(self, line: int, value: Value, path: str) -> tuple[int, Value]:
        """Follow a path from a value that begins on ``line``: the last line found, and what begins there."""
        while path and isinstance(value, tuple):
            index = take_index(path)
            found = self._entry(value, path) if index is None else self._item(value, *index)
            if not isinstance(found, tuple):
                return line, False if found is False else None
            line, value, path = found
        return line, value

    def _entry(self, block: Block, path: str) -> Found:
        """The entry of a mapping that the path goes through; the last one where a key stands twice."""
        keys = self._keys(block)
        if keys is None:
            return None
        plain = self._plain.get(block)
        if plain is not None and (match := _SEGMENT.match(path)) is not None:
            at = plain.get(match[1])
            return at is not None and (at[0], self._value(*at, block[1], entry=True), path[match.end() :])
        best, length, merged = None, -1, False
        for entry in keys:
            key = entry[0]
            merged = merged or key == "<<"
            if len(key) >= length and path.startswith(key) and take_key(path, key) is not None:
                best, length = entry, len(key)
        if best is None:
            return None if merged else False
        key, line, end = best
        return line, self._value(line, end, block[1], entry=True), take_key(path, key) or ""

    def _item(self, block: Block, index: int, rest: str) -> Found:
        """The same for an item of a sequence."""
        column = block[1]
        for line in self._siblings(block):
            text = self._lines[line]
            if text[column : column + 2] not in {"-", "- "}:
                return False
            if index == 0:
                begin = len(text) - len(text[column + 1 :].lstrip(" "))
                value = self._value(line, begin, column)
                return (value[0] if isinstance(value, tuple) else line), value, rest
            index -= 1
        return False

    def _siblings(self, block: Block) -> list[int]:
        """The lines of a block that begin at its column: its entries or items."""
        if block in self._blocks:
            return self._blocks[block]
        at, column = block
        found = self._blocks[block] = [at]
        indents = self._indents
        for line in range(at + 1, len(indents)):
            indent = indents[line]
            if indent == column:
                found.append(line)
            elif _SKIP < indent < column:
                break
        return found

    def _keys(self, block: Block) -> list[tuple[str, int, int]] | None:
        """The keys of a mapping, their lines, and the columns after their colons; None when not known."""
        if block not in self._mappings:
            column, made = block[1], list[tuple[str, int, int]]()
            for line in self._siblings(block):
                match = _KEY.match(self._lines[line], column)
                if match is not None:
                    made.append((match[1] or match[2] or match[3] or "", line, match.end()))
                elif self._lines[line][column : column + 2] not in {"-", "- "}:  # else an item of the key before
                    self._mappings[block] = None
                    return None
            self._mappings[block] = made
            if not any(_ODD.search(key) or not key for key, _, _ in made):
                self._plain[block] = {key: (at, end) for key, at, end in made}
        return self._mappings[block]

    def _value(self, line: int, column: int, parent: int, *, entry: bool = False) -> Value:
        """What begins at a place."""
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
        if not entry and _MAYBE_KEY.match(text):  # after the colon of a key there can be no other
            return None
        return None if text[0] in "\"'" and text.rstrip()[-1:] != text[0] else False

    def _next_content(self, line: int) -> int | None:
        """The first line from ``line`` on that is not empty and no comment."""
        return next((at for at in range(line, len(self._indents)) if self._indents[at] != _SKIP), None)
