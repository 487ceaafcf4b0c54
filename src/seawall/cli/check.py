"""``seawall check``: from manifests to a report and a gate."""

import gc
import sys
from typing import TYPE_CHECKING

import click

from seawall.cli.console import Console
from seawall.cli.judging_options import JudgingOptions, fail_on_option, judging_options
from seawall.cli.options import FilePath, destinations, files, output_options, write_reports
from seawall.errors import InputError
from seawall.model.severity import Severity
from seawall.report.text import count

if TYPE_CHECKING:
    from pathlib import Path


@click.command("check")
@click.argument("paths", nargs=-1, required=True, shell_complete=files)
@judging_options
@fail_on_option
@click.option("--strict", is_flag=True, help="Exit 3 when a document could not be read, 4 when the coverage has gaps.")
@click.option(
    "--assume",
    type=FilePath(),
    help="A file that names what exists elsewhere: lines KIND/NAMESPACE/NAME, or manifests.",
)
@click.option("--cluster", metavar="NAME", default="", help="The cluster that they are for; scopes may ask for it.")
@output_options
def check_cmd(
    *,
    paths: tuple[str, ...],
    judging: JudgingOptions,
    fail_on: str | None,
    strict: bool,
    assume: "Path | None",
    cluster: str,
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
    request = judging.request(
        CheckRequest,
        paths=paths,
        assume=assume,
        cluster_name=cluster,
        gate=GateOptions(fail_on=Severity(fail_on) if fail_on else None),
    )
    report = check(request)
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
