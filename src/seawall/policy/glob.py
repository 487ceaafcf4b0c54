"""Which of many rules name a text: patterns compiled once, answers as bits of one integer.

Patterns hold ``*`` (any characters), ``**`` and ``?`` (one character); all else is literal. In paths ``*`` and
``?`` stop at slashes and ``**`` does not. RE2 matches them in linear time, whoever wrote them.
"""

import re
from collections import Counter
from collections.abc import Sequence

import re2

_TOKENS = r"\*\*/|\*+|\?|[^*?]+"
_OPTIONS = re2.Options()
_OPTIONS.log_errors = False


def expression(pattern: str, *, path: bool) -> str:
    """The regular expression of a pattern; ``**/`` in a path also stands for no directory at all."""
    some, one = ("[^/]", "[^/]") if path else (".", ".")
    parts = []
    for token in re.findall(_TOKENS, pattern):
        if token == "**/":  # noqa: S105 - a glob's token, no password
            parts.append("(?:.*/)?" if path else ".*/")
        elif token[0] == "*":
            parts.append(".*" if len(token) > 1 else f"{some}*")
        else:
            parts.append(one if token == "?" else re2.escape(token))  # noqa: S105 - a glob's token, no password
    return "(?s)" + "".join(parts)


def literals(pattern: str, *, path: bool) -> list[str]:
    """The texts that everything that ``pattern`` matches must hold."""
    tokens = re.findall(_TOKENS, pattern)
    return [token for token in tokens if token[0] not in "*?"] + ([] if path else ["/"] * ("**/" in tokens))


class GlobIndex:
    """For one selector: the patterns of every rule; a rule without patterns names every text.

    A pattern is tried only on texts that hold the rarest of its literals, which is what makes thousands of rules
    against thousands of packages a matter of a second.

    Args:
        patterns: for each rule, in order, its patterns.
        path: whether ``*`` stops at slashes.
    """

    def __init__(self, patterns: Sequence[tuple[str, ...]], *, path: bool = False) -> None:
        self._unlimited = 0
        self._exact: dict[str, int] = {}
        self._globs: list[tuple[str, re2._Regexp, int]] = []
        self._known: dict[tuple[str, ...], int] = {}
        shares = Counter(text for group in patterns for pattern in group for text in literals(pattern, path=path))
        for number, group in enumerate(patterns):
            bit = 1 << number
            self._unlimited |= 0 if group else bit
            for pattern in group:
                if "*" in pattern or "?" in pattern:
                    held = literals(pattern, path=path)
                    rarest = min(held, key=lambda text: (shares[text], -len(text)), default="")
                    self._globs.append((rarest, re2.compile(expression(pattern, path=path), _OPTIONS), bit))
                else:
                    self._exact[pattern] = self._exact.get(pattern, 0) | bit

    def rules(self, texts: tuple[str, ...]) -> int:
        """The rules (bit n for rule n) that name at least one of ``texts``, or that name everything."""
        bits = self._known.get(texts)
        if bits is None:
            bits = self._known[texts] = self._match(texts)
        return bits

    def _match(self, texts: tuple[str, ...]) -> int:
        bits = self._unlimited
        for text in texts:
            bits |= self._exact.get(text, 0)
            if self._globs:
                shown = text.encode("utf-8", "replace").decode()  # RE2 takes no lone surrogates
                for literal, pattern, bit in self._globs:
                    if literal in text and not bits & bit and pattern.fullmatch(shown):
                        bits |= bit
        return bits
