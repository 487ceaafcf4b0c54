import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.advisory.cvss import base_score

# FIRST's own examples: CVSS v2 guide section 3.3, v3.1 examples document, v4.0 examples and FAQ
EXAMPLES = {
    "AV:N/AC:L/Au:N/C:N/I:N/A:C": 7.8,
    "AV:N/AC:L/Au:N/C:C/I:C/A:C": 10.0,
    "(AV:L/AC:H/Au:N/C:C/I:C/A:C)": 6.2,
    "CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N": 6.1,
    "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N": 6.4,
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N": 7.5,
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H": 10.0,
    "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O": 7.8,
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N": 0.0,
    "CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N": 7.3,
    "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N": 8.8,
    "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/E:U": 10.0,
    "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N": 0.0,
    "CVSS:4.0/AV:P/AC:H/AT:P/PR:H/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N": 1.0,
}


@pytest.mark.parametrize("vector", EXAMPLES)
def test_examples(vector: str) -> None:
    assert base_score(vector) == EXAMPLES[vector]


@pytest.mark.parametrize(
    "vector",
    [
        "",
        "nothing",
        "CVSS:3.1/AV:N",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:X",
        "CVSS:9.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
        "CVSS:4.0/AV:NA/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H",
        "AV:N/" * 1000,
    ],
)
def test_what_is_no_vector_has_no_score(vector: str) -> None:
    assert base_score(vector) is None


@given(st.text(alphabet="CVSS:3.14.0/AVNLHPRUIQ", max_size=80))
def test_any_text_is_answered(text: str) -> None:
    score = base_score(text)
    assert score is None or 0 <= score <= 10


LEVELS = st.tuples(*(st.sampled_from(v) for v in ("NALP", "LH", "NP", "NLH", "NPA", *("HLN",) * 6)))
WORST_FIRST = ("NALP", "LH", "NP", "NLH", "NPA", *("HLN",) * 6)
NAMES = ("AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA")


@given(LEVELS, st.integers(0, 10))
def test_version_4_does_not_grow_when_a_metric_gets_milder(levels: tuple[str, ...], at: int) -> None:
    order = WORST_FIRST[at]
    place = order.index(levels[at])
    milder = (*levels[:at], order[min(place + 1, len(order) - 1)], *levels[at + 1 :])
    scores = []
    for values in (levels, milder):
        text = "/".join(f"{name}:{value}" for name, value in zip(NAMES, values, strict=True))
        score = base_score(f"CVSS:4.0/{text}")
        assert score is not None
        scores.append(score)
    assert scores[1] <= scores[0]
