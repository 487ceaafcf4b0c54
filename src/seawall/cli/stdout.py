"""Standard output when its reader went away (``| head``): nothing more can be said there, and that is fine."""

import os
import sys


def leave_stdout() -> None:
    """Let what is still to be written go nowhere, so that the rest of the work is done: files, the gate."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
