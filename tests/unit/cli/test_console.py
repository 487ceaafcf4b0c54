import pytest

from seawall.cli.console import Console


@pytest.mark.parametrize(("counted", "shown"), [(True, "3/40"), (False, "3/40 bytes")])
def test_bars_count_pieces_or_bytes(
    *, counted: bool, shown: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    console = Console()
    console.interactive = True
    with console.progress(counted=counted) as progress:
        assert progress is not None
        progress("images", 3, 40)
    told = capsys.readouterr().err
    assert shown in told
    assert ("bytes" in told) is not counted


def test_nothing_moves_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    with Console().progress() as progress:
        assert progress is None
    assert capsys.readouterr() == ("", "")
