"""What a shell offers when somebody presses tab: names of policies and profiles, read only then."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from seawall.cli.options import files

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from seawall.policy.load import Library


def policy_names(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """Seawall's own policies, with their titles."""
    found = _library().policies.values()
    return _items(((one.name, one.spec.title) for one in found), incomplete)


def policy_names_or_files(ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """The same, or the shell's own completion of paths where no name begins so."""
    return policy_names(ctx, param, incomplete) or files(ctx, param, incomplete)


def profile_names(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """Seawall's own profiles, with their titles."""
    found = _library().profiles.values()
    return _items(((one.name, one.spec.title) for one in found), incomplete)


def policy_categories(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """The categories of Seawall's own policies."""
    names = {name for one in _library().policies.values() for name in one.spec.categories}
    return _items(((name, "") for name in names), incomplete)


def _library() -> "Library":
    from seawall.policy.load import library  # noqa: PLC0415 -- read when somebody presses tab

    return library(examples=False)


def _items(names: Iterable[tuple[str, str]], incomplete: str) -> "list[CompletionItem]":
    from click.shell_completion import CompletionItem  # noqa: PLC0415 -- when somebody presses tab

    return [CompletionItem(name, help=help_ or None) for name, help_ in sorted(names) if name.startswith(incomplete)]
