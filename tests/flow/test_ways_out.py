"""The program's ways out, where what it says cannot be heard: the exit code still tells."""

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "2>/dev/full"])
@pytest.mark.parametrize(("arguments", "code"), [("--version", 0), ("nosuch", 2), ("check /no/such", 3)])
def test_nobody_listens(arguments: str, code: int, closed: str) -> None:
    command = f"{sys.executable} -m seawall.cli.main {arguments} {closed}"
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False, cwd=HERE)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
