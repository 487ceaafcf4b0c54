from hypothesis import given
from hypothesis import strategies as st

from seawall.advisory.archive.changelog import Entry, entries

TEXT = """openssl (3.0.18-1~deb12u2) bookworm-security; urgency=medium

  * CVE-2026-0001 (Something (in brackets))
  * cve-2026-0002, CVE-2026-0001

 -- A Maintainer <a@debian.example>  Sat, 24 Jan 2026 10:00:00 +0100

openssl (3.0.17-1~deb12u1) bookworm; urgency=medium

  * New upstream version.

 -- A Maintainer <a@debian.example>  sometime
"""


def test_entries() -> None:
    assert list(entries(TEXT)) == [
        Entry("3.0.18-1~deb12u2", "2026-01-24", ("CVE-2026-0001", "CVE-2026-0002")),
        Entry("3.0.17-1~deb12u1"),
    ]
    assert list(entries("no changelog")) == []


@given(st.text(alphabet="abc-; ()\n*CVE0123456789:+<>@", max_size=400))
def test_any_text_has_entries_or_none(text: str) -> None:
    for entry in entries(text):
        assert entry.version
