"""``seawall cluster``: what is in a cluster, what is wrong with it. Nothing here changes anything in it."""

import gc
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from seawall import settings
from seawall.cli.console import Console
from seawall.cli.image_options import ImageOptions
from seawall.cli.judging_options import JudgingOptions, fail_on_option, judging_options
from seawall.cli.options import destinations, output_options, write_reports
from seawall.model.severity import Severity

if TYPE_CHECKING:
    from seawall.image.source.interface import Progress
    from seawall.workflow.cluster.audit import AuditRequest
    from seawall.workflow.cluster.images import ImageRequest
    from seawall.workflow.cluster.source import ClusterQuery

_F = TypeVar("_F", bound=Callable[..., object])
_ANSWERS = click.Choice(["table", "json"])


def cluster_options(function: _F) -> _F:
    """``--context``, ``--kubeconfig``, ``--from``, ``--namespace``."""
    for option in reversed(
        (
            click.option("--context", default="", help="A context of the kubeconfig; default: the current one."),
            click.option("--kubeconfig", default="", metavar="FILE", help="Default: KUBECONFIG, or ~/.kube/config."),
            click.option(
                "--from",
                "directory",
                type=click.Path(path_type=Path),
                help="Read an export (`seawall cluster export`) instead of a cluster.",
            ),
            click.option("-n", "--namespace", default="", help="Only this namespace; default: all."),
        )
    ):
        function = option(function)
    return function


def query(context: str, kubeconfig: str, directory: Path | None, namespace: str, selector: str = "") -> "ClusterQuery":
    """The options as a query."""
    from seawall.workflow.cluster.selector import parse_selector  # noqa: PLC0415 -- loaded when a command runs
    from seawall.workflow.cluster.source import ClusterQuery  # noqa: PLC0415

    return ClusterQuery(
        kubeconfig=kubeconfig,
        context=context,
        directory=directory,
        namespace=namespace,
        selector=parse_selector(selector),
        timeout=settings.load().timeout_seconds,
    )


@click.group("cluster")
def cluster_cmd() -> None:
    """Look at a cluster: inventory, describe, export, watch, audit. It is only read.

    The rights that are needed are get, list and watch: deploy/rbac.yaml.
    """


@cluster_cmd.command("inventory")
@click.argument("kinds", nargs=-1, metavar="[KIND]...")
@cluster_options
@click.option("-l", "--selector", default="", metavar="LABELS", help="As kubectl's: app=web,tier!=cache.")
@click.option("-o", "--output", type=_ANSWERS, default="table", show_default=True)
@click.option("-q", "--quiet", is_flag=True, help="No notes.")
def inventory_cmd(
    *,
    kinds: tuple[str, ...],
    context: str,
    kubeconfig: str,
    directory: Path | None,
    namespace: str,
    selector: str,
    output: str,
    quiet: bool,
) -> None:
    """What is in a cluster: an overview, or the objects of KINDs (deploy, pods, workloads, rbac, all, …).

    \b
      seawall cluster inventory
      seawall cluster inventory pods -n shop -o json
    """  # noqa: D301 -- click's mark for a paragraph that is not to be wrapped
    gc.disable()  # as in check: records make no cycles, and the process ends with the answer
    from seawall.cli.cluster_views import inventory_json, inventory_table, overview_table  # noqa: PLC0415
    from seawall.kube.served import meant  # noqa: PLC0415
    from seawall.workflow.cluster.inventory import inventory  # noqa: PLC0415

    found = inventory(query(context, kubeconfig, directory, namespace, selector), meant(kinds))
    if output == "json":
        for line in inventory_json(found):
            sys.stdout.write(line)
    else:
        for line in inventory_table(found) if kinds else overview_table(found):
            click.echo(line)
    _tell(Console(quiet=quiet), found.coverage)


@cluster_cmd.command("export")
@click.argument("target", type=click.Path(path_type=Path), metavar="DIR")
@cluster_options
@click.option("--config-map-values", is_flag=True, help="With the values of ConfigMaps; those of Secrets never.")
@click.option("-q", "--quiet", is_flag=True, help="No notes.")
def export_cmd(
    *,
    target: Path,
    context: str,
    kubeconfig: str,
    directory: Path | None,
    namespace: str,
    config_map_values: bool,
    quiet: bool,
) -> None:
    """Write a cluster's objects into DIR, for `--from DIR` and `seawall check DIR`.

    The same state gives the same bytes; DIR is replaced only when all is written.
    """
    from seawall.kube.served import SERVED  # noqa: PLC0415
    from seawall.workflow.cluster.export import export_cluster  # noqa: PLC0415

    where = query(context, kubeconfig, directory, namespace)
    told, count = export_cluster(where, SERVED, target, config_map_values=config_map_values)
    console = Console(quiet=quiet)
    console.note(f"{count:,} objects of {told.cluster} are in {target}.")
    _tell(console, told.coverage)


def _tell(console: Console, coverage: "tuple[object, ...]") -> None:
    """What could not be read, on the other channel."""
    for row in coverage:
        console.warn(str(getattr(row, "message", row)))


_database = click.option("--db", "database", type=click.Path(path_type=Path), help="The advisory database's directory.")


