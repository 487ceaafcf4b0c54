"""The image configuration: what runs, and the history that says which instruction made which layer.

Source: OCI image specification, ``config.md``. Docker writes the same with nulls where OCI leaves out.
"""

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from seawall.image.json import decode
from seawall.model.identifiers import Digest
from seawall.model.image import History, ImageConfig

_INSTRUCTION_CHARACTERS: Final = 2000
_NOP: Final = re.compile(r"^/bin/sh -c #\(nop\)\s+")
_SHELL: Final = re.compile(r"^(?:RUN )?(?:\|\d+ (?P<args>.*?) ?)?(?:/bin/(?:ba|da|a)?sh -(?:[a-z]*c|o pipefail -c)) ")
_BUILDKIT: Final = re.compile(r"\s+# buildkit$")
_ENDS_A_BASE: Final = ("CMD ", "ENTRYPOINT ")
_BASE_NAME: Final = "org.opencontainers.image.base.name"


class _Run(msgspec.Struct):
    user: str | None = msgspec.field(default=None, name="User")
    entrypoint: tuple[str, ...] | str | None = msgspec.field(default=None, name="Entrypoint")
    command: tuple[str, ...] | str | None = msgspec.field(default=None, name="Cmd")
    environment: tuple[str, ...] | None = msgspec.field(default=None, name="Env")
    exposed_ports: dict[str, msgspec.Raw] | None = msgspec.field(default=None, name="ExposedPorts")
    volumes: dict[str, msgspec.Raw] | None = msgspec.field(default=None, name="Volumes")
    working_dir: str | None = msgspec.field(default=None, name="WorkingDir")
    labels: dict[str, str] | None = msgspec.field(default=None, name="Labels")


class _Step(msgspec.Struct):
    created: str | None = None
    created_by: str | None = None
    comment: str | None = None
    empty_layer: bool | None = None


class _RootFs(msgspec.Struct):
    diff_ids: tuple[str, ...] | None = None


class _Config(msgspec.Struct):
    architecture: str | None = None
    os: str | None = None
    created: str | None = None
    config: _Run | None = None
    rootfs: _RootFs | None = None
    history: tuple[_Step, ...] | None = None


def parse(raw: bytes) -> tuple[ImageConfig, tuple[Digest, ...]]:
    """The configuration, and the layers' diff ids, lowest first.

    Raises:
        InputError: it is no configuration.
        LimitError: it is larger than allowed.
    """
    document = decode(raw, _Config, "the image's configuration")
    run = document.config or _Run()
    history = tuple(
        History(
            instruction=instruction(step.created_by or step.comment or ""),
            created=step.created or "",
            empty_layer=bool(step.empty_layer),
        )
        for step in document.history or ()
    )
    config = ImageConfig(
        architecture=document.architecture or "",
        os=document.os or "",
        created=document.created or "",
        user=run.user or "",
        entrypoint=_words(run.entrypoint),
        command=_words(run.command),
        environment=run.environment or (),
        exposed_ports=tuple(sorted(run.exposed_ports or ())),
        volumes=tuple(sorted(run.volumes or ())),
        working_dir=run.working_dir or "",
        labels=run.labels or {},
        history=history,
    )
    return config, tuple(Digest(one) for one in (document.rootfs and document.rootfs.diff_ids) or ())


def instruction(created_by: str) -> str:
    """A line of the history as its author knew it.

    The builders' wrapping is taken off: ``/bin/sh -c #(nop)  CMD ["sh"]`` is ``CMD ["sh"]``,
    ``RUN |1 A=b /bin/sh -c make # buildkit`` is ``RUN make``.
    """
    line = _BUILDKIT.sub("", created_by[: 4 * _INSTRUCTION_CHARACTERS].strip())
    if _NOP.match(line):
        line = _NOP.sub("", line)
    elif _SHELL.match(line):
        line = "RUN " + _SHELL.sub("", line)
    line = " ".join(line.split())
    return line if len(line) <= _INSTRUCTION_CHARACTERS else line[: _INSTRUCTION_CHARACTERS - 1] + "…"


def steps_of_layers(config: ImageConfig, layers: int) -> tuple[History, ...]:
    """The step of the history that made each layer; empty ones where the history does not fit the layers."""
    steps = tuple(step for step in config.history if not step.empty_layer)
    return steps if len(steps) == layers else (History(instruction=""),) * layers


def base_layers(config: ImageConfig, layers: int) -> int | None:
    """How many of the lowest layers are the base image's; null where that is not known.

    An image does not say it. What the field goes by: a base image's history ends with the command that it
    starts, so the last CMD or ENTRYPOINT below the image's own last layer is where the base ends. An image
    whose ``org.opencontainers.image.base.name`` is ``scratch`` has none.
    """
    if config.labels.get(_BASE_NAME) == "scratch":
        return 0
    if sum(not step.empty_layer for step in config.history) != layers:
        return None
    history = list(config.history)
    while history and history[-1].empty_layer:
        history.pop()
    while history:
        step = history[-1]
        if step.empty_layer and step.instruction.startswith(_ENDS_A_BASE):
            return sum(not one.empty_layer for one in history)
        history.pop()
    return None


def _words(value: Sequence[str] | str | None) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())
