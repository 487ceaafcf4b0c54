import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.errors import InputError, LimitError
from seawall.image import config
from seawall.image.limits import JSON_BYTES
from seawall.model.image import ImageConfig


def step(text: str, *, empty: bool = False) -> dict[str, object]:
    return {"created_by": text, "empty_layer": empty}


def parsed(**document: object) -> ImageConfig:
    return config.parse(json.dumps(document).encode())[0]


def test_all_fields() -> None:
    raw = {
        "architecture": "arm64",
        "os": "linux",
        "created": "2026-01-01T00:00:00Z",
        "config": {
            "User": "app",
            "Entrypoint": ["/x"],
            "Cmd": "sh",
            "Env": ["A=b"],
            "ExposedPorts": {"80/tcp": {}},
            "Volumes": {"/data": {}},
            "WorkingDir": "/w",
            "Labels": {"a": "b"},
        },
        "rootfs": {"type": "layers", "diff_ids": ["sha256:1"]},
        "history": [step("RUN x # buildkit")],
    }
    found, diff_ids = config.parse(json.dumps(raw).encode())
    assert found.command == ("sh",)
    assert found.entrypoint == ("/x",)
    assert found.exposed_ports == ("80/tcp",)
    assert found.user == "app"
    assert found.labels == {"a": "b"}
    assert found.history[0].instruction == "RUN x"
    assert diff_ids == ("sha256:1",)


def test_docker_writes_nulls() -> None:
    raw = {"config": {"Cmd": None, "Labels": None, "Volumes": None}, "history": None, "rootfs": None}
    assert config.parse(json.dumps(raw).encode()) == config.parse(b"{}")


@pytest.mark.parametrize("raw", [b"", b"[]", b"\xff", b"{" * 100_000, b'{"os":1}', b"[" * 100_000, b'{"history":' * 9])
def test_broken(raw: bytes) -> None:
    with pytest.raises(InputError, match="configuration"):
        config.parse(raw)


def test_bounded() -> None:
    with pytest.raises(LimitError):
        config.parse(b" " * (JSON_BYTES + 1))


@given(st.binary(max_size=200))
def test_any_bytes(raw: bytes) -> None:
    with suppress(InputError):
        config.parse(raw)


@pytest.mark.parametrize(
    ("created_by", "line"),
    [
        ('/bin/sh -c #(nop)  CMD ["bash"]', 'CMD ["bash"]'),
        ("/bin/sh -c #(nop) ADD file:abc in / ", "ADD file:abc in /"),
        ("/bin/sh -c apt-get update &&     apt-get install -y x", "RUN apt-get update && apt-get install -y x"),
        ("RUN /bin/sh -c make # buildkit", "RUN make"),
        ("RUN |2 A=1 B=2 /bin/sh -c make all # buildkit", "RUN make all"),
        ("|1 A=1 /bin/bash -c make", "RUN make"),
        ("/bin/bash -o pipefail -c make", "RUN make"),
        ("COPY a /b # buildkit", "COPY a /b"),
        ("# debian.sh --arch 'amd64' out/ 'bookworm'", "# debian.sh --arch 'amd64' out/ 'bookworm'"),
        ("bazel build ...", "bazel build ..."),
    ],
)
def test_instructions_as_their_authors_knew_them(created_by: str, line: str) -> None:
    assert config.instruction(created_by) == line


def test_instructions_are_bounded() -> None:
    assert len(config.instruction("x" * 1_000_000)) == 2000


BASE = [step("ADD rootfs /"), step('/bin/sh -c #(nop)  CMD ["bash"]', empty=True)]


def test_steps_of_layers() -> None:
    found = parsed(history=[*BASE, step("RUN x")])
    assert [one.instruction for one in config.steps_of_layers(found, 2)] == ["ADD rootfs /", "RUN x"]
    assert [one.instruction for one in config.steps_of_layers(found, 3)] == ["", "", ""]


def test_base_layers() -> None:
    own = [step("RUN x"), step('CMD ["own"]', empty=True)]
    assert config.base_layers(parsed(history=[*BASE, *own]), 2) == 1
    assert config.base_layers(parsed(history=[*BASE, step("RUN y"), step("ENTRYPOINT [x]", empty=True), *own]), 3) == 2
    assert config.base_layers(parsed(history=BASE), 1) is None
    assert config.base_layers(parsed(history=[*BASE, *own]), 5) is None
    assert config.base_layers(parsed(), 1) is None
    scratch = {"Labels": {"org.opencontainers.image.base.name": "scratch"}}
    assert config.base_layers(parsed(history=own, config=scratch), 1) == 0
