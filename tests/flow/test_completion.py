"""What a shell offers when somebody presses tab, asked as its script asks."""

import pytest
from click.shell_completion import ShellComplete

from seawall.cli.main import cli


def offered(*words: str) -> tuple[set[str], set[str]]:
    """The types and values that are offered for the last word."""
    shell = ShellComplete(cli, {}, "seawall", "_SEAWALL_COMPLETE")
    found = shell.get_completions(list(words[:-1]), words[-1])
    return {one.type for one in found}, {one.value for one in found}


@pytest.mark.parametrize(
    ("line", "among"),
    [
        ("che", {"check"}),
        ("check x --profile ps", {"pss-baseline", "pss-restricted"}),
        ("check x --only privileged-c", {"privileged-container"}),
        ("check x --output s", {"sarif", "spdx"}),
        ("scan x --profile c", {"ci", "cis-5"}),
        ("cluster audit --skip privileged-c", {"privileged-container"}),
        ("policy show privileged-c", {"privileged-container"}),
        ("policy explain privileged-c", {"privileged-container"}),
        ("policy test privileged-c", {"privileged-container"}),
        ("policy list --category im", {"images"}),
        ("policy import --format ", {"stackrox", "kyverno", "vap"}),
        ("completion ", {"bash", "zsh", "fish"}),
    ],
)
def test_names_are_offered(line: str, among: set[str]) -> None:
    types, values = offered(*line.split(" "))
    assert types == {"plain"}
    assert among <= values


@pytest.mark.parametrize(
    "line",
    [
        "check ",
        "check k8s/",
        "check x --policy ",
        "scan ./",
        "policy explain privileged-container ./",
        "policy test ./",
        "policy lint ",
        "policy import ",
        "db import ",
        "cluster audit --from ",
    ],
)
def test_paths_are_left_to_the_shell(line: str) -> None:
    types, _ = offered(*line.split(" "))
    assert types == {"file"}
