import base64
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.image.registry import credentials, helper

Write = Callable[[str, object], None]


def basic(user: str, password: str) -> dict[str, str]:
    return {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path)}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def do(name: str, content: object) -> None:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))

    return do


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Puts a shell script on PATH as a credential helper."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")

    def do(name: str, script: str) -> None:
        path = folder / f"docker-credential-{name}"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    return do


def test_no_files_means_anonymous(environ: dict[str, str]) -> None:
    assert credentials.find("registry.example", "app", environ).anonymous


@pytest.mark.parametrize("key", ["registry.example", "https://registry.example", "http://registry.example/v1/"])
def test_keys_as_docker_writes_them(environ: dict[str, str], write: Write, key: str) -> None:
    write(".docker/config.json", {"auths": {key: basic("user", "pass:word")}, "HttpHeaders": {}})
    found = credentials.find("registry.example", "app", environ)
    assert (found.username, found.password) == ("user", "pass:word")
    assert credentials.find("other.example", "app", environ).anonymous


def test_docker_hub_is_known_by_its_old_address(environ: dict[str, str], write: Write) -> None:
    write(".docker/config.json", {"auths": {"https://index.docker.io/v1/": basic("u", "p")}})
    assert credentials.find("docker.io", "library/debian", environ).username == "u"


def test_the_most_specific_key_of_podman_wins(environ: dict[str, str], write: Write) -> None:
    auths = {
        "r.example": basic("host", ""),
        "r.example/team": basic("team", ""),
        "r.example/team/app": basic("app", ""),
    }
    write(".config/containers/auth.json", {"auths": auths})
    found = [credentials.find("r.example", name, environ).username for name in ("team/app", "team/other", "x")]
    assert found == ["app", "team", "host"]


def test_what_a_variable_names_comes_first(environ: dict[str, str], write: Write, tmp_path: Path) -> None:
    for number, name in enumerate(["named.json", "docker/config.json", "run/containers/auth.json"]):
        write(name, {"auths": {"r.example": basic(f"u{number}", "p")}})
    environ |= {"XDG_RUNTIME_DIR": str(tmp_path / "run")}
    assert credentials.find("r.example", "a", environ).username == "u2"
    environ |= {"DOCKER_CONFIG": str(tmp_path / "docker")}
    assert credentials.find("r.example", "a", environ).username == "u1"
    environ |= {"REGISTRY_AUTH_FILE": str(tmp_path / "named.json")}
    assert credentials.find("r.example", "a", environ).username == "u0"


def test_tokens_of_the_file(environ: dict[str, str], write: Write) -> None:
    auths = {"a.example": {"identitytoken": "refresh"}, "b.example": {"registrytoken": "bearer"}, "c.example": {}}
    write(".docker/config.json", {"auths": auths})
    assert credentials.find("a.example", "x", environ).identity_token == "refresh"
    assert credentials.find("b.example", "x", environ).registry_token == "bearer"
    assert credentials.find("c.example", "x", environ).anonymous


@pytest.mark.parametrize("content", ["{", "[]", '{"auths": 3}', "[" * 100_000, '{"auths":{"r.example":{"auth":"%%"}}}'])
def test_a_broken_file_is_a_problem_to_tell_later(environ: dict[str, str], write: Write, content: str) -> None:
    write(".docker/config.json", content)
    found = credentials.find("r.example", "a", environ)
    assert found.anonymous
    assert "config.json" in found.problem


@given(st.binary(max_size=60))
def test_any_auth_entry_is_survived(secret: bytes) -> None:
    entry = credentials._Entry(auth=base64.b64encode(secret).decode())
    found = credentials._from_entry(entry, "file", "")
    assert found.problem or f"{found.username}:{found.password}".encode() in {
        secret,
        secret.rstrip(b"\0"),
        secret + b":",
    }


def test_a_helper_is_asked_by_docker_hubs_old_name(
    environ: dict[str, str], write: Write, program: Callable[[str, str], None]
) -> None:
    program("hub", """read server; printf '{"ServerURL":"x","Username":"u","Secret":"%s"}' "$server" """)
    write(".docker/config.json", {"credHelpers": {"docker.io": "hub"}})
    assert credentials.find("docker.io", "library/debian", environ).password == "https://index.docker.io/v1/"


def test_the_store_is_asked_for_all_and_the_file_is_second(
    environ: dict[str, str], write: Write, program: Callable[[str, str], None]
) -> None:
    program(
        "store",
        """read s; [ "$s" = a.example ] || { echo credentials not found in native keychain; exit 1; }
    echo '{"Username":"<token>","Secret":"refresh"}'""",
    )
    write(".docker/config.json", {"credsStore": "store", "auths": {"b.example": basic("file", "p"), "a.example": {}}})
    assert credentials.find("a.example", "x", environ).identity_token == "refresh"
    assert credentials.find("b.example", "x", environ).username == "file"
    assert not credentials.find("c.example", "x", environ).problem


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("echo broken; exit 3", "ended with 3 (broken)"),
        ("echo not json", "JSON"),
        ("printf '\\377'", "JSON"),
        ("exec cat /dev/zero", "more than 1 MiB"),
        ("sleep 60 & sleep 60", "did not answer"),
    ],
)
def test_a_helper_that_fails_is_a_problem(program: Callable[[str, str], None], script: str, why: str) -> None:
    program("bad", script)
    answer = helper.ask("bad", "r.example", timeout=0.4 if "sleep" in script else 10)
    assert not answer.secret
    assert why in answer.problem


@pytest.mark.parametrize("name", ["nowhere-to-be-found", "../evil", "", "a b", "-x"])
def test_a_helper_that_is_none(name: str) -> None:
    assert helper.ask(name, "r.example").problem
