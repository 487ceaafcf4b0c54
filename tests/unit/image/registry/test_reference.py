import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.errors import UsageError
from seawall.image.registry.reference import Reference, parse

SHA = "sha256:" + "0123456789abcdef" * 4

# The grammar of distribution/reference, written out once more as one expression.
COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
PLAIN_GRAMMAR = re.compile(
    rf"(?:(?P<host>(?:localhost|[A-Za-z0-9.-]*\.[A-Za-z0-9.-]*|[A-Za-z0-9.-]+(?=:))(?::[0-9]+)?)/)?"
    rf"(?P<name>{COMPONENT}(?:/{COMPONENT})*)(?::(?P<tag>\w[\w.-]{{0,127}}))?(?:@(?P<digest>sha256:[0-9a-f]{{64}}))?",
    re.ASCII,
)


@pytest.mark.parametrize(
    ("text", "host", "repository", "tag", "digest"),
    [
        ("debian", "docker.io", "library/debian", "latest", ""),
        ("debian:12", "docker.io", "library/debian", "12", ""),
        ("bitnami/redis", "docker.io", "bitnami/redis", "latest", ""),
        ("docker.io/debian", "docker.io", "library/debian", "latest", ""),
        ("index.docker.io/library/debian", "docker.io", "library/debian", "latest", ""),
        ("localhost/app", "localhost", "app", "latest", ""),
        ("localhost:5000/a/b/c:1.0_x", "localhost:5000", "a/b/c", "1.0_x", ""),
        ("localhost:5000", "docker.io", "library/localhost", "5000", ""),
        ("registry.example/app@" + SHA, "registry.example", "app", "", SHA),
        ("registry.example/app:1@" + SHA, "registry.example", "app", "1", SHA),
        ("[::1]:5000/app", "[::1]:5000", "app", "latest", ""),
        ("Host/app", "Host", "app", "latest", ""),
        ("a__b/c---d", "docker.io", "a__b/c---d", "latest", ""),
    ],
)
def test_defaults_are_filled_in(text: str, host: str, repository: str, tag: str, digest: str) -> None:
    assert parse(text) == Reference(host=host, repository=repository, tag=tag, digest=digest)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("Debian", "lower case"),
        ("/debian", "no name"),
        ("debian/", "no name"),
        ("debian:", "tag"),
        ("debian:a b", "tag"),
        ("debian:" + "x" * 129, "tag"),
        ("debian@sha256:12", "no digest"),
        ("debian@md5:" + "0" * 32, "sha256 or sha512"),
        ("debian@sha256:" + "0" * 63, "64"),
        ("debian@sha256:" + "A" * 64, "64"),
        ("-bad.example/app", "host"),
        ("a..b/app", "host"),
        ("./image.tar", "host"),
        ("https://registry.example/app", "no"),
        ("reg.example/" + "a" * 250, "255"),
        ("x" * 2000, "1024"),
        ("a b", "no name"),
        ("app\x1b[31m", "no name"),
    ],
)
def test_a_bad_reference_is_one_sentence_that_says_why(text: str, why: str) -> None:
    with pytest.raises(UsageError, match=re.escape(why)) as caught:
        parse(text)
    assert caught.value.sentence().isprintable()


@given(st.text(alphabet="abZ019.-_:/@[]", max_size=40) | st.text(max_size=40))
def test_it_agrees_with_the_grammar(text: str) -> None:
    match = PLAIN_GRAMMAR.fullmatch(text)
    try:
        found = parse(text)
    except UsageError:
        found = None
    if match and found:
        assert found.repository.endswith(match["name"])
        assert found.tag == (match["tag"] or "latest")
    if found is None and match is not None:
        host = match["host"]  # the plain grammar is more lenient about hosts only
        assert host
        assert any(not label or label[0] == "-" or label[-1] == "-" for label in host.partition(":")[0].split("."))


@given(
    st.from_regex(rf"\A{COMPONENT}(?:/{COMPONENT}){{0,3}}\Z").filter(lambda name: len(name) < 200),
    st.sampled_from(["registry.example", "localhost:5000", "10.0.0.1:5000", "docker.io"]),
    st.from_regex(r"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}\Z"),
    st.booleans(),
)
def test_what_is_written_is_read_again(name: str, host: str, tag: str, pinned: bool) -> None:
    first = parse(f"{host}/{name}:{tag}" + (f"@{SHA}" if pinned else ""))
    assert parse(str(first)) == first
