"""A cluster written into a directory."""

from collections.abc import Sequence
from pathlib import Path

from seawall.kube.cleaned import Cleaned
from seawall.kube.client.resource import Resource
from seawall.kube.export import Exporter, ExportIndex
from seawall.workflow.cluster.source import ClusterQuery, Told, read_cluster


class _Writing:
    """Keeps one kind at a time, and writes it when the next one begins."""

    def __init__(self, exporter: Exporter) -> None:
        self._exporter = exporter
        self._resource: Resource | None = None
        self._objects: dict[tuple[str, str], bytes] = {}
        self.count = 0

    def start(self, resource: Resource) -> None:
        if resource != self._resource:
            self.flush()
        self._resource, self._objects = resource, {}

    def take(self, resource: Resource, one: Cleaned) -> None:
        self._objects[one.namespace, one.name] = one.whole()

    def flush(self) -> None:
        if self._resource is not None and self._objects:
            self._exporter.write(self._resource, self._objects)
            self.count += len(self._objects)
        self._objects = {}


def export_cluster(
    query: ClusterQuery, resources: Sequence[Resource], directory: Path, *, config_map_values: bool = False
) -> tuple[Told, int]:
    """Export; what was read, and how many objects were written. The values of Secrets are never among them.

    Raises:
        UsageError: the directory holds something else.
        InputError: the disk refuses.
        ServiceError: the API server cannot be reached.
    """
    with Exporter(directory) as exporter:
        writing = _Writing(exporter)
        told = read_cluster(query, resources, writing, config_map_values=config_map_values)
        writing.flush()
        index = ExportIndex(
            cluster=told.cluster,
            server_version=told.version,
            config_map_values=told.config_map_values,
            resources=told.resources,
            coverage=told.coverage,
        )
        exporter.finish(index)
    return told, writing.count
