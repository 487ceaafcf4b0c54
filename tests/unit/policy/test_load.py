"""Users' policy files: lines of mistakes, bounds, and any text whatever."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seawall.errors import InputError, SeawallError
from seawall.policy import load
from seawall.policy.load import DocumentError, read
from seawall.policy.template import TEMPLATES, begun


def _read(path: Path, text: str) -> DocumentError:
    path.write_text(text, "utf-8")
    with pytest.raises(DocumentError) as caught:
        read(path)
    return caught.value


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_misspelt_key_is_told_with_its_line(tmp_path: Path, template: str) -> None:
    lines = begun("mine", template=template).splitlines()
    for at, line in enumerate(lines, 1):
        key = line.strip().partition(":")[0]
        if line.startswith("  ") and key in {"title", "severity", "stages", "when", "container", "workload", "image"}:
            changed = [*lines[: at - 1], line.replace(f"{key}:", f"{key}x:"), *lines[at:]]
            error = _read(tmp_path / "p.yaml", "\n".join(changed))
            assert error.place == f"{tmp_path / 'p.yaml'}:{at}", error.sentence()


def test_a_half_written_file_of_the_library_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "category").mkdir()
    (tmp_path / "category" / "half.yaml").write_text("kind: Policy\nspec: {when: [", "utf-8")
    monkeypatch.setattr(load, "LIBRARY", str(tmp_path))
    load.library.cache_clear()
    with pytest.raises(InputError, match=r"half\.yaml is no valid YAML"):
        load.library(examples=False)
    load.library.cache_clear()


def test_bounds(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    assert "nested deeper" in _read(path, "a: " + "[" * 200_000).cause
    bomb = ["a0: &a0 [x]", *(f"a{at}: &a{at} [{','.join([f'*a{at - 1}'] * 9)}]" for at in range(1, 12))]
    assert "aliases" in _read(path, "\n".join(bomb)).cause
    assert "inside what it names" in _read(path, "a: &a [*a]").cause
    twice = _read(path, "a: 1\nb: 2\na: 3\n")
    assert (twice.place, twice.cause) == (f"{path}:3", "a stands twice")


def test_a_day_is_a_text(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    scope = "  scope: {exclude: [{names: [a], reason: r, until: 2027-01-31}]}\n  when:"
    path.write_text(begun("mine").replace("  when:", scope), "utf-8")
    assert read(path).policies["mine"].spec.scope.exclude[0].until == "2027-01-31"


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200) | st.text(st.sampled_from("[]{}:,-&*!|>\"' \nab"), max_size=60))
def test_any_text_is_policies_or_an_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(text, "utf-8", errors="surrogatepass")
    with suppress(SeawallError):
        read(path)
