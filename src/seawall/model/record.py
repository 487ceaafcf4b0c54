"""The base of all records: frozen, by keyword, cheap to make."""

import msgspec


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A fact. Never changed; ``msgspec.structs.replace`` makes a new one.

    Each subclass repeats ``frozen=True, kw_only=True``: msgspec does not inherit the second, type checkers neither.
    """
