"""The program, run as a user runs it: a process of its own."""

import os
import subprocess
import sys
from pathlib import Path


def seawall(*arguments: str, cwd: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run ``seawall`` in a directory, without colours, and with a cache of its own below it."""
    return subprocess.run(
        [sys.executable, "-m", "seawall.cli.main", *arguments],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"XDG_CACHE_HOME": str(cwd / "cache"), "NO_COLOR": "1"},
    )
