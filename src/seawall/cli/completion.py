"""``seawall completion``: the script that a shell sources."""

import click
from click.shell_completion import get_completion_class

from seawall.errors import UsageError


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion_cmd(shell: str) -> None:
    """Print the completion script of SHELL.

    For example: `seawall completion bash > /etc/bash_completion.d/seawall`
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise UsageError(f"no completion for {shell} here")
    root = click.get_current_context().find_root().command
    click.echo(kind(root, {}, "seawall", "_SEAWALL_COMPLETE").source())
