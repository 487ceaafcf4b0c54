"""The steps of filling the advisory database, and of asking it."""
