from hypothesis import given
from hypothesis import strategies as st

from seawall.advisory.version import Scheme, dotted, generic, key, package_key, packagist, scheme_of
from seawall.advisory.version.number import number


@given(st.integers(0, 10**30), st.integers(0, 10**30))
def test_numbers_as_text(a: int, b: int) -> None:
    assert (number(str(a)) < number(f"00{b}")) == (a < b)


@given(st.integers(1, 500), st.integers(1, 500))
def test_long_numbers_as_text(a: int, b: int) -> None:
    assert (number("9" * a) < number("9" * b)) == (a < b)


def test_php_words_in_order() -> None:
    words = ["1.0-foo", "1.0-dev", "1.0a1", "1.0b1", "1.0RC1", "1.0", "1.0.1", "1.0pl1"]
    assert sorted(words, key=packagist.key) == words
    assert packagist.key("v1.0") == packagist.key("1.0")


def test_more_numbers_are_later() -> None:
    assert dotted.key("1.0") < dotted.key("1.0-0") < dotted.key("1.0.1")


def test_generic_knows_prereleases() -> None:
    assert generic.key("v1.0-rc1") < generic.key("1.0") < generic.key("1.0-hotfix") < generic.key("1.0.1")


def test_schemes() -> None:
    assert scheme_of("deb") is scheme_of("debian-12") is scheme_of("Debian:12") is Scheme.DPKG
    assert scheme_of("Rocky Linux:9") is scheme_of("rhel-9") is scheme_of("almalinux-8") is Scheme.RPM
    assert scheme_of("crates.io") is scheme_of("npm") is Scheme.SEMVER
    assert scheme_of("wolfi") is Scheme.APK
    assert scheme_of("something else") is Scheme.GENERIC


@given(st.sampled_from(list(Scheme)), st.text(max_size=60))
def test_every_scheme_takes_every_text(scheme: Scheme, text: str) -> None:
    assert key(scheme, text) == key(scheme, text)


def test_versions_are_bounded() -> None:
    assert key(Scheme.DPKG, "1" * 5000) == key(Scheme.DPKG, "1" * 9000)
    assert package_key("deb", "1:1") > package_key("deb", "2")