@cluster_cmd.command("audit")
@cluster_options
@judging_options
@_database
@click.option("--images", is_flag=True, help="Scan the images that run, each digest once.")
@click.option("--insecure", is_flag=True, help="With --images: allow plain HTTP and unchecked certificates.")
@fail_on_option
@click.option("--strict", is_flag=True, help="Exit 4 when the coverage has gaps.")
@output_options
def audit_cmd(
    *,
    context: str,
    kubeconfig: str,
    directory: Path | None,
    namespace: str,
    images: bool,
    insecure: bool,
    fail_on: str | None,
    strict: bool,
    outputs: tuple[str, ...],
    output_file: str | None,
    quiet: bool,
    verbose: bool,
    no_color: bool,
    judging: JudgingOptions,
    database: Path | None,
) -> None:
    """Judge everything in a cluster as `seawall check` does, and what only a cluster knows.

    \b
      seawall cluster audit
      seawall cluster audit --images --fail-on critical -o html=report.html
    """  # noqa: D301 -- click's mark for a paragraph that is not to be wrapped
    gc.disable()  # as in check
    from msgspec.structs import replace  # noqa: PLC0415

    from seawall.policy.gate import GateOptions, require_complete  # noqa: PLC0415
    from seawall.workflow.cluster.audit import audit  # noqa: PLC0415

    places = destinations(outputs, output_file)
    console = Console(quiet=quiet, no_color=no_color, verbose=verbose)
    request = replace(
        audit_request(query(context, kubeconfig, directory, namespace), judging, database),
        gate=GateOptions(fail_on=Severity(fail_on) if fail_on else None),
    )
    if images:
        with console.progress(counted=True) as progress:
            report = audit(replace(request, images=_images(request, progress, insecure=insecure)))
    else:
        report = audit(request)
    write_reports(report, places, console)
    if not report.gate.passed:
        sys.exit(1)
    if strict:
        require_complete(report.coverage)


def audit_request(where: "ClusterQuery", judging: JudgingOptions, database: Path | None) -> "AuditRequest":
    """The options as a request."""
    from seawall.workflow.cluster.audit import AuditRequest  # noqa: PLC0415

    return judging.request(AuditRequest, cluster=where, database=database or settings.load().cache / "db")


def _images(request: "AuditRequest", progress: "Progress | None", *, insecure: bool) -> "ImageRequest":
    from seawall.workflow.cluster.images import ImageRequest  # noqa: PLC0415

    scan = ImageOptions(database=request.database, insecure=insecure).request("", request.on, progress)
    return ImageRequest(options=scan.options, database=scan.database, on=scan.on)


@cluster_cmd.command("describe")
@click.argument("target", metavar="KIND/NAME")
@cluster_options
@judging_options
@_database
@click.option("-o", "--output", type=_ANSWERS, default="table", show_default=True)
@click.option("-q", "--quiet", is_flag=True, help="No notes.")
@click.option("--no-color", is_flag=True, help="No colours, even on a terminal (as NO_COLOR).")
def describe_cmd(
    *,
    target: str,
    context: str,
    kubeconfig: str,
    directory: Path | None,
    namespace: str,
    output: str,
    quiet: bool,
    no_color: bool,
    judging: JudgingOptions,
    database: Path | None,
) -> None:
    """All about one object: what it is, where and how it runs, whom it reaches, whose it is, how it complies."""
    from seawall.cli.cluster_page import page_lines  # noqa: PLC0415
    from seawall.cli.tables import as_json  # noqa: PLC0415
    from seawall.errors import UsageError  # noqa: PLC0415
    from seawall.workflow.cluster.describe import describe  # noqa: PLC0415

    kind, slash, name = target.partition("/")
    if not slash or not name:
        raise UsageError(f"{target!r} names no object", hint="Write KIND/NAME, as in deployment/web.")
    request = audit_request(query(context, kubeconfig, directory, ""), judging, database)
    page = describe(request, kind, name, namespace or "default")
    console = Console(quiet=quiet, no_color=no_color)
    if output == "json":
        click.echo(as_json(page))
    else:
        for line in page_lines(page, console.style):
            click.echo(line)
    _tell(console, page.coverage)


@cluster_cmd.command("watch")
@cluster_options
@judging_options
@_database
@click.option("-o", "--output", type=_ANSWERS, default="table", show_default=True, help="json: an object a line.")
@click.option("-q", "--quiet", is_flag=True, help="No notes.")
def watch_cmd(
    *,
    context: str,
    kubeconfig: str,
    directory: Path | None,
    namespace: str,
    output: str,
    quiet: bool,
    judging: JudgingOptions,
    database: Path | None,
) -> None:
    """Follow a cluster: a line for each change that matters, with the findings that come and go. Ctrl-C ends it."""
    import msgspec  # noqa: PLC0415

    from seawall.cli.cluster_page import change_line  # noqa: PLC0415
    from seawall.errors import UsageError  # noqa: PLC0415
    from seawall.workflow.cluster.watch import watch  # noqa: PLC0415

    if directory is not None:
        raise UsageError("an export does not change", hint="Leave out --from to watch a cluster.")
    console = Console(quiet=quiet)
    show = change_line if output == "table" else lambda change: msgspec.json.encode(change).decode()
    request = audit_request(query(context, kubeconfig, None, namespace), judging, database)
    console.note("reading what is there …")
    try:
        watch(
            request,
            lambda change: click.echo(show(change)),
            console.warn,
            lambda number: console.note(f"watching {number:,} objects; Ctrl-C ends it."),
        )
    except KeyboardInterrupt:
        console.note("stopped.")
