import fnmatch
from collections.abc import Callable
from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.model import (
    Acceptance,
    Digest,
    Finding,
    Layer,
    Location,
    PolicyName,
    Purl,
    Severity,
    Stage,
    Status,
    Subject,
    VulnerabilityId,
    VulnerabilityMatch,
    fingerprint,
)
from seawall.policy.accepted import SELECTORS, Rule, apply
from seawall.policy.accepted.read import parse

TODAY = date(2026, 11, 24)
LAYERS = (Layer(index=0, digest=Digest("sha256:" + "a" * 64)), Layer(index=1, digest=Digest("sha256:" + "b" * 64)))


def finding(
    id_: str = "CVE-2024-1",
    package: str = "curl",
    purl: str = "pkg:deb/debian/curl@7.88.1-10?arch=amd64",
    *,
    aliases: tuple[str, ...] = (),
    path: str = "/var/lib/dpkg/status",
    layer: int | None = 0,
    subject: str = "shop/api:1",
) -> Finding:
    return Finding(
        policy=PolicyName("vulnerability"),
        stage=Stage.BUILD,
        severity=Severity.HIGH,
        title="t",
        subject=Subject(kind="image", name=subject),
        location=Location(path=path, layer=layer),
        fingerprint=fingerprint(id_, package, path, str(layer)),
        vulnerability=VulnerabilityMatch(
            id=VulnerabilityId(id_),
            aliases=tuple(VulnerabilityId(alias) for alias in aliases),
            package=package,
            purl=Purl(purl),
            installed="7.88.1-10",
            status=Status.AFFECTED,
        ),
    )


MISCONFIGURED = Finding(
    policy=PolicyName("privileged-container"),
    stage=Stage.DEPLOY,
    severity=Severity.HIGH,
    title="t",
    subject=Subject(kind="Deployment", name="web", namespace="shop"),
    location=Location(file="deploy/web.yaml", line=3, path="spec.containers[0]"),
    fingerprint=fingerprint("x"),
)


def rule(text: str) -> Rule:
    return parse(f"accept:\n  - {{{text}, reason: known, expires: 2027-01-31}}\n".encode(), "accept.yaml")[0]


def covers(text: str, one: Finding) -> bool:
    return apply([one], [rule(text)], TODAY, LAYERS)[0][0].accepted is not None


@pytest.mark.parametrize(
    "text",
    [
        "id: CVE-2024-1",
        "id: cve-2024-1",
        "id: [CVE-1999-1, CVE-2024-1]",
        "id: DSA-1-1",
        "package: curl",
        "package: cu*",
        "package: pkg:deb/debian/curl",
        "package: pkg:deb/*",
        "package: pkg:deb/debian/curl@7.88.1-10",
        "package: 'pkg:deb/debian/curl@7.88.1-10?arch=amd64'",
        "path: /var/lib/**",
        "layer: 0",
        "layer: 00",
        "layer: sha256:aaaaaa",
        "policy: vulnerability",
        "subject: shop/api:*",
        "id: CVE-2024-1, package: curl, layer: 0",
    ],
)
def test_a_rule_covers(text: str) -> None:
    assert covers(text, finding(aliases=("DSA-1-1",)))


@pytest.mark.parametrize(
    "text",
    [
        "id: CVE-2024-11",
        "package: curl7",
        "package: pkg:deb/debian",
        "path: /var/*",
        "layer: 1",
        "layer: sha256:bbbbbb",
        "layer: sha256:cccccc",
        "policy: privileged-container",
        "subject: shop",
        "id: CVE-2024-1, layer: 1",
    ],
)
def test_a_rule_does_not_cover(text: str) -> None:
    assert not covers(text, finding(aliases=("DSA-1-1",)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("subject: shop/web", True),
        ("subject: web", True),
        ("path: deploy/*.yaml", True),
        ("policy: privileged-*", True),
        ("id: '*'", False),
        ("package: '*'", False),
        ("layer: 0", False),
    ],
)
def test_misconfigurations(text: str, expected: bool) -> None:
    assert covers(text, MISCONFIGURED) is expected


