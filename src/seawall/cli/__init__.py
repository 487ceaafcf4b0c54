"""The commands. Whatever they import and read makes no garbage in cycles, so Python seldom looks for it."""

import gc

gc.set_threshold(100_000)  # before anything is imported: the default looks some hundred times until a command begins
