"""Every policy of the library: its shape, its texts, its file, and its examples through the reader and the engine."""

import fnmatch
from pathlib import Path

import pytest
import yaml
from msgspec.structs import replace

from seawall.model.finding import Stage, Subject
from seawall.policy.compile import compile_policy
from seawall.policy.document import Policy
from seawall.policy.load import LIBRARY, library, parse_own
from seawall.policy.profile import select
from seawall.policy.registry import CRITERIA, FACTS
from seawall.workflow.policy_examples import ExampleResult, run_examples

FILES = sorted(path for path in Path(LIBRARY).glob("*/*.yaml") if path.parent.name != "profiles")
PROFILES = ("all", "default", "ci", "strict", "nsa", "cis-5", "cis-control-plane", "pss-baseline", "pss-restricted")
SCAN_FACTS = {"image-scan", "image-history", "image-signature", "secrets-in-image"}


def of(path: Path) -> Policy:
    return library().policies[path.stem]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_policy_is_whole_and_its_examples_are_judged_as_expected(path: Path) -> None:
    policy = of(path)
    spec = policy.spec
    assert spec.title
    assert not spec.title.endswith(".")
    assert spec.rationale
    assert spec.remediation
    assert path.parent.name in spec.categories
    results = run_examples(policy)
    assert not [(one.index + 1, one.expect, one.answer) for one in results if not one.ok]
    assert not [one.problems for one in results if one.problems and one.expect != "fail"]
    expected = {one.expect for one in results}
    assert {"pass", "fail"} <= expected or ("unknown" in expected and _undecidable(policy))


def _undecidable(policy: Policy) -> bool:
    """Whether it asks for a fact that nothing gives yet."""
    later = {one.needs for group in CRITERIA.values() for one in group.values() if one.needs not in _GIVEN}
    return any(compile_policy(policy, stage).needs & later for stage in policy.spec.stages)


_GIVEN = {"", "today", "image-scan", "inventory", "access"}


@pytest.mark.parametrize("path", sorted(Path(LIBRARY).glob("*/*.yaml")), ids=lambda path: path.stem)
def test_both_parsers_read_the_same(path: Path) -> None:
    text = path.read_bytes()
    assert parse_own(text) == yaml.load(text, Loader=yaml.CSafeLoader)


def test_names_are_unique_and_those_of_the_files() -> None:
    known = library()
    assert len(FILES) == len(known.policies)
    assert {path.stem for path in FILES} == set(known.policies)


@pytest.mark.parametrize("name", PROFILES)
def test_profiles_exist_and_name_existing_policies(name: str) -> None:
    known = library()
    assert select(name, known.profiles, known.policies.values())
    for rule in (*known.profiles[name].spec.include, *known.profiles[name].spec.exclude):
        assert [glob for glob in rule.policies if not fnmatch.filter(known.policies, glob)] == []


@pytest.mark.parametrize("name", ["nsa", "cis-5"])
def test_a_profile_tells_a_cause_once(name: str) -> None:
    """No policy's failing examples are all found by another one about the same control, in the same place."""
    known = library()
    framework = {"nsa": "nsa", "cis-5": "cis-kubernetes-1.12"}[name]
    policies = select(name, known.profiles, known.policies.values())
    twice = {
        (one.name, other.name)
        for one in policies
        for other in policies
        if one is not other
        and not set(one.spec.controls[framework]).isdisjoint(other.spec.controls[framework])
        and _says_the_same(one, other)
    }
    # A rule with all rights is told as such, and its wildcards where they stand: each has its own remedy.
    assert {pair for pair in twice if pair[0] != "role-with-all-rights"} == set()


def _says_the_same(one: Policy, other: Policy) -> bool:
    failing = tuple(example for example in one.examples if example.expect == "fail")
    pairs = zip(
        run_examples(replace(one, examples=failing)), run_examples(replace(other, examples=failing)), strict=True
    )
    return all(_places(mine) & _places(theirs) for mine, theirs in pairs)


def _places(result: ExampleResult) -> set[tuple[Subject, str]]:
    return {(found.subject, row.path) for found in result.findings for row in found.evidence}


def test_the_default_profile_needs_no_scan_of_images() -> None:
    known = library()
    for policy in select("default", known.profiles, known.policies.values()):
        if Stage.DEPLOY in policy.spec.stages:
            assert not compile_policy(policy, Stage.DEPLOY).needs & SCAN_FACTS, policy.name


def test_every_build_and_deploy_policy_of_stackrox_is_here() -> None:
    """By the names in ``controls``; the name of its RBAC criterion stands there besides."""
    names = {name for policy in library().policies.values() for name in policy.spec.controls.get("stackrox", ())}
    assert len(names - {"Minimum RBAC Permissions"}) == 53


def test_facts_that_criteria_need_are_described() -> None:
    assert {one.needs for group in CRITERIA.values() for one in group.values()} - {""} <= set(FACTS)
