"""``seawall check``: from manifests to a report and a gate."""

import gc
import sys
from datetime import date
from pathlib import Path

import click

from seawall.cli.completing import policy_names, profile_names
from seawall.cli.console import Console
from seawall.cli.options import IsoDate, destinations, output_options, today, write_reports
from seawall.errors import InputError
from seawall.model.severity import Severity
from seawall.report.text import count

_SEVERITIES = [severity.value for severity in Severity]


@click.command("check")
@click.argument("paths", nargs=-1, required=True)
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    shell_complete=profile_names,
    help="Which policies: default, ci, strict, all, pss-restricted@v1.30, …",
)
@click.option(
    "--policy", "policies", multiple=True, type=click.Path(path_type=Path), help="A file or directory of own policies."
)
@click.option("--severity", type=click.Choice(_SEVERITIES), help="Leave out findings below this.")
@click.option(
    "--only",
    multiple=True,
    metavar="POLICY",
    shell_complete=policy_names,
    help="Judge by this policy only; may be given several times.",
)
@click.option(
    "--skip",
    multiple=True,
    metavar="POLICY",
    shell_complete=policy_names,
    help="Do not judge by this policy; may be given several times.",
)
@click.option("--fail-on", type=click.Choice(_SEVERITIES), help="Exit 1 on a finding this bad or worse.")
@click.option("--strict", is_flag=True, help="Exit 3 when a document could not be read, 4 when the coverage has gaps.")
@click.option("--ignore-file", type=click.Path(path_type=Path), help="Accepted risks; default: .seawall-accept.yaml.")
@click.option(
    "--assume",
    type=click.Path(path_type=Path),
    help="A file that names what exists elsewhere: lines KIND/NAMESPACE/NAME, or manifests.",
)
@click.option("--cluster", metavar="NAME", default="", help="The cluster that they are for; scopes may ask for it.")
@click.option("--as-of", type=IsoDate(), help="The day to judge by: expiry of accepted risks and scopes.")
@output_options
def check_cmd(
    *,
    paths: tuple[str, ...],
    profiles: tuple[str, ...],
    policies: tuple[Path, ...],
    severity: str | None,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    fail_on: str | None,
    strict: bool,
    ignore_file: Path | None,
    assume: Path | None,
    cluster: str,
    as_of: date | None,
    outputs: tuple[str, ...],
    output_file: str | None,
    quiet: bool,
    verbose: bool,
    no_color: bool,
) -> None:
    """Check Kubernetes manifests: PATHS are files, directories, or - for standard input.

    \b
      seawall check k8s/
      helm template chart | seawall check - --profile pss-restricted
      seawall check k8s/ --fail-on high --output sarif --output-file seawall.sarif
    """  # noqa: D301 -- click's mark for a paragraph that is not to be wrapped
    gc.disable()  # a tenth of the time, and no memory: records make no cycles, and the process ends with the report
    from seawall.policy.gate import GateOptions, require_complete  # noqa: PLC0415 -- engines load when a command runs
    from seawall.workflow.check import CheckRequest, check  # noqa: PLC0415

    places = destinations(outputs, output_file)
    console = Console(quiet=quiet, no_color=no_color, verbose=verbose)
    report = check(
        CheckRequest(
            paths=paths,
            on=as_of or today(),
            profiles=profiles or (() if policies or only else ("default",)),
            policies=policies,
            only=only,
            skip=skip,
            severity=Severity(severity) if severity else None,
            assume=assume,
            cluster_name=cluster,
            ignore_file=ignore_file,
            gate=GateOptions(fail_on=Severity(fail_on) if fail_on else None),
        )
    )
    write_reports(report, places, console)
    if not report.gate.passed:
        sys.exit(1)
    if strict:
        unread = [row for row in report.coverage if row.area == "document" and row.gap]
        if unread:
            raise InputError(
                f"{count(len(unread), 'document or field', 'documents or fields')} could not be read, "
                "and --strict asks for that",
                cause=unread[0].message,
            )
        require_complete(report.coverage)
