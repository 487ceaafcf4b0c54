"""The command line: composes workflows, prints, and exits with the documented code."""
