import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.errors import UsageError
from seawall.policy.registry import Criterion, Type
from seawall.policy.values import compile_value


def criterion(type_: Type, values: tuple[str, ...] = (), *, ordered: bool = False) -> Criterion:
    return Criterion(group="thing", name="field", type=type_, get=lambda *_: None, values=values, ordered=ordered)


def holds(type_: Type, raw: object, value: object, values: tuple[str, ...] = (), *, ordered: bool = False) -> bool:
    return compile_value(criterion(type_, values, ordered=ordered), raw)(value)


@pytest.mark.parametrize(
    ("type_", "raw", "value", "expected"),
    [
        (Type.BOOL, True, True, True),
        (Type.BOOL, True, None, False),
        (Type.BOOL, False, None, False),
        (Type.BOOL, {"not": True}, None, True),
        (Type.TEXT, "a", "a", True),
        (Type.TEXT, ["a", "b"], "b", True),
        (Type.TEXT, {"not": ["a", "b"]}, "c", True),
        (Type.TEXT, {"matches": "^a+$"}, "aaa", True),
        (Type.TEXT, {"matches": "^a+$"}, None, False),
        (Type.TEXT, {"glob": "*.example.com"}, "www.example.com", True),
        (Type.TEXT, {"glob": "*.example.com"}, "www.example.org", False),
        (Type.TEXT, {"starts-with": ["/etc", "/var"]}, "/var/run", True),
        (Type.TEXT, {"exists": False}, None, True),
        (Type.TEXT, [{"starts-with": "a"}, "z"], "z", True),
        (Type.NUMBER, {"at-least": 7, "less-than": 9}, 7.0, True),
        (Type.NUMBER, {"at-least": 7, "less-than": 9}, 9.0, False),
        (Type.NUMBER, {"at-least": 7}, None, False),
        (Type.QUANTITY, {"more-than": "1Gi"}, 2.0**31, True),
        (Type.DURATION, {"older-than": "90d"}, 91 * 86400.0, True),
        (Type.DURATION, {"newer-than": "90d"}, 91 * 86400.0, False),
        (Type.VERSION, {"less-than": "1.30"}, "v1.9.3", True),
        (Type.VERSION, "1.30", "v1.30.0", True),
        (Type.SET, "x", ("x", "y"), True),
        (Type.SET, {"all": ["x", "y"]}, ("x",), False),
        (Type.SET, {"none": ["x"]}, ("y",), True),
        (Type.SET, {"only": ["x", "y"]}, (), True),
        (Type.SET, {"empty": True}, (), True),
        (Type.SET, {"count": {"at-least": 2}}, ("x", "y"), True),
        (Type.SET, {"any": {"starts-with": "x"}}, ("ax", "xb"), True),
        (Type.SET, {"all": {"starts-with": "x"}}, ("ax", "xb"), False),
        (Type.SET, {"matches": "^SYS_"}, ("NET_RAW", "SYS_ADMIN"), True),
        (Type.MAP, {"owner": True}, {"owner": "a"}, True),
        (Type.MAP, {"owner": False}, {"owner": "a"}, False),
        (Type.MAP, {"owner": {"in": ["a"]}, "tier": "web"}, {"owner": "a", "tier": "db"}, False),
        (Type.MAP, {"any-key": "owner|team"}, {"team": "x"}, True),
        (Type.MAP, {"any-key": "owner|team", "value": {"matches": ".+"}}, {"team": ""}, False),
        (Type.MAP, {"any-key": "team"}, {"my-team": "x"}, False),
        (Type.MAP, {"not": {"owner": True}}, {}, True),
    ],
)
def test_comparisons(type_: Type, raw: object, value: object, *, expected: bool) -> None:
    assert holds(type_, raw, value) is expected


def test_ordered_words_compare_by_their_order() -> None:
    levels = ("low", "high")
    assert holds(Type.TEXT, {"at-least": "low"}, "high", levels, ordered=True)
    assert not holds(Type.TEXT, {"more-than": "high"}, "high", levels, ordered=True)


@pytest.mark.parametrize(
    ("type_", "raw", "sentence"),
    [
        (Type.BOOL, "yes", "takes true or false"),
        (Type.NUMBER, "7", "takes a number"),
        (Type.NUMBER, True, "takes a number"),
        (Type.QUANTITY, "lots", "is no quantity"),
        (Type.TEXT, None, "takes a text"),
        (Type.TEXT, {"at-least": "a"}, "no comparison 'at-least'|has none"),
        (Type.TEXT, {"matches": "("}, "is no pattern"),
        (Type.TEXT, {"matches": "(?=a)"}, "is no pattern"),
        (Type.TEXT, {"wat": 1}, "no comparison 'wat'"),
        (Type.SET, {"count": "many"}, "takes a number"),
        (Type.MAP, "x", "takes a mapping"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(type_: Type, raw: object, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        compile_value(criterion(type_), raw)


def test_closed_sets_refuse_other_words() -> None:
    with pytest.raises(UsageError, match="one of low, high"):
        compile_value(criterion(Type.TEXT, ("low", "high")), "medium")


@given(st.text(max_size=6), st.lists(st.text(max_size=6), min_size=1, max_size=4))
def test_a_list_means_any_of(value: str, wanted: list[str]) -> None:
    assert holds(Type.TEXT, list(wanted), value) == (value in wanted)
    assert holds(Type.TEXT, {"not": list(wanted)}, value) == (value not in wanted)


@given(st.frozensets(st.sampled_from("abcde")), st.lists(st.sampled_from("abcde"), min_size=1, unique=True))
def test_set_words_are_set_algebra(have: frozenset[str], wanted: list[str]) -> None:
    assert holds(Type.SET, {"any": list(wanted)}, have) == bool(have & set(wanted))
    assert holds(Type.SET, {"all": list(wanted)}, have) == (set(wanted) <= have)
    assert holds(Type.SET, {"none": list(wanted)}, have) == (not have & set(wanted))
    assert holds(Type.SET, {"only": list(wanted)}, have) == (have <= set(wanted))
