import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.image.package.interface import FileFacts
from seawall.image.package.java import JavaAnalyzer
from seawall.model.coverage import CoverageState


def jar(members: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED, before: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    buffer.write(before)
    with zipfile.ZipFile(buffer, "a", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def pom(group: str, artifact: str, version: str) -> dict[str, bytes]:
    text = f"groupId={group}\nartifactId={artifact}\nversion={version}\n"
    return {f"META-INF/maven/{group}/{artifact}/pom.properties": text.encode()}


def with_manifest(**attributes: str) -> dict[str, bytes]:
    lines = [f"{name.replace('_', '-')}: {value}\n" for name, value in attributes.items()]
    return {"META-INF/MANIFEST.MF": "".join(["Manifest-Version: 1.0\n", *lines, "\n"]).encode()}


def read(path: str, content: bytes) -> FileFacts:
    return JavaAnalyzer().analyze(path, memoryview(content))


def found(path: str, content: bytes) -> list[tuple[str, str]]:
    facts = read(path, content)
    assert facts.problems == ()
    return [(package.name, package.version) for package in facts.packages]


LOG4J = pom("org.apache.logging.log4j", "log4j-core", "2.14.1")


@pytest.mark.parametrize("path", ["opt/log4j-core-2.14.1.jar", "opt/renamed.jar", "opt/log4j-core.jar"])
def test_mavens_properties(path: str) -> None:
    package = read(path, jar(LOG4J)).packages[0]
    assert (package.type, package.name) == ("maven", "org.apache.logging.log4j:log4j-core")
    assert package.purl == "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"
    assert package.paths == (f"/{path}",)


def test_merged_libraries_count_and_so_does_what_they_were_merged_into() -> None:
    content = jar({**LOG4J, **pom("com.x", "shaded", "1.0"), **with_manifest(Implementation_Vendor_Id="org.acme")})
    assert found("opt/acme-tool-3.1.jar", content) == [
        ("org.apache.logging.log4j:log4j-core", "2.14.1"),
        ("com.x:shaded", "1.0"),
        ("org.acme:acme-tool", "3.1"),
    ]


def test_one_merged_library_is_not_the_archive_itself() -> None:
    content = jar({**pom("cglib", "cglib", "3.2.12"), **with_manifest(Bundle_Version="4.2.3", Group_Id="x")})
    assert found("usr/share/java/guice.jar", content) == [("cglib:cglib", "3.2.12"), ("guice:guice", "4.2.3")]


def test_a_final_name_of_ones_own_choice_is_the_same_artifact() -> None:
    assert found("opt/log4j-2.14.1.jar", jar(LOG4J)) == [("org.apache.logging.log4j:log4j-core", "2.14.1")]


def test_a_build_for_some_runtime_is_a_version_of_its_own() -> None:
    content = jar(pom("com.microsoft.sqlserver", "mssql-jdbc", "10.2.0"))
    assert found("mssql-jdbc-10.2.0.jre11.jar", content) == [("com.microsoft.sqlserver:mssql-jdbc", "10.2.0.jre11")]


def test_project_file_without_properties() -> None:
    project = {"META-INF/maven/com.acme/thing/pom.xml": b"<project><version>${revision}</version></project>"}
    assert found("lib/thing-1.5.jar", jar(project)) == [("com.acme:thing", "1.5")]
    merged = {"META-INF/maven/com.acme/other/pom.xml": b"<project><version>7</version></project>"}
    assert found("lib/spring-core-5.0.jar", jar(merged)) == [
        ("com.acme:other", "7"),
        ("org.springframework:spring-core", "5.0"),
    ]


def test_properties_that_were_never_filled() -> None:
    content = jar({"META-INF/maven/com.acme/thing/pom.properties": b"version=${v}\n"})
    assert found("lib/thing-1.5.jar", content) == [("com.acme:thing", "1.5")]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_nested_archives(method: int) -> None:
    inner = jar(LOG4J, method=method)
    war = jar(
        {"WEB-INF/lib/log4j-core-2.14.1.jar": inner, "WEB-INF/lib/x-1.jar": jar(pom("g", "x", "1"))}, method=method
    )
    facts = read(
        "opt/app.ear", jar({"app.war": war, "lib/copy.jar": inner}, method=method, before=b"#!/bin/sh\nexit\n")
    )
    assert facts.problems == ()
    assert {package.name: package.paths for package in facts.packages} == {
        "org.apache.logging.log4j:log4j-core": (
            "/opt/app.ear!/app.war!/WEB-INF/lib/log4j-core-2.14.1.jar",
            "/opt/app.ear!/lib/copy.jar",
        ),
        "g:x": ("/opt/app.ear!/app.war!/WEB-INF/lib/x-1.jar",),
    }


def test_the_java_runtimes_own_archives_are_no_libraries() -> None:
    content = jar(with_manifest(Implementation_Title="Java Runtime Environment", Implementation_Version="17"))
    assert found("usr/lib/jvm/lib/jrt-fs.jar", content) == []


def test_an_archive_that_says_nothing_is_said() -> None:
    facts = read("opt/x.jar", jar({"A.class": b""}))
    assert [problem.state for problem in facts.problems] == [CoverageState.INFO]


@pytest.mark.parametrize("content", [b"", b"junk", b"PK\x03\x04" + bytes(100), jar(LOG4J)[:-30]])
def test_broken_archives_are_problems(content: bytes) -> None:
    facts = read("opt/x.jar", content)
    assert [problem.state for problem in facts.problems] == [CoverageState.UNREADABLE]


def test_a_broken_nested_archive_does_not_lose_the_others() -> None:
    facts = read("a.war", jar({"WEB-INF/lib/a.jar": b"junk", "WEB-INF/lib/log4j-core-2.14.1.jar": jar(LOG4J)}))
    assert len(facts.packages) == 1
    assert [problem.state for problem in facts.problems] == [CoverageState.PARTIAL]
    assert "a.war!/WEB-INF/lib/a.jar" in facts.problems[0].message


def test_fifty_deep() -> None:
    content = jar(LOG4J)
    for level in range(50):
        content = jar({f"n{level}-1.jar": content})
    facts = read("deep-1.jar", content)
    assert len(facts.packages) == 9
    assert ["more than 8 deep" in problem.message for problem in facts.problems] == [True]


def test_bomb() -> None:
    bomb = jar({"x-1.jar": bytes(40 << 20)})
    facts = read("opt/a.war", bomb)
    assert facts.packages == ()
    assert ["larger than" in problem.message for problem in facts.problems] == [True]


def test_an_archive_of_very_many_archives_ends() -> None:
    empty = jar({})
    level = jar({f"{number}.jar": empty for number in range(120)})
    facts = read("a.war", jar({f"{number}.war": level for number in range(120)}))
    assert any("more than is read" in problem.message for problem in facts.problems)
    assert len(facts.problems) <= 18


def test_names_in_messages_are_printable() -> None:
    facts = read("a.war", jar({"\x1b[31m.jar": b"junk"}))
    assert all(problem.message.isprintable() for problem in facts.problems)


SAMPLE = jar({**LOG4J, **with_manifest(Bundle_Version="1.0"), "lib/x-1.jar": jar(pom("g", "x", "1"))})


@given(st.lists(st.tuples(st.integers(0, len(SAMPLE) - 1), st.integers(0, 255)), max_size=8), st.integers(0, 2000))
@settings(max_examples=150)
def test_never_raises(changes: list[tuple[int, int]], cut: int) -> None:
    content = bytearray(SAMPLE)
    for position, value in changes:
        content[position] = value
    facts = read("opt/a-1.jar", bytes(content[: cut or None]))
    assert all(problem.message.isprintable() for problem in facts.problems)
    assert all(package.purl.startswith("pkg:maven/") for package in facts.packages)
