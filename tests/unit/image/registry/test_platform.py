import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.errors import InputError, UsageError
from seawall.image.registry.manifest import INDEXES, Descriptor, Index, Platform
from seawall.image.registry.platform import fits, parse_platform, select, this_machine


def entry(name: str, platform: str | None, **more: object) -> Descriptor:
    known = None
    if platform is not None:
        system, architecture, variant = (f"{platform}//".split("/"))[:3]
        known = Platform(os=system, architecture=architecture, variant=variant)
    return Descriptor(digest=name, size=1, platform=known, **more)  # type: ignore[arg-type] # a test's shorthand


def index(*platforms: str) -> Index:
    return Index(manifests=tuple(entry(name, name) for name in platforms))


@pytest.mark.parametrize(
    ("there", "wanted", "chosen"),
    [
        (["linux/arm64", "linux/amd64"], "linux/amd64", "linux/amd64"),
        (["linux/arm64/v8", "linux/amd64"], "arm64", "linux/arm64/v8"),
        (["linux/arm/v5", "linux/arm/v7", "linux/arm/v6"], "linux/arm/v7", "linux/arm/v7"),
        (["linux/arm/v5", "linux/arm/v6"], "linux/arm/v7", "linux/arm/v5"),
        (["linux/arm/v5", "linux/arm/v7"], "linux/arm", "linux/arm/v7"),
        (["linux/amd64", "linux/amd64/v3"], "linux/amd64", "linux/amd64"),
        (["linux/amd64/v3"], "linux/amd64", "linux/amd64/v3"),
        (["windows/amd64", "linux/amd64"], "x86_64", "linux/amd64"),
        (["unknown/unknown", "linux/amd64"], "aarch64", None),
        (["linux/arm/v7"], "linux/arm/v6", None),
    ],
)
def test_the_fitting_image_is_chosen(there: list[str], wanted: str, chosen: str | None) -> None:
    if chosen is None:
        with pytest.raises(InputError, match="no image for"):
            select(index(*there), parse_platform(wanted), "app")
    else:
        assert select(index(*there), parse_platform(wanted), "app").digest == chosen


def test_an_absent_platform_lists_what_there_is() -> None:
    listed = Index(
        manifests=(
            entry("a", "linux/s390x"),
            entry("b", "linux/arm/v7"),
            entry("c", "unknown/unknown", annotations={"vnd.docker.reference.type": "attestation-manifest"}),
        )
    )
    with pytest.raises(InputError, match=r"there is linux/arm/v7, linux/s390x\. Choose one with --platform"):
        select(listed, parse_platform("amd64"), "app")


def test_nested_indexes_and_lone_images_without_a_platform_are_followed() -> None:
    nested = Index(manifests=(entry("a", "linux/s390x"), entry("deep", None, media_type=INDEXES[0])))
    assert select(nested, parse_platform("amd64"), "app").digest == "deep"
    assert select(Index(manifests=(entry("lone", None),)), parse_platform("amd64"), "app").digest == "lone"


@pytest.mark.parametrize("text", ["", "linux/", "/amd64", "a/b/c/d", "linux//v7"])
def test_a_bad_platform_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError, match="is no platform"):
        parse_platform(text)


def test_this_machine_runs_linux() -> None:
    assert this_machine().os == "linux"
    assert this_machine().architecture


PLATFORMS = st.builds(
    Platform,
    os=st.sampled_from(["linux", "windows"]),
    architecture=st.sampled_from(["amd64", "arm", "arm64"]),
    variant=st.sampled_from(["", "v5", "v6", "v7", "v8"]),
)


@given(st.lists(PLATFORMS, max_size=6), PLATFORMS)
def test_what_is_chosen_fits_and_something_is_chosen_whenever_one_fits(there: list[Platform], wanted: Platform) -> None:
    entries = tuple(Descriptor(digest=str(n), size=1, platform=one) for n, one in enumerate(there))
    fitting = [one for one in there if fits(one, wanted)]
    if not fitting:
        with pytest.raises(InputError):
            select(Index(manifests=entries), wanted, "app")
        return
    chosen = select(Index(manifests=entries), wanted, "app").platform
    assert chosen is not None
    assert fits(chosen, wanted)
    if wanted in there:
        assert chosen == wanted or not wanted.variant or chosen.variant in {"", "v7", "v8"}
