"""Policies from files: the library that Seawall brings, and the users' own.

The library is read by the fast parser (its files keep clear of YAML's traps, a test checks that both parsers agree);
users' files by the full one, which knows lines.
"""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, get_args

import msgspec

from seawall.errors import InputError, UsageError
from seawall.model.finding import Stage
from seawall.model.severity import Severity
from seawall.policy import snapshot
from seawall.policy.compile import ConditionError, compile_policy
from seawall.policy.document import (
    API_VERSION,
    Enforcement,
    Example,
    Json,
    PodSecurity,
    Policy,
    PolicySpec,
    Scope,
    ScopeRule,
    convert,
)
from seawall.policy.profile import Profile, ProfileSpec, Selector, convert_profile

if TYPE_CHECKING:
    from pathlib import Path  # loads slowly: for users' files only

    import yaml

    from seawall.policy.nodetree import Step

LIBRARY = os.path.join(os.path.dirname(__file__), "library")
_LARGEST = 4 << 20
_DEPTH = 100
_SUFFIXES = (".yaml", ".yml", ".json")
_PATH = r" - at `(?:key in )?\$([^`]*)`"  # patterns of mistakes: compiled when there is one
_STEP = r"\.([^.\[\]]+)|\[([0-9]+)\]"
_RECORDS = (Policy, PolicySpec, Scope, ScopeRule, PodSecurity, Example, Profile, ProfileSpec, Selector)
_WORDS: dict[str | int, Iterable[str]] = {"severity": Severity, "stages": Stage, "enforcement": get_args(Enforcement)}
_FIELD = r"(unknown|required) field `([^`]+)`"


class Library(msgspec.Struct, frozen=True, kw_only=True):
    """Policies and profiles by name."""

    policies: dict[str, Policy]
    profiles: dict[str, Profile]


class Document(NamedTuple):
    """A document of a users' file.

    Attributes:
        file: its file, as the user named it.
        node: its nodes, which know their lines.
        value: what it says.
    """

    file: str
    node: "yaml.Node"
    value: Json

    @property
    def where(self) -> str:
        """``file:line``."""
        return self.place(())

    def place(self, steps: "Sequence[Step]") -> str:
        """``file:line`` of the key that a path leads to."""
        from seawall.policy.nodetree import line_of  # noqa: PLC0415 -- PyYAML loads for users' files only

        return f"{self.file}:{line_of(self.node, steps)}"


class DocumentError(UsageError):
    """A mistake in a users' file.

    Args:
        place: ``file:line``, as far as known.
        message: what is wrong there.
    """

    def __init__(self, place: str, message: str, *, cause: str = "", hint: str = "") -> None:
        super().__init__(f"{place}: {message}", cause=cause, hint=hint)
        self.place = place
        self.message = message


@lru_cache(maxsize=2)
def library(*, examples: bool = True) -> Library:
    """Everything that Seawall brings; without ``examples`` from a snapshot, in a tenth of the time.

    Raises:
        InputError: a file of it is no YAML.
    """
    if examples:
        return _sorted_in(_own_documents(LIBRARY, examples=True))
    stamp = snapshot.stamp(LIBRARY)
    known = snapshot.load(LIBRARY, stamp)
    if known is not None:
        return Library(
            policies={one.metadata.name: one for one in known.policies},
            profiles={one.metadata.name: one for one in known.profiles},
        )
    documents = list(_own_documents(LIBRARY, examples=False))
    found = _sorted_in(documents)
    policies, profiles = ([one for _, one in documents if _kind(one) == kind] for kind in ("Policy", "Profile"))
    snapshot.keep(LIBRARY, stamp, policies, profiles)
    return found


def _sorted_in(documents: Iterable[tuple[str, Json]]) -> Library:
    policies: dict[str, Policy] = {}
    profiles: dict[str, Profile] = {}
    for path, document in documents:
        add(path, document, policies, profiles)
    return Library(policies=policies, profiles=profiles)


def _own_documents(folder: str, *, examples: bool) -> Iterator[tuple[str, Json]]:
    """The library's files, and what each says; without examples in half the time."""
    for path in snapshot.library_files(folder):
        with open(path, "rb") as file:
            text = file.read()
        yield path, _own_document(path, text if examples else text.split(b"\nexamples:", 1)[0] + b"\n")


def _own_document(path: str, text: bytes) -> Json:
    """One file of the library.

    Raises:
        InputError: somebody is halfway through writing it, or the installation is damaged.
    """
    from ryml import ExceptionBasic  # noqa: PLC0415

    try:
        return parse_own(text)
    except (ExceptionBasic, msgspec.DecodeError) as error:
        hint = "The file belongs to Seawall's library: finish editing it, or install Seawall again."
        raise InputError(f"{path} is no valid YAML", cause=" ".join(str(error).split())[:200], hint=hint) from error


def parse_own(text: bytes) -> Json:
    """One of our own files: rapidyaml to JSON, a tenth of the full parser's time."""
    import ryml  # noqa: PLC0415

    document: Json = msgspec.json.decode(ryml.emit_json(ryml.parse_in_arena(text)))
    return document


def files(path: "Path") -> "Iterator[Path]":
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


