"""``seawall scan``: from a target to a report and a gate."""

import sys
from datetime import date
from pathlib import Path

import click

from seawall.cli.completing import profile_names
from seawall.cli.console import Console
from seawall.cli.image_options import ImageOptions, image_options
from seawall.cli.judging_options import fail_on_option, ignore_file_option, own_policies
from seawall.cli.options import IsoDate, destinations, files, output_options, today, write_reports
from seawall.model.severity import Severity


@click.command("scan")
@click.argument("target", shell_complete=files)
@fail_on_option
@click.option("--fail-on-kev", is_flag=True, help="Exit 1 on a vulnerability that is known to be exploited.")
@click.option(
    "--fail-on-epss", type=click.FloatRange(0, 1), metavar="P", help="Exit 1 on an EPSS of P (0 to 1) or more."
)
@click.option("--only-fixed", is_flag=True, help="Vulnerabilities without a fix do not fail the gate.")
@click.option("--include-deleted", is_flag=True, help="What a later layer deletes fails the gate, too.")
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    shell_complete=profile_names,
    help="Judge the image by the build-stage policies of this profile, too; may be given several times.",
)
@own_policies("policies")
@click.option("--strict", is_flag=True, help="Exit 4 when the coverage has gaps.")
@ignore_file_option
@click.option("--as-of", type=IsoDate(), help="The day to judge by: expiry, support, age of the feeds.")
@image_options
@output_options
def scan_cmd(
    *,
    target: str,
    reading: ImageOptions,
    fail_on: str | None,
    fail_on_kev: bool,
    fail_on_epss: float | None,
    only_fixed: bool,
    include_deleted: bool,
    profiles: tuple[str, ...],
    policies: tuple[Path, ...],
    strict: bool,
    ignore_file: Path | None,
    as_of: date | None,
    outputs: tuple[str, ...],
    output_file: str | None,
    quiet: bool,
    verbose: bool,
    no_color: bool,
) -> None:
    """Scan TARGET: an image in a registry, a `docker save` archive, an OCI layout, a directory, or an SBOM.

    What TARGET is, is found out by itself; registry:, archive:, layout:, dir: or sbom: before it settles doubt.

    \b
      seawall scan debian:12
      seawall scan ./app.tar --fail-on high --only-fixed
      seawall scan / --output json
    """  # noqa: D301 -- click's mark for a paragraph that is not to be wrapped
    from msgspec.structs import replace  # noqa: PLC0415 -- engines load when a command runs

    from seawall.policy.gate import GateOptions, require_complete  # noqa: PLC0415
    from seawall.workflow.scan import scan  # noqa: PLC0415

    places = destinations(outputs, output_file)
    console = Console(quiet=quiet, no_color=no_color, verbose=verbose)
    gate = GateOptions(
        fail_on=Severity(fail_on) if fail_on else None,
        fail_on_kev=fail_on_kev,
        fail_on_epss=fail_on_epss,
        only_fixed=only_fixed,
        include_deleted=include_deleted,
    )
    with console.progress() as progress:
        request = reading.request(target, as_of or today(), progress)
        report = scan(replace(request, ignore_file=ignore_file, profiles=profiles, policies=policies, gate=gate))
    write_reports(report, places, console)
    if not report.gate.passed:
        sys.exit(1)
    if strict:
        require_complete(report.coverage)
