import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.errors import UsageError
from seawall.workflow.cluster.selector import parse_selector


@pytest.mark.parametrize(
    ("text", "labels", "fits"),
    [
        ("", {}, True),
        ("app=web", {"app": "web"}, True),
        ("app==web,tier!=db", {"app": "web"}, True),
        ("app=web", {"app": "api"}, False),
        ("tier!=db", {"tier": "db"}, False),
        ("env in (a, b)", {"env": "b"}, True),
        ("env notin (a,b)", {"env": "b"}, False),
        ("!old", {"old": ""}, False),
        ("a.example/x", {"a.example/x": ""}, True),
        ("app=", {"app": ""}, True),
    ],
)
def test_as_kubectl(text: str, labels: dict[str, str], fits: bool) -> None:
    assert parse_selector(text).matches(labels) is fits


@pytest.mark.parametrize("text", ["=", "a=b=c", "a in b", "a in (b", ",,", "a=b c=d", "-"])
def test_what_is_none(text: str) -> None:
    with pytest.raises(UsageError):
        parse_selector(text)


@given(st.text(max_size=30))
def test_any_text(text: str) -> None:
    try:
        parse_selector(text)
    except UsageError:
        return
