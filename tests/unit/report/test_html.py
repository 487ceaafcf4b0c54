import base64
import hashlib
import io
import re
from html.parser import HTMLParser

import pytest

from seawall.model import Report
from seawall.report.html import HtmlReporter
from seawall.report.interface import Style

EVERY = ["sample", "manifests", "empty", "hostile", "large"]
VOID = {"meta", "input", "link", "br", "img", "rect", "path"}


class Page(HTMLParser):
    """Tags, attributes and text; fails where tags do not nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: dict[str, str] = {}
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        tag = self.open[-1] if self.open else ""
        self.texts[tag] = self.texts.get(tag, "") + data


def written(report: Report) -> str:
    out = io.StringIO()
    HtmlReporter().write(report, out, Style())
    return out.getvalue()


@pytest.mark.parametrize("kind", EVERY)
def test_the_page_is_well_formed_and_needs_nothing_from_outside(kind: str, request: pytest.FixtureRequest) -> None:
    page = Page(written(request.getfixturevalue(kind)))
    names = {tag for tag, _ in page.tags}
    assert not names & {"img", "link", "iframe", "object", "embed", "base", "audio", "video"}
    for tag, attributes in page.tags:
        assert not any(name.startswith("on") or name in {"src", "style", "srcset"} for name in attributes), tag
        address = attributes.get("href") or "#"
        assert address.startswith(("#", "https://", "http://"))


@pytest.mark.parametrize("kind", EVERY)
def test_the_policy_allows_exactly_our_style_and_script(kind: str, request: pytest.FixtureRequest) -> None:
    page = Page(written(request.getfixturevalue(kind)))
    policy = next(a["content"] or "" for _, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(page.texts[tag].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert sum(tag == "script" for tag, _ in page.tags) == 1


@pytest.mark.parametrize("kind", EVERY)
def test_landmarks_headings_and_tables_can_be_heard(kind: str, request: pytest.FixtureRequest) -> None:
    page = Page(written(request.getfixturevalue(kind)))
    names = [tag for tag, _ in page.tags]
    for tag in ("header", "nav", "main", "footer", "h1"):
        assert names.count(tag) == 1
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(set(ids)) == len(ids)
    for tag, attributes in page.tags:
        if tag == "section":
            assert attributes["aria-labelledby"] in ids
        if tag == "a" and (attributes.get("href") or "").startswith("#"):
            assert (attributes["href"] or "")[1:] in ids
        if tag == "th":
            assert attributes["scope"] in {"row", "col"}
    assert names.count("table") == names.count("caption") == names.count("thead")


def test_hostile_text_is_text(hostile: Report) -> None:
    page = written(hostile)
    assert "<script>alert" not in page
    assert "javascript:" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_layers_fixes_gate_and_accepted(sample: Report) -> None:
    page = re.sub(r"<[^>]+>", "", written(sample))
    for wanted in (
        "Gate failed", "1 gap", "clears 3", "RUN apt-get update &amp;&amp; apt-get install", "91.0 %",
        "removed again by layer 1, still shipped", "The feed debian is 9 days old",
        "package curl (.seawall-accept.yaml:6)",
    ):  # fmt: skip
        assert wanted in page


def test_nothing_found_has_its_own_picture(empty: Report) -> None:
    page = written(empty)
    assert "Nothing found." in page
    assert 'id="tools"' not in page


def test_large_reports_stay_folded(large: Report) -> None:
    page = written(large)
    assert 'class="large"' in page
    assert page.count('<details class="group" open') <= 12


def test_huge_reports_say_what_is_not_on_the_page(large: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seawall.report.html._MAX_ROWS", 500)
    page = written(large)
    assert "1,500 more findings would make the page too large" in page
    assert page.count("<tr data-s=") <= 500
