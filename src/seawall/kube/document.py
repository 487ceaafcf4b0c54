"""One document's text to JSON, by the fast way where it can be taken, else by the slow one."""

import msgspec

from seawall.kube import fast
from seawall.kube.template import OPEN, template_line, unrendered
from seawall.model.coverage import CoverageState
from seawall.model.kube import Json, Origin, Problem

MAX_DOCUMENT = 16 << 20
_BLOCK_SCALARS = (b"|", b">")
_RENDER = "render it first (helm template …) and check the result"


class DocumentReader:
    """Reads documents; keeps the fast reader's memory between them, so it belongs to one thread."""

    def __init__(self) -> None:
        self._fast = fast.FastReader()

    def read(self, text: bytes, origin: Origin, *, plain: bool = False) -> tuple[bytes | None, list[Problem]]:
        """The document as compact JSON without doubled keys, and what was wrong with it.

        None without a problem is an empty document. Never raises for bad content.

        Args:
            text: the document, with line feeds only.
            origin: where it stands.
            plain: whether the caller knows that it is plain (:func:`seawall.kube.fast.is_plain`).
        """
        if not text or text.isspace():
            return None, []
        if len(text) > MAX_DOCUMENT:
            return None, [_problem(origin, 0, f"the document is larger than {MAX_DOCUMENT >> 20} MiB")]
        whole = text if text.endswith(b"\n") else text + b"\n"
        ragged = whole is not text and any(sign in text for sign in _BLOCK_SCALARS)
        if not ragged and OPEN not in text and (plain or fast.is_plain(whole)):
            json = self._fast.read(whole)
            if json is not None:
                return json, []
        return slow(text, origin)


def slow(text: bytes, origin: Origin) -> tuple[bytes | None, list[Problem]]:
    """The same as :meth:`DocumentReader.read`, always by the slow way."""
    from seawall.kube import tree  # noqa: PLC0415  PyYAML is only needed for what the fast way cannot read

    problems: list[Problem] = []

    def report(line: int, message: str) -> None:
        problems.append(_problem(origin, line, message, CoverageState.PARTIAL))

    if _only_directives(text):
        return None, []
    try:
        value = tree.load(text, report)
        json = None if value is None else msgspec.json.encode(value)
    except tree.YamlError as error:
        at = template_line(text)
        if at is not None:
            return None, [_problem(origin, at, f"a template, not YAML yet; {_RENDER}", CoverageState.UNSUPPORTED)]
        line = min(error.line, text.rstrip().count(b"\n"))
        return None, [_problem(origin, line, f"broken YAML: {error}")]
    except (RecursionError, OverflowError, UnicodeEncodeError):
        return None, [_problem(origin, 0, "the document holds what JSON cannot: too deep, or too large a number")]
    problems += _templated(value, text, origin)
    return json, problems


def _templated(value: Json, text: bytes, origin: Origin) -> list[Problem]:
    """Values that are still template expressions, in a document that reads as YAML all the same."""
    if OPEN not in text:
        return []
    line = template_line(text) or 0
    return [
        _problem(origin, line, f"{path} is a template expression; {_RENDER}", CoverageState.PARTIAL)
        for path, _ in unrendered(value)
    ][:1]


def _only_directives(text: bytes) -> bool:
    """Whether this is what stands before the first ``---`` of a stream with directives."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith(b"#")]
    return bool(lines) and all(line.startswith(b"%") for line in lines)


def _problem(origin: Origin, line: int, message: str, state: CoverageState = CoverageState.UNREADABLE) -> Problem:
    return Problem(file=origin.file, line=origin.line + line, path=origin.item, state=state, message=message)
