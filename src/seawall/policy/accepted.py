"""Accepted risks: a file that says which findings somebody takes responsibility for, why, and until when.

    accept:
      - id: CVE-2024-1234            # or an alias; each selector is one value or a list (any of)
        package: pkg:deb/debian/*    # or a name
        reason: the parser is not reachable from the network
        owner: shop-team
        expires: 2027-03-31          # the last day it holds

All selectors of a rule must hold together. A rule that has expired covers nothing; it and rules that nothing
matches are reported. JSON is read as the YAML that it is.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

import msgspec
import yaml

from seawall.errors import UsageError
from seawall.model.finding import Acceptance, Finding
from seawall.model.image import Layer
from seawall.model.record import Record
from seawall.model.report import AcceptedRisk
from seawall.policy.glob import GlobIndex

DEFAULT_NAME = ".seawall-accept.yaml"
SELECTORS = ("id", "package", "path", "layer", "policy", "subject")
_KEYS = (*SELECTORS, "owner", "reason", "expires")
_MAX_BYTES = 4 << 20
_MAX_DEPTH = 20
_MAX_RULES = 10_000
_MAX_VALUE = 1_000
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LAYER = re.compile(r"\d{1,4}|sha256:[0-9a-f]{6,64}")


class Rule(Record, frozen=True, kw_only=True):
    """One accepted risk.

    Attributes:
        id, package, path, layer, policy, subject: patterns, any of which must hold; empty means any.
        reason, owner: why, and who answers for it.
        expires: the last day it holds.
        place: ``FILE:LINE``.
    """

    id: tuple[str, ...] = ()
    package: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    layer: tuple[str, ...] = ()
    policy: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    reason: str
    owner: str = ""
    expires: date
    place: str

    @property
    def title(self) -> str:
        """What it names, for people: ``id CVE-2024-1234, package openssl``."""
        named = ((name, getattr(self, name)) for name in SELECTORS)
        return ", ".join(f"{name} {' or '.join(values)}" for name, values in named if values)


def default_file(directory: Path) -> Path | None:
    """The accepted-risk file that lies in ``directory``, if there is one."""
    path = directory / DEFAULT_NAME
    return path if path.is_file() else None


# --- reading ------------------------------------------------------------------------------------------------------


def load(path: Path) -> tuple[Rule, ...]:
    """Read a file.

    Raises:
        UsageError: it cannot be read, or is wrong; with the line.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"accepted-risk file {path} cannot be read", cause=error.strerror or str(error)) from error
    if len(data) > _MAX_BYTES:
        raise UsageError(f"accepted-risk file {path} is larger than {_MAX_BYTES >> 20} MiB")
    return parse(data, str(path))


def parse(data: bytes, name: str) -> tuple[Rule, ...]:
    """Read a file's bytes; ``name`` is what errors and reports call it.

    Raises:
        UsageError: it is wrong; with the line.
    """
    try:
        root = _compose(data)
    except (yaml.YAMLError, UnicodeError, ValueError) as error:
        raise _broken(error, name) from error
    if root is None:
        return ()
    fields = _fields(root, name, ("accept",))
    entries = fields.get("accept")
    if entries is None or _null(entries):
        return ()
    if not isinstance(entries, yaml.SequenceNode):
        raise _wrong(entries, name, "accept is no list", "Write each rule as an item that begins with a dash.")
    if len(entries.value) > _MAX_RULES:
        raise UsageError(f"{name} has more than {_MAX_RULES:,} rules", hint="Use patterns, or drop expired rules.")
    return tuple(_rule(entry, name) for entry in entries.value)