def test_an_npm_scope_is_written_either_way() -> None:
    scoped = finding(package="@babel/core", purl="pkg:npm/%40babel/core@7.0.0")
    for pattern in ("pkg:npm/%40babel/core", "pkg:npm/@babel/core", "pkg:npm/@babel/core@7.0.0", "pkg:npm/@babel/*"):
        assert covers(f"package: '{pattern}'", scoped)


def test_rows_say_what_became_of_each_rule() -> None:
    data = b"""\
accept:
  - id: CVE-2024-1
    reason: not reachable
    owner: shop-team
    expires: 2026-11-24
  - package: curl
    reason: was fine once
    expires: 2026-11-23
  - path: /opt/**
    reason: vendor's
    expires: 2027-01-01
"""
    findings, rows = apply([finding()], parse(data, "f.yaml"), TODAY)
    accepted = findings[0].accepted
    assert accepted == Acceptance(reason="not reachable", owner="shop-team", expires="2026-11-24", rule="f.yaml:2")
    assert [(row.state, row.matched) for row in rows] == [("used", 1), ("expired", 1), ("unused", 0)]
    assert rows[0].rule == "id CVE-2024-1 (f.yaml:2)"


def test_a_rule_that_has_expired_covers_nothing() -> None:
    late = apply([finding()], [rule("id: CVE-2024-1")], date(2027, 2, 1))
    assert late[0][0].accepted is None
    assert late[1][0].state == "expired"


def test_what_is_accepted_already_stays_so() -> None:
    before = msgspec.structs.replace(finding(), accepted=Acceptance(reason="an annotation"))
    assert apply([before], [rule("id: CVE-2024-1")], TODAY)[0][0] is before


ids = st.sampled_from(["CVE-1", "CVE-2", "GHSA-1"])
names = st.sampled_from(["curl", "libcurl4", "openssl"])
places = st.sampled_from(["/a/b", "/a", "/c/b"])


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    values = {
        "id": draw(st.lists(ids, max_size=2)),
        "package": draw(st.lists(names | st.sampled_from(["*curl*", "pkg:deb/debian/*"]), max_size=2)),
        "path": draw(st.lists(places, max_size=1)),
        "layer": draw(st.lists(st.sampled_from(["0", "1", "sha256:aaaaaa"]), max_size=1)),
    }
    expires = TODAY + timedelta(days=draw(st.integers(-1, 1)))
    return Rule(
        id=tuple(values["id"]),
        package=tuple(values["package"]),
        path=tuple(values["path"]),
        layer=tuple(values["layer"]),
        reason="r",
        expires=expires,
        place="f:1",
    )


findings = st.builds(
    lambda id_, alias, name, path, layer: finding(
        id_, name, f"pkg:deb/debian/{name}@1", aliases=(alias,), path=path, layer=layer
    ),
    ids, ids, names, places, st.sampled_from([None, 0, 1]),
)  # fmt: skip


def slow(one: Finding, of: Rule) -> bool:
    """The plain reference: each selector on its own."""
    match = one.vulnerability
    assert match is not None
    digest = LAYERS[one.location.layer].digest if one.location.layer is not None else ""
    package = (match.package, match.purl.split("@")[0])
    checks: dict[str, Callable[[str], bool]] = {
        "id": lambda value: value in (match.id, *match.aliases),
        "package": lambda value: any(fnmatch.fnmatchcase(name, value) for name in package),
        "path": lambda value: value == one.location.path,
        "layer": lambda value: value == str(one.location.layer) or (":" in value and digest.startswith(value)),
    }
    return all(
        not getattr(of, key) or any(checks[key](value) for value in getattr(of, key))
        for key in SELECTORS
        if key in checks
    )


@given(st.lists(findings, max_size=8), st.lists(rules(), max_size=6))
def test_equals_the_slow_reference(some: list[Finding], given_rules: list[Rule]) -> None:
    result, rows = apply(some, given_rules, TODAY, LAYERS)
    for before, after in zip(some, result, strict=True):
        assert (after.accepted is not None) is any(slow(before, one) and one.expires >= TODAY for one in given_rules)
    assert [row.matched for row in rows] == [sum(slow(one, of) for one in some) for of in given_rules]
