"""How answers about a cluster look to people and programs."""

import re
from collections.abc import Iterator, Mapping
from itertools import groupby

import msgspec

from seawall.cli.tables import table
from seawall.workflow.cluster.inventory import ClusterInventory, InventoryRow

_SHOWN = (
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "CronJob",
    "Job",
    "Pod",
    "Service",
    "Ingress",
    "NetworkPolicy",
    "Secret",
)
_DETAILS = 5
_WIDEST = 60


def inventory_json(found: ClusterInventory) -> Iterator[str]:
    """One JSON document, written as it is made: cluster, version, coverage, numbers, objects."""
    told, overview = found.told, found.overview()
    head = {
        "schema": "seawall.dev/inventory/v1",
        "cluster": told.cluster,
        "version": told.version,
        "coverage": told.coverage,
        "kinds": overview.kinds,
        "images": overview.images,
    }
    yield msgspec.json.encode(head).decode()[:-1] + ',"objects":['
    comma = ""
    for row in found.json_rows():
        yield f"{comma}\n{row.decode()}"
        comma = ","
    yield "\n]}\n"


def overview_table(found: ClusterInventory) -> Iterator[str]:
    """The cluster in numbers: by kind, then by namespace."""
    told, overview = found.told, found.overview()
    version = f", Kubernetes {told.version}" if told.version else ""
    images = f"{overview.images:,} image{' runs' if overview.images == 1 else 's run'}"
    yield f"{told.cluster}{version}: {sum(overview.kinds.values()):,} objects, {images}"
    yield ""
    yield table(("KIND", "NUMBER"), [(kind, f"{number:,}") for kind, number in overview.kinds.items()], frozenset({1}))
    if overview.namespaces:
        levels = {row.name: _level(row) for row in found.rows_of("Namespace")}
        head = ("NAMESPACE", "POD SECURITY", *(kind.upper() for kind in _SHOWN))
        rows = [
            (name, levels.get(name, ""), *(f"{kinds[kind]:,}" if kind in kinds else "" for kind in _SHOWN))
            for name, kinds in overview.namespaces.items()
        ]
        yield ""
        yield table(head, rows, frozenset(range(2, len(head))))


def _level(row: InventoryRow) -> str:
    levels = row.details.get("podSecurity")
    return str(levels.get("enforce", "none")) if isinstance(levels, dict) else "none"


def inventory_table(found: ClusterInventory) -> Iterator[str]:
    """A table a kind, its columns what matters of it."""
    first = True
    for kind, group in groupby(found.rows(), key=lambda row: row.kind):
        rows = list(group)
        if not first:
            yield ""
        first = False
        named = {name: None for row in rows for name in row.details}
        columns = list(named)[:_DETAILS]
        spaced = any(row.namespace for row in rows)
        owned = any(row.owners for row in rows)
        head = [kind.upper(), *(["NAMESPACE"] if spaced else []), *(["OWNER"] if owned else [])]
        body = [
            [
                row.name,
                *([row.namespace] if spaced else []),
                *([row.owners[-1] if row.owners else ""] if owned else []),
                *(detail_text(row.details.get(column)) for column in columns),
            ]
            for row in rows
        ]
        yield table([*head, *(detail_heading(column).upper() for column in columns)], body, widest=_WIDEST)
    if first:
        yield "nothing fits."


def detail_heading(name: str) -> str:
    """A detail's name in words: ``serviceAccount`` is ``service account``, ``clusterIP`` is ``cluster IP``."""
    parts = re.findall(r"[A-Z]{2,}s?|[A-Za-z][^A-Z]*", name)
    return " ".join(part if part[:2].isupper() else part.lower() for part in parts)


def detail_text(value: object) -> str:
    """A detail in a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={detail_text(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return ", ".join(_container(one) if isinstance(one, dict) else detail_text(one) for one in value)
    return str(value)


def _container(one: Mapping[str, object]) -> str:
    digest = str(one.get("digest", "")).removeprefix("sha256:")[:12]
    return f"{one.get('image', '')}{'@' if digest else ''}{digest}"
