"""Policies from files: the library that Seawall brings, and the users' own.

The library is read by the fast parser (its files keep clear of YAML's traps, a test checks that both parsers agree);
users' files by the full one, which knows lines.
"""

import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import msgspec

from seawall.errors import InputError, UsageError
from seawall.policy.document import API_VERSION, Json, Policy, convert
from seawall.policy.profile import Profile, convert_profile

LIBRARY = Path(__file__).parent / "library"
_LARGEST = 4 << 20
_SUFFIXES = (".yaml", ".yml", ".json")


class Library(msgspec.Struct, frozen=True, kw_only=True):
    """Policies and profiles by name."""

    policies: dict[str, Policy]
    profiles: dict[str, Profile]


@lru_cache(maxsize=2)
def library(*, examples: bool = True) -> Library:
    """Everything that Seawall brings; without ``examples`` it is read in half the time."""
    policies: dict[str, Policy] = {}
    profiles: dict[str, Profile] = {}
    for path in sorted(_library_files()):
        with open(path, "rb") as file:
            text = file.read()
        if not examples:
            text = text.split(b"\nexamples:", 1)[0] + b"\n"
        add(path, _parse_own(text), policies, profiles)
    return Library(policies=policies, profiles=profiles)


def _library_files() -> Iterator[str]:
    for folder in os.scandir(LIBRARY):
        if folder.is_dir():
            for entry in os.scandir(folder.path):
                if entry.name.endswith(".yaml"):
                    yield entry.path


def _parse_own(text: bytes) -> Json:
    """One of our own files: rapidyaml to JSON, a tenth of the full parser's time."""
    import ryml  # noqa: PLC0415

    document: Json = msgspec.json.decode(ryml.emit_json(ryml.parse_in_arena(text)))
    return document


def files(path: Path) -> Iterator[Path]:
    """The policy files at a path: the file itself, or all below a directory, sorted.

    Raises:
        InputError: there is nothing at the path.
    """
    if path.is_dir():
        yield from sorted(file for file in path.rglob("*") if file.suffix in _SUFFIXES and file.is_file())
        return
    if not path.is_file():
        raise InputError(f"no policy at {path}", hint="Give a YAML file or a directory of them.")
    yield path


def documents(path: Path) -> Iterator[tuple[str, Json]]:
    """The documents of a users' file, each with its place (``file:line``).

    Raises:
        InputError: the file cannot be read.
        UsageError: it is no YAML.
    """
    import yaml  # noqa: PLC0415

    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(f"{path} is larger than {_LARGEST >> 20} MiB", hint="A policy is a few kilobytes.")
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read", cause=str(error)) from error
    try:
        loader = yaml.CSafeLoader(text)
        while loader.check_node():
            node = loader.get_node()
            if node is not None:
                yield f"{path}:{node.start_mark.line + 1}", loader.construct_document(node)
    except (yaml.YAMLError, RecursionError) as error:
        raise UsageError(f"{path} is no YAML", cause=" ".join(str(error).split())) from error


def read(path: Path) -> Library:
    """The users' policies and profiles at a path.

    Raises:
        InputError: nothing is there, or it cannot be read.
        UsageError: a document is not what it should be, or a name stands twice; the sentence names the place.
    """
    policies: dict[str, Policy] = {}
    profiles: dict[str, Profile] = {}
    for file in files(path):
        for where, document in documents(file):
            add(where, document, policies, profiles)
    return Library(policies=policies, profiles=profiles)


def add(where: str, document: Json, policies: dict[str, Policy], profiles: dict[str, Profile]) -> None:
    """Sort one document in.

    Raises:
        UsageError: it is neither policy nor profile, or its name is taken.
    """
    if document is None:
        return
    kind = document.get("kind") if isinstance(document, dict) else None
    if not isinstance(document, dict) or document.get("apiVersion") != API_VERSION or kind not in {"Policy", "Profile"}:
        hint = f"It begins with apiVersion: {API_VERSION} and kind: Policy (or Profile)."
        raise UsageError(f"{where} is no policy", hint=hint)
    if kind == "Profile":
        profile = convert_profile(document, where)
        profiles[profile.name] = profile
        return
    policy = convert(document, where)
    if policy.name in policies:
        raise UsageError(f"{where}: there is a policy {policy.name} already", hint="Each name is used once.")
    policies[policy.name] = policy
