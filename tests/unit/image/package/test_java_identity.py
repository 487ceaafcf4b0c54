import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.image.package.java_groups import known_group
from seawall.image.package.java_identity import (
    Coordinates,
    declared_version,
    file_name,
    group,
    identify,
    manifest,
    pom_properties,
    pom_xml,
)


@pytest.mark.parametrize(
    ("stem", "artifact", "version"),
    [
        ("commons-io-2.11.0", "commons-io", "2.11.0"),
        ("log4j-1.2-api-2.14.1", "log4j-1.2-api", "2.14.1"),
        ("guava-31.1-jre", "guava", "31.1-jre"),
        ("javassist-3.29.0-GA", "javassist", "3.29.0-GA"),
        ("hibernate-core-5.6.7.Final", "hibernate-core", "5.6.7.Final"),
        ("jetty-server-9.4.45.v20220203", "jetty-server", "9.4.45.v20220203"),
        ("mssql-jdbc-10.2.0.jre11", "mssql-jdbc", "10.2.0.jre11"),
        ("bcprov-jdk18on-1.77", "bcprov-jdk18on", "1.77"),
        ("kafka_2.13-3.1.0", "kafka_2.13", "3.1.0"),
        (
            "netty-tcnative-boringssl-static-2.0.61.Final-linux-x86_64",
            "netty-tcnative-boringssl-static",
            "2.0.61.Final",
        ),
        ("app-1.0-SNAPSHOT", "app", "1.0-SNAPSHOT"),
        ("app-1.0-20230101.120000-1", "app", "1.0-20230101.120000-1"),
        ("lib-1.0-rc2", "lib", "1.0-rc2"),
        ("lib-2.0-alpha-3", "lib", "2.0-alpha-3"),
        ("lib-1.2.3-sources", "lib", "1.2.3"),
        ("jaxb-impl-2.2.3-1", "jaxb-impl", "2.2.3-1"),
        ("javax.inject-1", "javax.inject", "1"),
        ("h2-2.1.210", "h2", "2.1.210"),
        ("app", "app", ""),
        ("my-app", "my-app", ""),
        ("", "", ""),
        ("-1.0", "-1.0", ""),
    ],
)
def test_file_name(stem: str, artifact: str, version: str) -> None:
    assert file_name(stem) == (artifact, version)


@given(
    st.from_regex(r"[a-z]{1,8}(-[a-z]{1,8}){0,2}", fullmatch=True),
    st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){0,3}(\.Final|-jre|-rc[0-9]|-SNAPSHOT)?", fullmatch=True),
)
@settings(max_examples=100)
def test_file_name_finds_what_was_joined(artifact: str, version: str) -> None:
    assert file_name(f"{artifact}-{version}") == (artifact, version)


@given(st.text(max_size=200))
@settings(max_examples=100)
def test_file_name_loses_nothing_of_any_text(stem: str) -> None:
    artifact, version = file_name(stem)
    assert stem.startswith(f"{artifact}-{version}" if version else artifact)


def test_manifest_lines_are_joined_and_sections_end_it() -> None:
    content = b"Manifest-Version: 1.0\r\nImplementation-Title: a very\r\n  long title\r\nEmpty:\r\n"
    content += b"\r\nName: x\r\nSealed: true\r\n"
    assert manifest(content) == {
        "Manifest-Version": "1.0",
        "Implementation-Title": "a very long title",
        "Empty": "",
    }


def test_a_version_that_all_sections_share_is_the_archives() -> None:
    section = b"Name: a/%d\nImplementation-Version: %s\n\n"
    head = b"Manifest-Version: 1.0\n\n"
    assert declared_version(manifest(head + section % (1, b"2.0") + section % (2, b"2.0"))) == "2.0"
    assert declared_version(manifest(head + section % (1, b"2.0") + section % (2, b"1.0"))) == ""


@pytest.mark.parametrize(
    ("implementation", "bundle", "expected"),
    [
        ("1.77.00.0", "1.77", "1.77"),
        ("9.3", "9.3.0", "9.3"),
        ("1.9.22-release-704", "", "1.9.22"),
        ("", "2.13.8.v20211217-122810-VFINAL-4b2151c", "2.13.8"),
        ("2.0.8 2003-12-28 11:00:13", "", "2.0.8"),
        ("2.0.0-M1", "2.0.0", "2.0.0-M1"),
        ("${project.version}", "", ""),
    ],
)
def test_declared_version(implementation: str, bundle: str, expected: str) -> None:
    assert declared_version({"Implementation-Version": implementation, "Bundle-Version": bundle}) == expected


def test_properties_and_what_the_path_says() -> None:
    content = b"#Created by Apache Maven\nversion=1.2.3\ngroupId = org.x\nartifactId=y\n"
    assert pom_properties(content, "META-INF/maven/g/a/pom.properties") == Coordinates("org.x", "y", "1.2.3")
    assert pom_properties(b"version=${v}", "META-INF/maven/g/a/pom.properties") == Coordinates("g", "a", "")
    assert pom_properties(b"artifactId=../../x", "pom.properties") == Coordinates("", "", "")


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        ("<parent><version>1</version></parent><version>2</version>", ("", "", "2")),
        ("<parent><version>1</version></parent><artifactId>a</artifactId>", ("", "a", "1")),
        ("<parent><groupId>g</groupId><artifactId>p</artifactId></parent>", ("g", "", "")),
        ("<groupId>g</groupId><!-- <version>8</version> --><version>7</version>", ("g", "", "7")),
        ("<dependencies><dependency><version>9</version></dependency></dependencies>", ("", "", "")),
        ("<version>${revision}</version>", ("", "", "")),
        ("", ("", "", "")),
    ],
)
def test_project(xml: str, expected: tuple[str, str, str]) -> None:
    assert pom_xml(f"<project>{xml}</project>".encode(), "META-INF/maven/pom.xml") == expected
    known = ("org.g", "a", expected[2])
    assert pom_xml(f"<project>{xml}</project>".encode(), "META-INF/maven/org.g/a/pom.xml") == known


