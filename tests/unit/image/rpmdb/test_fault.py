import struct

import pytest

from seawall.errors import LimitError
from seawall.image.package.hostile import Complaints
from seawall.image.package.rpm import RpmAnalyzer
from seawall.image.rpmdb.fault import Patience


def test_patience_ends() -> None:
    complaints = Complaints("Packages")
    patience = Patience(complaints.add)
    for _ in range(9_999):
        patience("A page is damaged", "page 7")
    with pytest.raises(LimitError):
        patience("A page is damaged", "page 7")
    message = complaints.problems(anything_read=False)[0].message
    assert message == "A page is damaged: page 7 and 9999 more"


def test_a_file_of_nothing_but_faults_is_given_up() -> None:
    pages = 100
    slots = struct.pack("<4s3I", b"Slot", 1, 2, 1) * (pages * 256 - 2)
    data = struct.pack("<4s7I", b"RpmP", 0, 1, pages, 1, 0, 0, 0) + slots
    problems = RpmAnalyzer().analyze("var/lib/rpm/Packages.db", memoryview(data)).problems
    assert "in 10000 places" in problems[-1].message