def _compose(data: bytes) -> yaml.Node | None:
    """The document's nodes; depth is bounded first, since libyaml's composer recurses without a limit of its own."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    depth = 0
    for event in yaml.parse(data, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            raise ValueError(f"nested deeper than {_MAX_DEPTH} levels")
    root: yaml.Node | None = yaml.compose(data, Loader=loader)
    return root


def _broken(error: Exception, name: str) -> UsageError:
    mark = getattr(error, "problem_mark", None)
    place = f"{name}:{mark.line + 1}" if mark is not None else name
    cause = getattr(error, "problem", None) or error
    return UsageError(f"{place}: no valid YAML", cause=" ".join(str(cause).split()))


def _wrong(node: yaml.Node, name: str, what: str, hint: str = "") -> UsageError:
    return UsageError(f"{name}:{node.start_mark.line + 1}: {what}", hint=hint)


def _null(node: yaml.Node) -> bool:
    return bool(node.tag == "tag:yaml.org,2002:null")


def _fields(node: yaml.Node, name: str, known: Sequence[str]) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise _wrong(node, name, f"a mapping is expected, with {_one_of(known)}")
    fields: dict[str, yaml.Node] = {}
    for key, value in node.value:
        if key.value not in known or not isinstance(key, yaml.ScalarNode):
            shown = repr(key.value[:80]) if isinstance(key, yaml.ScalarNode) else "this"
            raise _wrong(key, name, f"{shown} is no key here", f"Known: {', '.join(known)}.")
        if key.value in fields:
            raise _wrong(key, name, f"{key.value} stands twice", "Write several values as one list.")
        fields[key.value] = value
    return fields


def _one_of(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"one of {', '.join(names)}"


def _rule(node: yaml.Node, name: str) -> Rule:
    fields = _fields(node, name, _KEYS)
    selectors = {key: tuple(_values(fields[key], key, name)) for key in SELECTORS if key in fields}
    if not selectors:
        raise _wrong(node, name, "a rule that names nothing would accept everything", f"Add {_one_of(SELECTORS)}.")
    for key in ("reason", "expires"):
        if key not in fields:
            hint = (
                "Say why the risk is taken." if key == "reason" else "Add expires: YYYY-MM-DD, the last day it holds."
            )
            raise _wrong(node, name, f"the rule has no {key}", hint)
    return Rule(
        **selectors,
        reason=_text(fields["reason"], "reason", name),
        owner=_text(fields["owner"], "owner", name) if "owner" in fields else "",
        expires=_date(fields["expires"], name),
        place=f"{name}:{node.start_mark.line + 1}",
    )


def _text(node: yaml.Node, key: str, name: str) -> str:
    if not isinstance(node, yaml.ScalarNode) or _null(node) or not node.value.strip():
        raise _wrong(node, name, f"{key} needs a text")
    if len(node.value) > _MAX_VALUE:
        raise _wrong(node, name, f"{key} is longer than {_MAX_VALUE:,} characters")
    return str(node.value).strip()


def _date(node: yaml.Node, name: str) -> date:
    text = _text(node, "expires", name)
    try:
        if not _DAY.fullmatch(text):
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError as error:
        raise _wrong(node, name, f"expires: {text[:40]!r} is no day", "Write it YYYY-MM-DD.") from error


def _values(node: yaml.Node, key: str, name: str) -> Iterator[str]:
    """A selector's values, in the form they are compared in."""
    nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
    if not nodes:
        raise _wrong(node, name, f"{key} is an empty list")
    for item in nodes:
        text = _text(item, key, name)
        if key == "layer" and not _LAYER.fullmatch(text):
            raise _wrong(item, name, f"layer {text[:80]!r} is neither an index nor sha256: and at least six digits")
        yield _compared(key, text)


def _compared(key: str, text: str) -> str:
    if key == "layer" and text.isdecimal():
        return str(int(text))
    return text.upper() if key == "id" else _bare(text) if key == "package" else text


# --- applying -----------------------------------------------------------------------------------------------------


def apply(
    findings: Sequence[Finding], rules: Sequence[Rule], on: date, layers: Sequence[Layer] = ()
) -> tuple[tuple[Finding, ...], tuple[AcceptedRisk, ...]]:
    """The findings, covered ones with ``accepted`` set, and what became of each rule.

    The first rule of the file that holds is the one a finding names; all that hold count it as matched. A finding
    that is accepted already keeps its acceptance. Each distinct value is matched once, so that the time grows with
    the findings plus the distinct values times the patterns, not with findings times rules.

    ``on`` is the day that decides about expiry; ``layers`` are what digests in ``layer`` selectors are looked up in.
    """
    match = _Matcher(rules, layers)
    active = sum(1 << number for number, rule in enumerate(rules) if on <= rule.expires)
    acceptances = [_acceptance(rule) for rule in rules]
    seen: Counter[int] = Counter()
    result = []
    for finding in findings:
        bits = match.rules(finding)
        seen[bits] += 1
        if (bits := bits & active) and finding.accepted is None:
            first = (bits & -bits).bit_length() - 1
            result.append(msgspec.structs.replace(finding, accepted=acceptances[first]))
        else:
            result.append(finding)
    return tuple(result), _rows(rules, seen, on)


