"""By which policies to judge, and which risks are accepted: the same options for manifests and for clusters."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import TYPE_CHECKING, TypeVar

import click

from seawall.cli.completing import policy_names, profile_names
from seawall.cli.options import FilePath, IsoDate, today
from seawall.model.record import Record
from seawall.model.severity import Severity

if TYPE_CHECKING:
    from pathlib import Path

    from seawall.workflow.judging import JudgeRequest

SEVERITIES = [severity.value for severity in Severity]
Command = Callable[..., object]
_R = TypeVar("_R", bound="JudgeRequest")


class JudgingOptions(Record, frozen=True, kw_only=True):
    """What was said; a command with :func:`judging_options` gets it as ``judging``.

    Attributes:
        profiles: names of profiles; none means default, where no own policies are given and none is named.
        policies: files and directories of own policies.
        severity: leave out what is below.
        only, skip: names of policies.
        ignore_file: accepted risks; null: the default file.
        as_of: the day to judge by; null: today.
    """

    profiles: tuple[str, ...] = ()
    policies: "tuple[Path, ...]" = ()
    severity: str | None = None
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    ignore_file: "Path | None" = None
    as_of: date | None = None

    def request(self, kind: type[_R], **more: object) -> _R:
        """A request of any kind to judge, with what it has ``more``."""
        return kind(
            on=self.as_of or today(),
            profiles=self.profiles or (() if self.policies or self.only else ("default",)),
            policies=self.policies,
            only=self.only,
            skip=self.skip,
            severity=Severity(self.severity) if self.severity else None,
            ignore_file=self.ignore_file,
            **more,  # type: ignore[arg-type] # the fields that only this kind has
        )


def judging_options(function: Command) -> Command:
    """``--profile``, ``--policy``, ``--severity``, ``--only``, ``--skip``, ``--ignore-file``, ``--as-of``."""

    @wraps(function)
    def command(**given: object) -> object:
        own = {name: given.pop(name) for name in JudgingOptions.__struct_fields__}
        return function(**given, judging=JudgingOptions(**own))  # type: ignore[arg-type] # click has checked them

    made: Command = command
    for option in reversed(
        (
            click.option(
                "--profile",
                "profiles",
                multiple=True,
                shell_complete=profile_names,
                help="Which policies: default, ci, strict, all, pss-restricted@v1.30, …; may be given several times.",
            ),
            own_policies("policies"),
            click.option("--severity", type=click.Choice(SEVERITIES), help="Leave out findings below this."),
            click.option(
                "--only",
                multiple=True,
                metavar="POLICY",
                shell_complete=policy_names,
                help="Judge by this policy only; may be given several times.",
            ),
            click.option(
                "--skip",
                multiple=True,
                metavar="POLICY",
                shell_complete=policy_names,
                help="Do not judge by this policy; may be given several times.",
            ),
            ignore_file_option,
            click.option("--as-of", type=IsoDate(), help="The day to judge by: expiry of accepted risks and scopes."),
        )
    ):
        made = option(made)
    return made


def own_policies(name: str) -> Callable[[Command], Command]:
    """``--policy``, under a parameter's name."""
    path = FilePath()
    return click.option("--policy", name, multiple=True, type=path, help="A file or directory of own policies.")


ignore_file_option = click.option(
    "--ignore-file", type=FilePath(), help="Accepted risks; default: .seawall-accept.yaml."
)
fail_on_option = click.option("--fail-on", type=click.Choice(SEVERITIES), help="Exit 1 on a finding this bad or worse.")
