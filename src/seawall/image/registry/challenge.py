"""The ``WWW-Authenticate`` header, read.

Source: RFC 9110, sections 11.2 (``auth-param``), 11.3 and 11.6.1; several challenges may stand in one header,
separated by the same comma that separates their parameters.
"""

import re

from seawall.model.record import Record

_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_LEXER = re.compile(
    rf"[ \t,]*(?:(?P<name>{_WORD})[ \t]*=(?!=)[ \t]*(?:\"(?P<quoted>(?:[^\"\\]|\\.)*)\"|(?P<plain>{_WORD}))"
    rf"|(?P<scheme>{_WORD})(?=[ \t,]|$)(?![ \t]*=)(?:[ \t]+(?P<token68>[A-Za-z0-9._~+/-]+=*)[ \t]*(?=,|$))?)"
)
_ESCAPE = re.compile(r"\\(.)")
_MAX_HEADER = 16384


class Challenge(Record, frozen=True, kw_only=True):
    """One challenge: the scheme in lower case, its parameters with lower-case names."""

    scheme: str
    parameters: dict[str, str] = {}


def parse(header: str) -> tuple[Challenge, ...]:
    """All challenges of a header, in its order; what cannot be read ends the list. Never raises."""
    header = header[:_MAX_HEADER]
    found: list[tuple[str, dict[str, str]]] = []
    position = 0
    while match := _LEXER.match(header, position):
        position = match.end()
        if scheme := match["scheme"]:
            found.append((scheme.lower(), {}))
        elif found:
            value = match["plain"] if match["quoted"] is None else _ESCAPE.sub(r"\1", match["quoted"])
            found[-1][1].setdefault(match["name"].lower(), value)
        else:
            break
    return tuple(Challenge(scheme=scheme, parameters=parameters) for scheme, parameters in found)
