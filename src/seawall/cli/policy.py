"""``seawall policy``: list, show, lint, test, explain, import and begin policies."""

import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seawall.cli.completing import policy_categories, policy_names, policy_names_or_files, profile_names
from seawall.cli.console import Console
from seawall.cli.image_options import ImageOptions, image_options
from seawall.cli.judging_options import ignore_file_option, own_policies
from seawall.cli.options import IsoDate, files, today
from seawall.errors import IncompleteError, UsageError
from seawall.model.finding import Stage
from seawall.model.severity import Severity

if TYPE_CHECKING:
    from seawall.policy.document import Policy
    from seawall.policy.profile import Profile
    from seawall.workflow.policy_import import Format

_STAGES = [stage.value for stage in Stage]
_SEVERITIES = [severity.value for severity in Severity]
_output = click.option("-o", "--output", type=click.Choice(["table", "json"]), default="table", help="Default: table.")
_own = own_policies("own")
_as_of = click.option("--as-of", type=IsoDate(), help="The day to judge by: expiry of scopes, ages.")
_no_color = click.option("--no-color", is_flag=True, help="No colours, even on a terminal (as NO_COLOR).")


@click.group("policy")
def policy_cmd() -> None:
    """Policies: what they look for, whether they hold, where they come from.

    \b
      seawall policy list --profile pss-restricted
      seawall policy explain privileged-container app.yaml
      seawall policy new no-shell --from container --output-file no-shell.yaml
    """  # noqa: D301 -- click's mark for a paragraph that is not to be wrapped


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


@policy_cmd.command("list")
@click.option("--profile", "profiles", multiple=True, shell_complete=profile_names, help="Only of this profile; again.")
@click.option(
    "--category", "categories", multiple=True, shell_complete=policy_categories, help="Only of this category; again."
)
@click.option("--stage", "stages", multiple=True, type=click.Choice(_STAGES), help="Only of this stage; again.")
@click.option("--severity", type=click.Choice(_SEVERITIES), help="Only as bad as this, or worse.")
@_own
@_output
def list_cmd(
    *,
    profiles: tuple[str, ...],
    categories: tuple[str, ...],
    stages: tuple[str, ...],
    severity: str | None,
    own: tuple[Path, ...],
    output: str,
) -> None:
    """List policies, the worst first; JSON is an array."""
    from seawall.cli.policy_views import policies_table  # noqa: PLC0415 -- loaded when needed
    from seawall.cli.tables import as_json  # noqa: PLC0415
    from seawall.workflow.policies import PolicyQuery, listed  # noqa: PLC0415

    rows = listed(
        PolicyQuery(
            profiles=profiles,
            categories=categories,
            stages=tuple(Stage(stage) for stage in stages),
            severity=Severity(severity) if severity else None,
            own=own,
        )
    )
    click.echo(as_json(rows) if output == "json" else policies_table(rows))


@policy_cmd.command("show")
@click.argument("name", shell_complete=policy_names)
@_own
@click.option("-o", "--output", type=click.Choice(["table", "yaml", "json"]), default="table", help="Default: table.")
@_no_color
def show_cmd(*, name: str, own: tuple[Path, ...], output: str, no_color: bool) -> None:
    """Show the policy NAME: what, why, what to do, and its condition; as YAML, the whole file."""
    from seawall.cli.policy_views import policy_page  # noqa: PLC0415 -- loaded when needed
    from seawall.cli.tables import as_json  # noqa: PLC0415
    from seawall.policy.emit import to_yaml  # noqa: PLC0415
    from seawall.report.table.paint import Paint  # noqa: PLC0415
    from seawall.workflow.policies import named, text  # noqa: PLC0415

    policy = named(name, own)
    if output == "json":
        click.echo(as_json(policy))
    elif output == "yaml":
        written = None if own else text(name)
        click.echo(written or to_yaml(policy), nl=False)
    else:
        _say(policy_page(policy, Paint(Console(no_color=no_color).style)))


@policy_cmd.command("lint")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@_as_of
@_output
@_no_color
def lint_cmd(*, paths: tuple[Path, ...], as_of: date | None, output: str, no_color: bool) -> None:
    """Look for mistakes in the policies at PATHS, and for what is missing.

    Exit codes: 0 nothing to say, 1 warnings only, 2 a policy cannot be used, 3 a file could not be read.
    """
    from seawall.cli.policy_views import remarks  # noqa: PLC0415 -- loaded when needed
    from seawall.cli.tables import as_json  # noqa: PLC0415
    from seawall.policy.lint import lint  # noqa: PLC0415
    from seawall.report.table.paint import Paint  # noqa: PLC0415

    checked, found = lint(paths, as_of or today())
    if output == "json":
        click.echo(as_json({"checked": checked, "remarks": found}))
    else:
        _say(remarks(checked, found, Paint(Console(no_color=no_color).style)))
    if found:
        sys.exit(2 if any(one.level == "error" for one in found) else 1)


@policy_cmd.command("test")
@click.argument("targets", nargs=-1, metavar="[NAME|PATH]...", shell_complete=policy_names_or_files)
@_own
@_output
@_no_color
def test_cmd(*, targets: tuple[str, ...], own: tuple[Path, ...], output: str, no_color: bool) -> None:
    """Run the examples of policies: by name, or of files and directories; without any, of Seawall's own.

    Exit codes: 0 all hold, 1 some do not, or a policy has none.
    """
    from seawall.cli.policy_views import tests  # noqa: PLC0415 -- loaded when needed
    from seawall.cli.tables import as_json  # noqa: PLC0415
    from seawall.report.table.paint import Paint  # noqa: PLC0415
    from seawall.workflow.policies import tested  # noqa: PLC0415

    results = tested(targets, own)
    if output == "json":
        click.echo(as_json(results))
    else:
        _say(tests(results, Paint(Console(no_color=no_color).style)))
    if not all(one.ok for one in results):
        sys.exit(1)


