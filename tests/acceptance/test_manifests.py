"""Real applications and other tools' fixtures: both ways of reading agree, lines are right, nothing is lost."""

import json
import random
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from seawall.kube import fast
from seawall.kube.document import slow
from seawall.kube.normalise import normalise
from seawall.kube.outline import Outline
from seawall.kube.places import Places
from seawall.kube.read import read_text
from seawall.kube.split import split
from seawall.model.kube import Inventory, Json, KubeObject, Origin, Problem, Workload

pytestmark = pytest.mark.acceptance

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
needs_corpus = pytest.mark.skipif(
    not (CORPUS / "manifests").is_dir(), reason="manifests of ../shared/corpus are not at hand"
)
KIND = re.compile(rb"^kind:", re.MULTILINE)
ENDINGS = (".yaml", ".yml", ".json")


def texts() -> Iterator[tuple[str, bytes]]:
    """Every manifest of the corpus."""
    for path in sorted((CORPUS / "manifests").rglob("*")):
        if path.name.endswith(ENDINGS) and path.is_file():
            yield str(path.relative_to(CORPUS)), path.read_bytes().replace(b"\r\n", b"\n")
    for archive in sorted((CORPUS / "policy-fixtures").glob("*.zip")):
        with zipfile.ZipFile(archive) as files:
            for name in files.namelist():
                if name.endswith(ENDINGS):
                    yield f"{archive.stem}/{name}", files.read(name).replace(b"\r\n", b"\n")


def documents() -> Iterator[tuple[str, bytes]]:
    """Every YAML document of the corpus."""
    for name, data in texts():
        for text, line in split(data):
            yield f"{name}:{line}", text if text.endswith(b"\n") else text + b"\n"


def paths(value: Json, path: str = "") -> Iterator[str]:
    """All paths in a value."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{path}.{key}" if path else key
            yield from paths(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield f"{path}[{index}]"
            yield from paths(inner, f"{path}[{index}]")


@needs_corpus
def test_both_ways_of_reading_agree() -> None:
    reader, ways = fast.FastReader(), Counter[str]()
    for name, text in documents():
        if b"{{" in text or not fast.is_plain(text):
            ways["slow"] += 1
            continue
        with fast.silenced():
            made = reader.read(text)
        if made is None:
            ways["slow"] += 1
            continue
        ways["fast"] += 1
        other, problems = slow(text, Origin())
        assert problems == [], name
        assert other is not None, name
        assert msgspec.json.decode(made) == msgspec.json.decode(other), name
    assert ways["fast"] > 2 * ways["slow"]


@needs_corpus
def test_both_ways_of_finding_lines_agree() -> None:
    known, unknown = 0, 0
    for name, text in documents():
        if len(text) > 20_000 or text.lstrip().startswith((b"{", b"[")):
            continue
        made, _ = slow(text, Origin())
        if made is None:
            continue
        outline, places = Outline(text.decode()), Places(text)
        for path in [*paths(msgspec.json.decode(made)), "spec.nothing", "nothing[3].there"]:
            line = outline.line(path)
            assert line is None or line == places.line(path), f"{name} {path}"
            known, unknown = known + (line is not None), unknown + (line is None)
    assert known > 15 * unknown


@needs_corpus
def test_every_document_is_an_object_or_a_problem() -> None:
    kinds, states = Counter[str](), Counter[str]()
    for name, data in texts():
        found = list(read_text(data, name))
        assert len(found) >= sum(KIND.search(text) is not None for text, _ in split(data) if b"{{" not in text), name
        kinds.update(one.kind for one in found if isinstance(one, KubeObject))
        states.update(one.state for one in found if isinstance(one, Problem))
        inventory = Inventory(one for one in found if isinstance(one, KubeObject))
        for workload in inventory.workloads:
            assert workload.containers or workload.problems or workload.spec.workload_ref, name
            _ = inventory.missing(workload), inventory.services_of(workload)
    assert kinds["Pod"] > 1000
    assert kinds["Deployment"] > 500
    assert states["unreadable"] < 40


def mutated(value: Json, luck: random.Random) -> None:
    """Change one place of a value to something else."""
    junk: list[Json] = [None, True, "x", "", 1, -1.5, [], {}, [None], {"a": 1}, "9" * 40, 10**30, [["x"]]]
    spots: list[tuple[Json, str | int]] = []

    def collect(inner: Json) -> None:
        items = inner.items() if isinstance(inner, dict) else enumerate(inner) if isinstance(inner, list) else ()
        for key, part in items:
            spots.append((inner, key))
            collect(part)

    collect(value)
    if spots:
        holder, key = luck.choice(spots)
        if key not in {"kind", "apiVersion"} and isinstance(holder, dict | list):
            holder[key] = luck.choice(junk)  # type: ignore[index]


@needs_corpus
def test_mutated_manifests_keep_their_objects() -> None:
    luck = random.Random(20)
    for name, data in texts():
        for one in read_text(data, name):
            if not isinstance(one, KubeObject) or len(one.json) > 20_000:
                continue
            value = {**one.raw, "kind": one.kind, "apiVersion": one.api_version}
            for _ in range(luck.randrange(1, 4)):
                mutated(value, luck)
            for made in normalise(json.dumps(value).encode()):
                assert isinstance(made, KubeObject), name
                for container in made.containers if isinstance(made, Workload) else ():
                    _ = container.image, container.security, container.mounts, container.resources
