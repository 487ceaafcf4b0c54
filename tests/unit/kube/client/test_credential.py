import asyncio
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from seawall.errors import SeawallError, ServiceError, UsageError
from seawall.kube.client import credential
from seawall.kube.client.config import Connection
from seawall.kube.client.credential import Credential, Proof, credential_of
from seawall.kube.client.kubeconfig import Cluster, Exec, ExecVariable, User


def of(user: User) -> Credential:
    return credential_of(Connection(name="test", cluster=Cluster(server="https://x"), user=user))


def proof(source: Credential) -> Proof:
    return asyncio.run(source.proof())


def test_what_stands_in_the_kubeconfig() -> None:
    assert proof(of(User())) == Proof()
    assert proof(of(User(token="t"))).authorization == "Bearer t"
    assert proof(of(User(username="u", password="p"))).authorization == "Basic dTpw"


def test_a_token_file_is_read_again_every_minute_and_when_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "token"
    path.write_text("one\n")
    source = of(User(token_file=str(path), token="not this"))
    assert proof(source).authorization == "Bearer one"
    path.write_text("two")
    assert proof(source).authorization == "Bearer one"
    source.forget()
    assert proof(source).authorization == "Bearer two"
    path.write_text("three")
    now = time.monotonic()
    monkeypatch.setattr("time.monotonic", lambda: now + 61)
    assert proof(source).authorization == "Bearer three"
    path.unlink()
    source.forget()
    assert proof(source).authorization == "Bearer three"  # in the moment of renewal there may be none


def test_a_token_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"token file .* cannot be read"):
        proof(of(User(token_file=str(tmp_path / "none"))))


def plugin(tmp_path: Path, script: str, **more: object) -> Credential:
    path = tmp_path / "plugin"
    path.write_text(f"#!/bin/sh\necho run >> {tmp_path}/runs\n{script}\n")
    path.chmod(0o755)
    return of(User(exec=Exec(command=str(path), **more)))  # type: ignore[arg-type] # fields of the record


def answer(**status: object) -> str:
    return f"echo '{json.dumps({'kind': 'ExecCredential', 'status': status})}'"


def runs(tmp_path: Path) -> int:
    return len((tmp_path / "runs").read_text().splitlines())


def test_a_plugin_is_asked_once_until_its_token_expires(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    source = plugin(tmp_path, answer(token="abc", expirationTimestamp=later))
    assert [proof(source).authorization for _ in range(3)] == ["Bearer abc"] * 3
    assert runs(tmp_path) == 1
    source.forget()
    proof(source)
    assert runs(tmp_path) == 2
    now = time.monotonic()
    monkeypatch.setattr("time.monotonic", lambda: now + 3600)
    proof(source)
    assert runs(tmp_path) == 3


def test_many_that_ask_a_plugin_at_once_start_it_once(tmp_path: Path) -> None:
    source = plugin(tmp_path, "sleep 0.1\n" + answer(token="abc"))

    async def ask() -> list[Proof]:
        return await asyncio.gather(*(source.proof() for _ in range(5)))

    assert {each.authorization for each in asyncio.run(ask())} == {"Bearer abc"}
    assert runs(tmp_path) == 1


def test_a_plugin_gets_arguments_variables_and_the_cluster(tmp_path: Path) -> None:
    script = f'echo "$1 $X $KUBERNETES_EXEC_INFO" > {tmp_path}/told\n' + answer(
        clientCertificateData="C", clientKeyData="K"
    )
    variables = (ExecVariable(name="X", value="y"),)
    source = plugin(tmp_path, script, args=("word",), env=variables, provide_cluster_info=True)
    assert proof(source) == Proof(certificate=b"C\nK")
    first, second, info = (tmp_path / "told").read_text().split(" ", 2)
    assert (first, second) == ("word", "y")
    asked = json.loads(info)
    assert asked["kind"] == "ExecCredential"
    assert asked["spec"]["cluster"]["server"] == "https://x"


@pytest.mark.parametrize(
    ("script", "more", "sentence"),
    [
        ("exit 3", {}, "ended with 3"),
        ("echo nonsense", {}, "no ExecCredential"),
        ("echo '{}'", {}, "no ExecCredential"),
        (answer(), {}, "neither a token nor a certificate"),
        (answer(token="t"), {"interactive_mode": "Always"}, "no terminal is here"),
        ("sleep 5", {}, "did not end within"),
    ],
)
def test_a_plugin_that_fails_is_told(
    tmp_path: Path, script: str, more: dict[str, object], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credential, "_PLUGIN_SECONDS", 0.5)
    with pytest.raises(ServiceError, match=f"credential plugin .* of context 'test' failed: .*{sentence}"):
        proof(plugin(tmp_path, script, **more))


def test_a_plugin_that_is_not_there_says_where_to_get_it() -> None:
    with pytest.raises(ServiceError, match="Get it from the shop"):
        proof(of(User(exec=Exec(command="no-such-plugin", install_hint="Get it from the shop\n"))))


@pytest.mark.parametrize(
    "user",
    [
        User(exec=Exec(api_version="client.authentication.k8s.io/v1alpha1", command="x")),
        User(auth_provider={"name": "gcp"}),
    ],
)
def test_ways_that_are_not_known(user: User) -> None:
    with pytest.raises(SeawallError, match=r"not known|gave up"):
        of(user)
