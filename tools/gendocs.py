"""Write docs/reference from the code; with --check, fail where it is not what the code says."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import docpages

from seawall.report import schema

ROOT = Path(__file__).parents[1]


def _report_schema() -> str:
    return json.dumps(schema.document(), indent=2, ensure_ascii=False) + "\n"


DOCUMENTS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("docs/reference/report-v1.schema.json", _report_schema),
    ("docs/reference/policy-v1.schema.json", docpages.policy_schema),
    ("docs/reference/policies.md", docpages.policies),
    ("docs/reference/criteria.md", docpages.criteria),
    ("docs/reference/cli.md", docpages.commands),
    ("docs/reference/settings.md", docpages.settings),
)
"""Path below the repository's root → the function that gives the whole text."""


def main(arguments: list[str]) -> int:
    """Write the documents that changed, or with ``--check`` name them and return 1."""
    check = "--check" in arguments
    stale = []
    for name, make in DOCUMENTS:
        path, text = ROOT / name, make()
        if path.is_file() and path.read_text("utf-8") == text:
            continue
        stale.append(name)
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    for name in stale:
        print(f"{name} is not what the code says; run make docs" if check else f"wrote {name}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
