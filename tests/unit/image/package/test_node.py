import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.image.package.interface import FileFacts
from seawall.image.package.node import NodeAnalyzer
from seawall.model.coverage import CoverageState

MANIFEST = b'{"name": "lodash", "version": "4.17.21", "license": "MIT", "main": "lodash.js"}'


def read(path: str, content: bytes = MANIFEST) -> FileFacts:
    return NodeAnalyzer().analyze(path, memoryview(content))


@pytest.mark.parametrize(
    "path",
    [
        "app/node_modules/lodash/package.json",
        "node_modules/@babel/core/package.json",
        "app/node_modules/a/node_modules/b/package.json",
        "app/node_modules/a/node_modules/@s/b/node_modules/c/package.json",
        "usr/lib/node_modules/npm/package.json",
        "usr/lib/node_modules_20/npm/node_modules/tar/package.json",
        "app/node_modules/.pnpm/a@1.0.0/node_modules/a/package.json",
        "app/node_modules/.pnpm/@s+a@1.0.0_react@18.0.0/node_modules/@s/a/package.json",
        "app/node_modules/.store/a-npm-1.0.0-0123456789/package/package.json",
        "app/node_modules/.bun/a@1.0.0/node_modules/a/package.json",
        "app/node_modules/test/package.json",
        "usr/share/nodejs/acorn/package.json",
        "usr/share/nodejs/@types/node/package.json",
        "app/package.json",
        "usr/src/app/packages/server/package.json",
        "package.json",
        "opt/yarn-v1.22.19/package.json",
    ],
)
def test_installed_packages_and_applications(path: str) -> None:
    facts = read(path)
    assert [(package.purl, package.paths) for package in facts.packages] == [("pkg:npm/lodash@4.17.21", (f"/{path}",))]
    assert facts.packages[0].licenses == ("MIT",)


@pytest.mark.parametrize(
    "path",
    [
        "app/node_modules/resolve/test/resolver/multirepo/packages/x/package.json",
        "app/node_modules/resolve/test/resolver/node_modules/x/package.json",
        "app/node_modules/next/dist/compiled/lodash/package.json",
        "app/node_modules/a/package/package.json",
        "app/node_modules/@scope/package.json",
        "app/node_modules/package.json",
        "app/node_modules/.bin/package.json",
        "app/node_modules/.pnpm/a@1/package.json",
        "usr/share/nodejs/acorn/dist/package.json",
        "app/test/fixtures/x/package.json",
        "usr/lib/python3/dist-packages/tool/static/package.json",
    ],
)
def test_what_lies_inside_of_packages_is_not_installed(path: str) -> None:
    assert read(path) == FileFacts(analyzer="node", path=path)


def test_an_editor_s_extension_is_no_package_of_npm_s() -> None:
    extension = b'{"name": "npm", "version": "1.0.1", "engines": {"vscode": "^1.0.0"}}'
    assert read("opt/code/extensions/npm/package.json", extension).packages == ()
    assert read("app/node_modules/npm/package.json", extension).packages
    assert read("app/package.json", b'{"name": "npm", "version": "1.0.1", "engines": ["x"]}').packages


def test_scope_is_the_purls_namespace() -> None:
    package = read(
        "node_modules/@babel/core/package.json", b'{"name": "@babel/core", "version": "7.0.1-rc.1"}'
    ).packages
    assert [(item.name, item.purl) for item in package] == [("@babel/core", "pkg:npm/%40babel/core@7.0.1-rc.1")]


@pytest.mark.parametrize(
    "content",
    [
        b"{}",
        b'{"name": "x"}',
        b'{"version": "1.0.0"}',
        b'{"name": "x", "version": "UNKNOWN"}',
        b'{"name": "x", "version": 1}',
        b'{"name": ["x"], "version": "1.0.0"}',
        b'{"name": "../x", "version": "1.0.0"}',
        b'{"name": "x", "version": "1.0.0 && rm"}',
        b'{"name": "' + b"x" * 215 + b'", "version": "1.0.0"}',
        b"[]",
    ],
)
def test_no_package_without_a_valid_name_and_version(content: bytes) -> None:
    assert read("node_modules/x/package.json", content) == FileFacts(
        analyzer="node", path="node_modules/x/package.json"
    )


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ({"license": "(MIT OR Apache-2.0)"}, ("(MIT OR Apache-2.0)",)),
        ({"license": {"type": "BSD", "url": "x"}}, ("BSD",)),
        ({"licenses": [{"type": "MIT"}, {"type": "GPL"}, 3, None]}, ("MIT", "GPL")),
        ({"license": 5}, ()),
        ({}, ()),
    ],
)
def test_licences(declared: dict[str, object], expected: tuple[str, ...]) -> None:
    content = json.dumps({"name": "x", "version": "v1.0.0", **declared}).encode()
    packages = read("node_modules/x/package.json", content).packages
    assert [(package.version, package.licenses) for package in packages] == [("1.0.0", expected)]


def test_byte_order_mark() -> None:
    assert len(read("node_modules/x/package.json", b"\xef\xbb\xbf" + MANIFEST).packages) == 1


@pytest.mark.parametrize("content", [b"", b"{", b'{"a": ' + b"[" * 200_000, b'{"name": "\xff", "version": "1.0.0"}'])
def test_broken_json_is_a_problem_where_a_package_belongs(content: bytes) -> None:
    problems = read("node_modules/x/package.json", content).problems
    assert [problem.state for problem in problems] == [CoverageState.UNREADABLE]


def test_broken_json_elsewhere_may_be_a_template() -> None:
    problems = read("app/package.json", b'{"name": <%= name %>}').problems
    assert [problem.state for problem in problems] == [CoverageState.INFO]


@given(st.binary(max_size=60), st.integers(0, len(MANIFEST)), st.integers(0, 40))
@settings(max_examples=100)
def test_never_raises(junk: bytes, position: int, drop: int) -> None:
    facts = read("node_modules/x/package.json", MANIFEST[:position] + junk + MANIFEST[position + drop :])
    assert not (facts.packages and facts.problems)


@given(st.lists(st.sampled_from(["node_modules", "@s", "a", "test", ".pnpm", "a@1", "b"]), max_size=9))
@settings(max_examples=200)
def test_place_agrees_with_a_plain_walk(parts: list[str]) -> None:
    """A slow reference: after the outermost node_modules, take a package, then node_modules, and so on."""
    expected = _installed(parts) if "node_modules" in parts else "test" not in parts
    assert bool(read("/".join([*parts, "package.json"])).packages) == expected


def _installed(parts: list[str]) -> bool:
    rest = parts[parts.index("node_modules") + 1 :]
    while rest:
        store = rest[0].startswith(".")
        length = 2 if store or rest[0].startswith("@") else 1
        if len(rest) < length or (rest[0].startswith("@") and rest[1][0] in "@."):
            return False
        if not store and any(part[0] in ".@" or "@" in part for part in rest[length - 1 : length]):
            return False
        rest = rest[length:]
        if not rest:
            return not store
        if rest[0] != "node_modules":
            return False
        rest = rest[1:]
    return False
