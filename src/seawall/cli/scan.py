"""``seawall scan``: from a target to a report and a gate."""

import sys
from datetime import date
from pathlib import Path

import click

from seawall import settings
from seawall.cli.completing import profile_names
from seawall.cli.console import Console
from seawall.cli.options import IsoDate, destinations, files, output_options, today, write_reports
from seawall.model.severity import Severity


@click.command("scan")
@click.argument("target", shell_complete=files)
@click.option("--platform", default="", metavar="OS/ARCH", help="Of a multi-platform image; default: this machine's.")
@click.option(
    "--fail-on", type=click.Choice([s.value for s in Severity]), help="Exit 1 on a finding this bad or worse."
)
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
@click.option(
    "--policy", "policies", multiple=True, type=click.Path(path_type=Path), help="A file or directory of own policies."
)
@click.option("--strict", is_flag=True, help="Exit 4 when the coverage has gaps.")
@click.option("--ignore-file", type=click.Path(path_type=Path), help="Accepted risks; default: .seawall-accept.yaml.")
@click.option("--as-of", type=IsoDate(), help="The day to judge by: expiry, support, age of the feeds.")
@click.option("--db", "database", type=click.Path(path_type=Path), help="The advisory database's directory.")
@click.option(
    "--archive",
    is_flag=True,
    help="Where no feed speaks of the distribution, ask its package archive (by apt's settings).",
)
@click.option("--no-cache", is_flag=True, help="Read every layer again.")
@click.option("--insecure", is_flag=True, help="Allow plain HTTP and unchecked certificates.")
@click.option("--ca-file", type=click.Path(path_type=Path), help="A PEM bundle that registries are checked against.")
@output_options
def scan_cmd(
    *,
    target: str,
    platform: str,
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
    database: Path | None,
    archive: bool,
    no_cache: bool,
    insecure: bool,
    ca_file: Path | None,
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
    from seawall.image.source.interface import ScanOptions  # noqa: PLC0415 -- engines load when a command runs
    from seawall.policy.gate import GateOptions, require_complete  # noqa: PLC0415
    from seawall.workflow.archive import ArchiveRequest  # noqa: PLC0415
    from seawall.workflow.scan import ScanRequest, scan  # noqa: PLC0415

    places = destinations(outputs, output_file)
    config = settings.load()
    console = Console(quiet=quiet, no_color=no_color, verbose=verbose)
    advisories = database or config.cache / "db"
    with console.progress() as progress:
        report = scan(
            ScanRequest(
                target=target,
                options=ScanOptions(
                    platform=platform,
                    cache=None if no_cache else config.cache / "layers",
                    workers=config.workers,
                    insecure=insecure,
                    ca_file=str(ca_file) if ca_file else config.registry_ca_file,
                    mirrors=config.registry_mirrors,
                    timeout=config.timeout_seconds,
                    progress=progress,
                ),
                database=advisories,
                archive=ArchiveRequest(
                    database=advisories,
                    cache=config.cache / "archive",
                    timeout=config.timeout_seconds,
                    ca_file=config.registry_ca_file,
                )
                if archive
                else None,
                on=as_of or today(),
                max_feed_age_days=config.max_feed_age_days,
                ignore_file=ignore_file,
                profiles=profiles,
                policies=policies,
                gate=GateOptions(
                    fail_on=Severity(fail_on) if fail_on else None,
                    fail_on_kev=fail_on_kev,
                    fail_on_epss=fail_on_epss,
                    only_fixed=only_fixed,
                    include_deleted=include_deleted,
                ),
            )
        )
    write_reports(report, places, console)
    if not report.gate.passed:
        sys.exit(1)
    if strict:
        require_complete(report.coverage)
