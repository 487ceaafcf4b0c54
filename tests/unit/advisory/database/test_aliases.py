import random

from hypothesis import given
from hypothesis import strategies as st

from seawall.advisory.database.aliases import AliasGroups

IDS = st.sampled_from(["CVE-1", "CVE-2", "CVE-3", "GHSA-a", "GHSA-b", "PYSEC-1", "GO-1", "X-1"])
ADVISORIES = st.lists(st.tuples(IDS, st.lists(IDS, max_size=3)), max_size=8)


def groups(*advisories: tuple[str, list[str]]) -> AliasGroups:
    out = AliasGroups()
    for identifier, aliases in advisories:
        out.add(identifier, aliases, ())
    out.settle()
    return out


def test_the_cve_is_shown_and_the_others_are_aliases() -> None:
    found = groups(("GHSA-a", ["CVE-1", "PYSEC-1"]), ("GO-1", ["GHSA-a"]))
    assert found.shown("GO-1") == found.shown("PYSEC-1") == "CVE-1"
    assert found.others("CVE-1") == ("GHSA-a", "GO-1", "PYSEC-1")


def test_without_a_cve_ghsa_is_shown() -> None:
    assert groups(("PYSEC-1", ["GHSA-a"])).shown("PYSEC-1") == "GHSA-a"


def test_an_advisory_about_two_cves_belongs_to_both_and_joins_none() -> None:
    found = groups(("GHSA-a", ["CVE-1", "CVE-2"]))
    assert found.targets("GHSA-a", ["CVE-1", "CVE-2"], ()) == ("CVE-1", "CVE-2")
    assert found.others("CVE-1") == ()
    assert found.notices("CVE-1") == found.notices("CVE-2") == ("GHSA-a",)


def test_a_chain_of_aliases_does_not_join_cves() -> None:
    found = groups(("GHSA-a", ["CVE-1"]), ("PYSEC-1", ["GHSA-a", "CVE-2"]))
    assert found.shown("CVE-1") == "CVE-1"
    assert found.shown("CVE-2") == "CVE-2"


def test_a_notice_leads_to_what_it_covers() -> None:
    out = AliasGroups()
    out.add("DSA-1", (), ("CVE-1", "CVE-2"))
    out.add("GHSA-a", ("CVE-2",), ())
    out.settle()
    assert out.targets("DSA-1", (), ("CVE-1", "CVE-2")) == ("CVE-1", "CVE-2")
    assert out.notices("CVE-2") == ("DSA-1",)
    assert out.others("CVE-2") == ("GHSA-a",)


def test_unknown_identifiers_are_themselves() -> None:
    assert groups().shown("CVE-9") == "CVE-9"


@given(ADVISORIES, st.randoms(use_true_random=False))
def test_no_two_cves_are_one_and_order_does_not_count(
    advisories: list[tuple[str, list[str]]], dice: random.Random
) -> None:
    shuffled = advisories.copy()
    dice.shuffle(shuffled)
    one, two = groups(*advisories), groups(*shuffled)
    names = {name for identifier, aliases in advisories for name in (identifier, *aliases)}
    for name in names:
        assert one.shown(name) == two.shown(name)
        assert one.shown(one.shown(name)) == one.shown(name)
        if name.startswith("CVE-"):
            assert one.shown(name) == name
