"""Stanzas of fields: Debian's control syntax (deb822(5), Debian Policy 5.1)."""

from collections.abc import Iterator


def stanzas(text: str) -> Iterator[dict[str, str]]:
    """Field (lower case) → value, stanza by stanza; continuation lines keep their line ends."""
    fields: dict[str, str] = {}
    last = ""
    for line in text.splitlines():
        if not line.strip():
            if fields:
                yield fields
            fields, last = {}, ""
        elif line.startswith("#"):
            continue
        elif line[0] in " \t":
            if last:
                fields[last] += "\n" + line.strip()
        else:
            name, colon, value = line.partition(":")
            if colon:
                last = name.strip().lower()
                fields[last] = value.strip()
    if fields:
        yield fields