@pytest.mark.parametrize(
    ("artifact", "version", "expected"),
    [
        ("spring-core", "5.3.17", "org.springframework"),
        ("spring-boot", "3.2.3", "org.springframework.boot"),
        ("spring-boot-starter-web", "3.2.3", "org.springframework.boot"),
        ("spring-security-core", "6.2.2", "org.springframework.security"),
        ("hibernate-core", "5.6.7.Final", "org.hibernate"),
        ("hibernate-core", "6.4.4.Final", "org.hibernate.orm"),
        ("groovy", "3.0.10", "org.codehaus.groovy"),
        ("groovy-json", "4.0.18", "org.apache.groovy"),
        ("dom4j", "1.6.1", "dom4j"),
        ("dom4j", "2.1.3", "org.dom4j"),
        ("okhttp", "2.7.5", "com.squareup.okhttp"),
        ("okhttp", "4.9.3", "com.squareup.okhttp3"),
        ("asmack", "1.0", ""),
        ("", "", ""),
    ],
)
def test_known_group(artifact: str, version: str, expected: str) -> None:
    assert known_group(artifact, version) == expected


@pytest.mark.parametrize(
    ("attributes", "packages", "expected"),
    [
        ({"Implementation-Title": "io.acme#thing"}, [], "io.acme"),
        ({"Implementation-Vendor-Id": "com.acme"}, [], "com.acme"),
        ({"Implementation-Vendor-Id": "The Acme Company"}, [b"com/acme/thing"], "com.acme"),
        ({"Bundle-SymbolicName": "com.acme.thing;singleton:=true"}, [], "com.acme"),
        ({}, [b"com/acme/thing/a", b"com/acme/thing/b", b"other"], "com.acme"),
        ({}, [b"com/acme/rocket/a"], "com.acme.rocket"),
        ({"Automatic-Module-Name": "com.acme.module"}, [b"a", b"b"], "com.acme.module"),
        ({}, [], "thing"),
    ],
)
def test_group_of_what_is_not_known(attributes: dict[str, str], packages: list[bytes], expected: str) -> None:
    assert group("thing", "1.0", attributes, packages) == expected


def test_identify() -> None:
    assert identify("junit-4.13.2", {}, []) == Coordinates("junit", "junit", "4.13.2")
    named = {"Implementation-Title": "billing", "Implementation-Version": "0.9"}
    assert identify("app", named, [b"com/acme/billing"]) == Coordinates("com.acme", "billing", "0.9")
    plugin = {"Group-Id": "org.jenkins-ci.plugins", "Short-Name": "gradle", "Plugin-Version": "2.11 (private)"}
    assert identify("gradle", plugin, []) == Coordinates("org.jenkins-ci.plugins", "gradle", "2.11")
    title = {"Implementation-Title": "x", "Implementation-Version": "1.0", "Implementation-Vendor-Id": "com.acme"}
    assert identify("thing-4.3.0-1.0", title, []) == Coordinates("com.acme", "thing-4.3.0", "1.0")
    assert identify("app", {}, []) is None


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        ("org.scala-lang.scala-library-2.13.8", ("org.scala-lang", "scala-library", "2.13.8")),
        ("io.circe.circe-core_2.13-0.14.1", ("io.circe", "circe-core_2.13", "0.14.1")),
        ("org.ow2.asm.asm-9.3", ("org.ow2.asm", "asm", "9.3")),
        ("com.squareup.okhttp3.okhttp-4.9.3", ("com.squareup.okhttp3", "okhttp", "4.9.3")),
        ("org.eclipse.sisu.plexus-0.3.4", ("org.acme", "org.eclipse.sisu.plexus", "0.3.4")),
    ],
)
def test_group_in_the_files_name(stem: str, expected: tuple[str, str, str]) -> None:
    assert identify(stem, {}, [b"org/acme"]) == Coordinates(*expected)


@given(st.binary(max_size=300))
@settings(max_examples=100)
def test_never_raises(junk: bytes) -> None:
    attributes = manifest(b"Implementation-Version: 1.0\nImplementation-Title:" + junk)
    identify(junk.decode("latin-1"), attributes, [junk])
    pom_properties(junk, junk.decode("latin-1"))
    pom_xml(junk, "META-INF/maven/a/b/pom.xml")


@pytest.mark.parametrize("filler", ["-1", "<!--", "<parent>", "<version>", ".a", "a-", "com."])
def test_long_texts_take_no_long_time(filler: str) -> None:
    pom_xml((filler * 30_000).encode(), "pom.xml")
    manifest((filler * 30_000).encode())
    identify(filler * 1000, {"Implementation-Version": "1"}, [])
