"""Pages of docs/reference as text: policies, criteria, commands, settings, the schema of a policy."""

import inspect
import json
import re
from collections.abc import Iterator
from itertools import groupby

import click
import msgspec

from seawall.cli.main import cli
from seawall.policy import compile as _vocabulary  # registers groups and criteria
from seawall.policy.document import Policy
from seawall.policy.load import library
from seawall.policy.profile import Profile, select
from seawall.policy.registry import CRITERIA, FACTS, GROUPS, Criterion
from seawall.report import schema
from seawall.settings import Settings

_MADE = "<!-- Made by tools/gendocs.py from the code; change it there. -->\n"
_ = _vocabulary.VOCABULARY


def policy_schema() -> str:
    """The JSON schema of a policy document."""
    found = schema.described(Policy)
    page = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://seawall.dev/policy/v1",
        "title": "Seawall policy",
        **found,
    }
    return json.dumps(page, indent=2, ensure_ascii=False) + "\n"


def policies() -> str:
    """All policies of the library, by category, and the profiles."""
    found = library(examples=False)
    every = sorted(found.policies.values(), key=_place)
    lines = [
        "# Policies",
        "",
        _MADE,
        f"{len(every)} policies. `seawall policy show NAME` prints one with its condition.",
    ]
    lines += ["", "## Profiles", "", "| Profile | Policies | What |", "|---|---:|---|"]
    lines += [_profile_row(one, found.profiles, every) for _, one in sorted(found.profiles.items())]
    for category, group in groupby(every, key=lambda one: one.spec.categories[0]):
        lines += ["", f"## {category}"]
        for one in group:
            lines += ["", *_policy(one)]
    return "\n".join(lines) + "\n"


def _place(policy: Policy) -> tuple[str, int, str]:
    return policy.spec.categories[0], -policy.spec.severity.rank, policy.name


def _profile_row(profile: Profile, profiles: dict[str, Profile], every: list[Policy]) -> str:
    number = len(select(profile.name, profiles, every))
    text = _cell(f"{profile.spec.title}. {profile.spec.description}")
    return f"| `{profile.name}` | {number} | {text} |"


def _policy(policy: Policy) -> Iterator[str]:
    spec = policy.spec
    yield f"### {policy.name}"
    yield ""
    yield f"**{spec.title}.** Severity {spec.severity}; stages: {', '.join(spec.stages)}."
    others = spec.categories[1:]
    if others:
        yield f"Also: {', '.join(others)}."
    parts = (("What", spec.description), ("Why", spec.rationale), ("What to do", spec.remediation))
    items = [f"- {head}: {_line(text)}" for head, text in parts if text]
    if spec.controls:
        items.append("- Controls: " + "; ".join(f"{name}: {', '.join(ids)}" for name, ids in spec.controls.items()))
    yield from (["", *items] if items else [])


def criteria() -> str:
    """Groups and criteria, from the registry."""
    lines = ["# Criteria", "", _MADE]
    lines += ["What conditions can ask for (`docs/guide/policies.md` explains the language). A criterion that needs a"]
    lines += ["fact is “not known here” where the fact is not at hand.", "", "## Facts", ""]
    lines += [f"- `{name}`: {text}." for name, text in sorted(FACTS.items())]
    for name, group in GROUPS.items():
        lines += ["", f"## {name}", "", group.doc]
        if group.subject is not None:
            lines += ["", "Judged by itself."]
        if group.parents:
            lines += ["", f"In: {', '.join(f'`{parent}`' for parent in group.parents)}."]
        if group.needs:
            lines += ["", f"Needs: `{group.needs}`."]
        found = CRITERIA[name].values()
        if found:
            lines += ["", "| Criterion | Type | Needs | What |", "|---|---|---|---|", *map(_criterion, found)]
    return "\n".join(lines) + "\n"


def _criterion(one: Criterion) -> str:
    values = f" Values: {', '.join(one.values)}{' (in this order)' if one.ordered else ''}." if one.values else ""
    return f"| `{one.name}` | {one.type} | {one.needs} | {_cell(one.doc)}{values} |"


def commands() -> str:
    """Every command's help."""
    lines = ["# Commands", "", _MADE]
    for path, command in _commands("seawall", cli):
        context = click.Context(command, info_name=path, max_content_width=100, terminal_width=100)
        lines += [f"## {path}", "", "```text", command.get_help(context).rstrip(), "```", ""]
    return "\n".join(lines)


def _commands(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=path)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None:
                yield from _commands(f"{path} {name}", child)


def settings() -> str:
    """Every setting, from the record and its docstring."""
    about = inspect.cleandoc(Settings.__doc__ or "").partition("Attributes:\n")[2]
    told = dict(re.findall(r"^ {4}(\w+): (.+(?:\n {8,}.+)*)", about, re.MULTILINE))
    lines = ["# Settings", "", _MADE]
    lines += ["In `seawall.toml` of the working directory, in `~/.config/seawall/config.toml`, or in the file that"]
    lines += ["`SEAWALL_CONFIG` names; each also as an environment variable, which wins.", ""]
    lines += ["| Setting | Variable | Default | What |", "|---|---|---|---|"]
    for field in msgspec.structs.fields(Settings):
        value = field.default if field.default is not msgspec.NODEFAULT else {}
        name = f"SEAWALL_{field.name.upper()}"
        lines.append(f"| `{field.name}` | `{name}` | `{json.dumps(value)}` | {_cell(told.get(field.name, ''))} |")
    return "\n".join(lines) + "\n"


def _line(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return _line(text).replace("``", "`").replace("|", "\\|")