def _acceptance(rule: Rule) -> Acceptance:
    return Acceptance(reason=rule.reason, owner=rule.owner, expires=rule.expires.isoformat(), rule=rule.place)


def _rows(rules: Sequence[Rule], seen: Counter[int], on: date) -> tuple[AcceptedRisk, ...]:
    matched = [0] * len(rules)
    for bits, times in seen.items():
        rest = bits
        while rest:
            lowest = rest & -rest
            matched[lowest.bit_length() - 1] += times
            rest ^= lowest
    return tuple(
        AcceptedRisk(
            rule=f"{rule.title} ({rule.place})",
            state="expired" if on > rule.expires else "used" if number else "unused",
            matched=number,
            reason=rule.reason,
            owner=rule.owner,
            expires=rule.expires.isoformat(),
        )
        for rule, number in zip(rules, matched, strict=True)
    )


class _Matcher:
    """The rules, indexed by selector."""

    def __init__(self, rules: Sequence[Rule], layers: Sequence[Layer]) -> None:
        self._ids = GlobIndex([rule.id for rule in rules])
        self._packages = GlobIndex([rule.package for rule in rules])
        self._paths = GlobIndex([rule.path for rule in rules], path=True)
        self._layers = GlobIndex([tuple(_indices(rule.layer, layers)) for rule in rules])
        self._policies = GlobIndex([rule.policy for rule in rules])
        self._subjects = GlobIndex([rule.subject for rule in rules])

    def rules(self, finding: Finding) -> int:
        """The rules (bit n for rule n) whose selectors all hold for ``finding``."""
        place, subject, vulnerability = finding.location, finding.subject, finding.vulnerability
        bits = self._policies.rules((finding.policy,))
        names = (subject.name, f"{subject.namespace}/{subject.name}") if subject.namespace else (subject.name,)
        bits = bits and bits & self._subjects.rules(names)
        bits = bits and bits & self._layers.rules(() if place.layer is None else (str(place.layer),))
        bits = bits and bits & self._paths.rules(tuple(text for text in (place.path, place.file) if text))
        if vulnerability is None:
            return bits and bits & self._ids.rules(()) & self._packages.rules(())
        ids = (vulnerability.id, *vulnerability.aliases)
        bits = bits and bits & self._ids.rules(tuple(name.upper() for name in ids))
        return bits and bits & self._packages.rules(_package_names(vulnerability.package, vulnerability.purl))


def _bare(text: str) -> str:
    """A purl pattern without qualifiers and subpath, an npm scope's ``@`` as people write it; names stay."""
    if not text.startswith("pkg:"):
        return text
    # A "?" is a wildcard too; qualifiers are told by the "=" that follows their key.
    return re.sub(r"\?[\w.-]+=.*|#.*", "", text, flags=re.DOTALL).replace("%40", "@")


def _package_names(name: str, purl: str) -> tuple[str, ...]:
    """What a ``package`` selector may say: the name, the purl without version, the purl with it."""
    bare = _bare(purl)
    slash, at = bare.rfind("/"), bare.rfind("@")
    return (name, bare[:at], bare) if at > slash + 1 else (name, bare)


def _indices(patterns: Iterable[str], layers: Sequence[Layer]) -> Iterator[str]:
    """Layer selectors as indices; a digest that names no layer stays and matches none."""
    for pattern in patterns:
        found = [layer for layer in layers if layer.digest.startswith(pattern) or layer.diff_id.startswith(pattern)]
        yield from (str(layer.index) for layer in found)
        if not found:
            yield pattern