@policy_cmd.command("explain")
@click.argument("name", shell_complete=policy_names)
@click.argument("targets", nargs=-1, required=True, shell_complete=files)
@click.option("--object", "only", default="", metavar="KIND/NAME", help="Only this object (or KIND/NAMESPACE/NAME).")
@click.option("--assume", type=click.Path(path_type=Path), help="A file that names what exists elsewhere.")
@click.option("--cluster", metavar="NAME", default="", help="The cluster that they are for; scopes may ask for it.")
@image_options
@ignore_file_option
@_own
@_as_of
@_output
@_no_color
def explain_cmd(
    *,
    name: str,
    targets: tuple[str, ...],
    only: str,
    assume: Path | None,
    cluster: str,
    reading: ImageOptions,
    ignore_file: Path | None,
    own: tuple[Path, ...],
    as_of: date | None,
    output: str,
    no_color: bool,
) -> None:
    """Say why the policy NAME finds something in TARGETS, or does not.

    TARGETS are manifests (files, directories, -); of a policy about images as they are built also what `seawall scan`
    takes: an image in a registry, an archive, an OCI layout, a directory, an SBOM.

    \b
      seawall policy explain privileged-container app.yaml --object Deployment/web
      seawall policy explain image-runs-as-root registry.example/shop/cart:1.4
    """  # noqa: D301 -- click's mark for a paragraph that is not to be wrapped
    from msgspec.structs import replace  # noqa: PLC0415 -- loaded when needed

    from seawall.cli.policy_views import explanations  # noqa: PLC0415
    from seawall.cli.tables import as_json  # noqa: PLC0415
    from seawall.report.table.paint import Paint  # noqa: PLC0415
    from seawall.workflow.explain import explain  # noqa: PLC0415
    from seawall.workflow.policies import named  # noqa: PLC0415

    console, on = Console(no_color=no_color), as_of or today()
    with console.progress() as progress:
        found = explain(
            named(name, own),
            targets,
            on,
            lambda target: replace(reading.request(target, on, progress), ignore_file=ignore_file),
            only=only,
            assume=assume,
            cluster=cluster,
        )
    if output == "json":
        click.echo(as_json(found))
    else:
        _say(explanations(found, Paint(console.style)))


@policy_cmd.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "kind",
    type=click.Choice(["auto", "stackrox", "kyverno", "vap"]),
    default="auto",
    help="Whose policies; default: found out document by document.",
)
@click.option(
    "--output-dir", type=click.Path(path_type=Path), help="Write them there, a file each; default: print them."
)
@_output
@_no_color
def import_cmd(
    *, paths: tuple[Path, ...], kind: "Format", output_dir: Path | None, output: str, no_color: bool
) -> None:
    """Say policies of other tools in Seawall's language, and name what cannot be said.

    PATHS hold StackRox's JSON export, Kyverno's ClusterPolicies, or ValidatingAdmissionPolicies. The policies go to
    --output-dir or standard output, what became of them to standard error (with --output json all to standard output).

    Exit codes: 0 all could be said, 4 some only in part or not at all.
    """
    from seawall.cli.policy_views import imports  # noqa: PLC0415 -- loaded when needed
    from seawall.cli.tables import as_json  # noqa: PLC0415
    from seawall.policy.emit import to_yaml  # noqa: PLC0415
    from seawall.report.table.paint import Paint  # noqa: PLC0415
    from seawall.workflow.policy_import import import_policies  # noqa: PLC0415

    result = import_policies(paths, kind=kind, output=output_dir)
    if output == "json":
        click.echo(as_json(result))
    else:
        every: list[Policy | Profile] = []
        for found in result.policies:
            every += [*found.policies, *found.profiles]
        if output_dir is None:
            click.echo("---\n".join(map(to_yaml, every)), nl=False)
        for line in imports(result, Paint(Console(no_color=no_color).style)):
            click.echo(line, err=True)
    if result.partly or result.failed:
        sys.exit(IncompleteError.exit_code)


@policy_cmd.command("new")
@click.argument("name")
@click.option("--from", "template", default="", metavar="TEMPLATE", help="container, workload, image or cel.")
@click.option("--stage", type=click.Choice(_STAGES), help="Where it is judged; default: where the template belongs.")
@click.option("--category", default="custom", help="Default: custom.")
@click.option("--output-file", type=click.Path(path_type=Path), help="Write it there, where nothing is yet.")
@click.option("-o", "--output", type=click.Choice(["yaml", "json"]), default="yaml", help="Default: yaml.")
def new_cmd(
    *, name: str, template: str, stage: str | None, category: str, output_file: Path | None, output: str
) -> None:
    """Begin the policy NAME: a commented file whose examples hold; as JSON, without the comments."""
    from seawall.policy.template import begun  # noqa: PLC0415 -- loaded when needed

    text = begun(name, template=template, stage=Stage(stage) if stage else None, category=category)
    if output == "json":
        from seawall.cli.tables import as_json  # noqa: PLC0415
        from seawall.policy.load import parse_own  # noqa: PLC0415

        text = as_json(parse_own(text.encode())) + "\n"
    if output_file is None:
        click.echo(text, nl=False)
        return
    _write_new(output_file, text)
    click.echo(f"wrote {output_file}; try: seawall policy test {output_file}", err=True)


def _write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet.

    Raises:
        UsageError: something is there.
    """
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise UsageError(f"{path} is there already", hint="Nothing is overwritten; give another name.") from error
