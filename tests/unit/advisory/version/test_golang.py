from seawall.advisory.version.golang import key


def test_pseudo_versions_are_prereleases() -> None:
    words = [
        "v0.0.0-20210101000000-abcdefabcdef",
        "v0.0.0-20220101000000-abcdefabcdef",
        "v0.1.0",
        "v1.2.4-0.20200101000000-abcdefabcdef",
        "v1.2.4",
    ]
    assert sorted(words, key=key) == words


def test_incompatible_does_not_count() -> None:
    assert key("v2.0.0+incompatible") == key("2.0.0")


def test_toolchain() -> None:
    assert key("go1.21rc2") == key("1.21.0-rc.2") < key("go1.21") == key("1.21.0")
    assert key("go1.22.3-fips") == key("go1.22.3 X:boringcrypto") == key("1.22.3")


def test_devel_is_below_releases() -> None:
    assert key("(devel)") < key("0.0.0")