def documents(path: "Path") -> Iterator[Document]:
    """The documents of a users' file.

    Raises:
        InputError: the file cannot be read.
        DocumentError: it is no YAML, or nested too deep.
    """
    import yaml  # noqa: PLC0415

    from seawall.policy.nodetree import broken, compose_all, value_of  # noqa: PLC0415

    text = text_of(path)
    try:
        for node in compose_all(text, depth=_DEPTH):
            yield Document(str(path), node, value_of(node))
    except (yaml.YAMLError, ValueError) as error:
        place, cause = broken(error, str(path))
        raise DocumentError(place, "no valid YAML", cause=cause) from error


def text_of(path: "Path") -> str:
    """A users' file, bounded.

    Raises:
        InputError: the file cannot be read, or is too large.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
        text = data.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read", cause=str(error)) from error
    if len(data) > _LARGEST:
        raise InputError(f"{path} is larger than {_LARGEST >> 20} MiB", hint="A policy is a few kilobytes.")
    return text


def read_all(paths: "Iterable[Path]") -> Library:
    """The users' policies and profiles at several paths; of two with one name the later path's counts.

    Raises:
        InputError, UsageError: as :func:`read`.
    """
    policies: dict[str, Policy] = {}
    profiles: dict[str, Profile] = {}
    for path in paths:
        found = read(path)
        policies |= found.policies
        profiles |= found.profiles
    return Library(policies=policies, profiles=profiles)


def read(path: "Path") -> Library:
    """The users' policies and profiles at a path, each compiled once to see that it can be.

    Raises:
        InputError: nothing is there, or it cannot be read.
        DocumentError: a document is not what it should be, or a name stands twice.
    """
    policies: dict[str, Policy] = {}
    profiles: dict[str, Profile] = {}
    for file in files(path):
        for document in documents(file):
            read_document(document, policies, profiles)
    return Library(policies=policies, profiles=profiles)


def read_document(document: Document, policies: dict[str, Policy], profiles: dict[str, Profile]) -> Policy | None:
    """Sort one document of a users' file in, and give it back where it is a policy.

    Raises:
        DocumentError: it is neither policy nor profile, cannot be compiled, or its name is taken.
    """
    try:
        policy = add(document.where, document.value, policies, profiles)
        if policy is not None:
            for stage in policy.spec.stages:
                compile_policy(policy, stage)
    except ConditionError as error:
        place = document.place(("spec", "when", *error.steps))
        raise DocumentError(place, error.what, cause=error.cause, hint=error.hint) from error
    except UsageError as error:
        raise _shape_error(document, error) from error
    return policy


def _shape_error(document: Document, error: UsageError) -> DocumentError:
    """The error with the line of the field that it is about, and what may have been meant."""
    from difflib import get_close_matches  # noqa: PLC0415 -- only a mistake needs it

    found = re.search(_PATH, error.cause)
    steps: list[Step] = [name or int(index) for name, index in re.findall(_STEP, found[1] if found else "")]
    field, hint = re.search(_FIELD, error.cause), error.hint
    if field is not None and field[1] == "unknown":
        steps.append(field[2])
        close = get_close_matches(field[2], {name for one in _RECORDS for name in one.__struct_encode_fields__}, 2, 0.6)
        hint = f"Did you mean {' or '.join(close)}?" if close else hint
    elif field is not None:
        hint = f"Add {field[2]}. {hint}"
    elif (words := next((_WORDS[step] for step in reversed(steps) if step in _WORDS), None)) is not None:
        hint = f"There are: {', '.join(words)}."
    message = error.what.removeprefix(document.where).lstrip(": ")
    return DocumentError(document.place(steps), message, cause=re.sub(_PATH, "", error.cause), hint=hint)


def _kind(document: Json) -> object:
    return document.get("kind") if isinstance(document, dict) else None


def add(where: str, document: Json, policies: dict[str, Policy], profiles: dict[str, Profile]) -> Policy | None:
    """Sort one document in, and give it back where it is a policy.

    Raises:
        UsageError: it is neither policy nor profile, or its name is taken.
    """
    if document is None:
        return None
    kind = _kind(document)
    if not isinstance(document, dict) or document.get("apiVersion") != API_VERSION or kind not in ("Policy", "Profile"):
        hint = f"It begins with apiVersion: {API_VERSION} and kind: Policy (or Profile)."
        raise UsageError(f"{where} is no policy", hint=hint)
    if kind == "Profile":
        profile = convert_profile(document, where)
        profiles[profile.name] = profile
        return None
    policy = convert(document, where)
    if policy.name in policies:
        raise UsageError(f"{where}: there is a policy {policy.name} already", hint="Each name is used once.")
    policies[policy.name] = policy
    return policy


def no_policy(name: str, names: Iterable[str]) -> UsageError:
    """The error that there is no policy of a name, with those that are like it."""
    from difflib import get_close_matches  # noqa: PLC0415 -- only a mistake needs it

    close = " or ".join(get_close_matches(name, names, 3, 0.5))
    hint = f"{f'Did you mean {close}? ' if close else ''}`seawall policy list` shows all."
    return UsageError(f"there is no policy {name!r}", hint=hint)
