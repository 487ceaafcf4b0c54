"""What is said of policies that can be used, and of those that cannot."""

from datetime import date
from pathlib import Path

import pytest

from seawall.policy.lint import Remark, lint
from seawall.policy.load import LIBRARY
from seawall.policy.template import begun

DAY = date(2026, 6, 1)
_RULE = "  scope: {exclude: [%s]}\n  when:"


def _remarks(tmp_path: Path, text: str) -> list[Remark]:
    (tmp_path / "p.yaml").write_text(text, "utf-8")
    return lint([tmp_path], DAY)[1]


def _without(key: str) -> str:
    return "\n".join(line for line in begun("mine").splitlines() if not line.startswith(f"  {key}:"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (_without("rationale"), "there is no rationale"),
        (_without("remediation"), "there is no remediation"),
        (begun("mine").replace("expect: pass", "expect: fail"), "no example is expected to pass"),
        (begun("mine").replace("root filesystem\n", "root filesystem.\n", 1), "the title ends with a full stop"),
        (begun("mine").replace("[custom]", "[]"), "there is no category"),
        (begun("mine").replace("  when:", _RULE % "{names: [a]}"), "an exclusion without a reason"),
        (
            begun("mine").replace("  when:", _RULE % "{reason: r}"),
            "a scope rule that names nothing is about everything",
        ),
        (
            begun("mine").replace("  when:", _RULE % "{names: [a], reason: r, until: 2026-05-31}"),
            "a scope rule has expired",
        ),
        (
            begun("mine").replace("  when:", "  enforcement: {nowhere: deny}\n  when:"),
            "enforcement names no such place",
        ),
    ],
)
def test_what_could_be_better(tmp_path: Path, text: str, message: str) -> None:
    (remark,) = _remarks(tmp_path, text)
    assert remark.message.startswith(message)
    assert (remark.level, remark.policy) == ("warning", "mine")
    assert remark.hint


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("severity: medium", "severity: huge", "critical"),
        ("stages: [deploy]", "stages: [deploi]", "deploy"),
        ("  when:", "  enforcement: {deploy: explode}\n  when:", "scale-to-zero"),
    ],
)
def test_a_word_that_is_none_is_answered_with_those_there_are(tmp_path: Path, old: str, new: str, word: str) -> None:
    (remark,) = _remarks(tmp_path, begun("mine").replace(old, new))
    assert (remark.level, word in remark.hint) == ("error", True)


@pytest.mark.parametrize("until", ["soon", "2026-13-45", "20261231", "2026-1-5", "2026-W01-1"])
def test_an_exclusion_that_might_never_end_is_refused(tmp_path: Path, until: str) -> None:
    rule = f"{{names: [a], reason: r, until: '{until}'}}"
    text = begun("mine").replace("  when:", _RULE % f"{{names: [b], reason: r}}, {rule}")
    (remark,) = _remarks(tmp_path, text)
    line = next(at for at, row in enumerate(text.splitlines(), 1) if until in row)
    assert (remark.level, remark.place) == ("error", f"{tmp_path / 'p.yaml'}:{line}")
    assert f"{until!r} is no day" in remark.message
    assert remark.hint == "Write it YYYY-MM-DD."


def test_a_name_of_the_library_is_told(tmp_path: Path) -> None:
    (remark,) = _remarks(tmp_path, begun("latest-tag"))
    assert (remark.level, remark.place) == ("warning", f"{tmp_path / 'p.yaml'}:5")
    assert "in every profile" in remark.hint


def test_a_name_is_used_once_across_files(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(begun("mine"), "utf-8")
    (remark,) = _remarks(tmp_path, begun("mine"))
    assert (remark.level, "mine already" in remark.message) == ("error", True)


def test_one_broken_file_does_not_hide_the_rest(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: [", "utf-8")
    (tmp_path / "b.yaml").write_text("kind: Pod", "utf-8")
    remarks = _remarks(tmp_path, _without("rationale"))
    assert [one.level for one in remarks] == ["error", "error", "warning"]


def test_the_library_has_no_mistakes() -> None:
    checked, remarks = lint([Path(LIBRARY, "privileges")], DAY)
    assert checked
    assert [one for one in remarks if one.level == "error"] == []
