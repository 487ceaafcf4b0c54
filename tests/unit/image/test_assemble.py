from seawall.image.assemble import coverage_of, distribution_of, packages_of
from seawall.image.facts import LayerFacts
from seawall.image.merge import Merged, merge
from seawall.image.package.interface import FileFacts, Problem
from seawall.model import purl
from seawall.model.coverage import CoverageState
from seawall.model.image import Distribution, Package

DEBIAN = Distribution(id="debian", version="12", title="Debian 12")


def package_of(type_: str, name: str, version: str, path: str) -> Package:
    return Package(type=type_, name=name, version=version, purl=purl.make(type_, name, version), paths=(path,))


def layer(*facts: FileFacts, **more: object) -> LayerFacts:
    return LayerFacts(size=0, members=0, facts=facts, **more)  # type: ignore[arg-type]


def dpkg(*versions: tuple[str, str], **owned: str) -> FileFacts:
    packages = tuple(package_of("deb", *one, "/var/lib/dpkg/status") for one in versions)
    return FileFacts(analyzer="dpkg", path="var/lib/dpkg/status", database=True, packages=packages, owned=owned)


def python(version: str, path: str = "usr/lib/python3/yaml/METADATA") -> FileFacts:
    return FileFacts(analyzer="python", path=path, packages=(package_of("pypi", "pyyaml", version, f"/{path}"),))


def release(path: str, distribution: Distribution | None) -> FileFacts:
    return FileFacts(analyzer="os-release", path=path, distribution=distribution)


def packages(merged: Merged, base: int | None = None) -> dict[tuple[str, str], Package]:
    found = packages_of(merged.packages(), merged, DEBIAN, layered=True, base=base)
    return {(one.name, one.version): one for one in found}


def test_etc_comes_before_usr_lib() -> None:
    other = Distribution(id="other")
    both = merge([layer(release("usr/lib/os-release", other), release("etc/os-release", DEBIAN))], frozenset())
    assert distribution_of(both) == DEBIAN
    one = merge([layer(release("usr/lib/os-release", other))], frozenset())
    assert distribution_of(one) == other
    assert distribution_of(merge([], frozenset())) is None


def test_owned_by_the_distribution() -> None:
    path = "usr/lib/python3/yaml/METADATA"
    bottom = layer(dpkg(("python3-yaml", "6.0-3"), **{path: "python3-yaml"}), python("6.0"))
    found = packages(merge([bottom], frozenset()))
    assert found["pyyaml", "6.0"].owner == "pkg:deb/debian/python3-yaml@6.0-3?distro=debian-12"
    assert found["python3-yaml", "6.0-3"].owner == ""


def test_an_upgraded_owner_still_owns() -> None:
    path = "usr/lib/python3/yaml/METADATA"
    bottom = layer(dpkg(("python3-yaml", "6.0-3"), **{path: "python3-yaml"}), python("6.0"))
    top = layer(dpkg(("python3-yaml", "6.0-4"), **{path: "python3-yaml"}))
    found = packages(merge([bottom, top], frozenset()))
    assert found["pyyaml", "6.0"].owner == "pkg:deb/debian/python3-yaml@6.0-4?distro=debian-12"


def test_what_pip_wrote_over_is_not_owned() -> None:
    path = "usr/lib/python3/yaml/METADATA"
    bottom = layer(dpkg(("python3-yaml", "6.0-3"), **{path: "python3-yaml"}), python("6.0"))
    found = packages(merge([bottom, layer(python("7.0"))], frozenset()))
    assert found["pyyaml", "7.0"].owner == ""
    assert found["pyyaml", "6.0"].deleted_in == 1


def test_the_same_package_at_two_paths_is_one() -> None:
    found = packages(merge([layer(python("6.0", "a"), python("6.0", "b"))], frozenset()), base=1)
    assert found["pyyaml", "6.0"].paths == ("/a", "/b")
    assert found["pyyaml", "6.0"].from_base is True


def test_coverage() -> None:
    problem = Problem(path="var/lib/dpkg/status", state=CoverageState.UNREADABLE, message="broken")
    broken = FileFacts(analyzer="dpkg", path=problem.path, database=True, problems=(problem,))
    merged = merge([layer(broken)], frozenset())
    rows = coverage_of(merged, None, [], layered=True)
    assert [(one.area, one.state) for one in rows] == [
        ("distribution", CoverageState.UNKNOWN),
        ("package-database", CoverageState.UNREADABLE),
        ("package-database", CoverageState.UNREADABLE),
    ]
    many = [Problem(path=f"p{number}", state=CoverageState.PARTIAL, message="m") for number in range(150)]
    rows = coverage_of(merge([layer(dpkg(("a", "1")))], frozenset()), DEBIAN, many, layered=True)
    assert len(rows) == 103
    assert "50 more" in rows[-1].message


def test_a_program_that_the_distribution_answers_for_is_no_gap() -> None:
    problem = Problem(path="usr/bin/x", state=CoverageState.PARTIAL, message="no modules")
    merged = merge([layer(dpkg(("x", "1"), **{"usr/bin/x": "x"}))], frozenset())
    row = coverage_of(merged, DEBIAN, [problem], layered=True)[-1]
    assert row.state is CoverageState.INFO
    assert "a package of the distribution" in row.message


def test_what_lies_in_an_archive_names_the_archive_once() -> None:
    merged = merge([layer(dpkg())], frozenset())
    for message, told in (
        ("a.jar!/b.jar: says nothing", "/a.jar!/b.jar: says nothing"),
        ("a.jar: says nothing", "/a.jar: says nothing"),
        ("says nothing", "/a.jar: says nothing"),
    ):
        problem = Problem(path="a.jar", state=CoverageState.INFO, message=message)
        assert coverage_of(merged, DEBIAN, [problem], layered=True)[-1].message == told
