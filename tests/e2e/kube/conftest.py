"""A real Kubernetes for tests: one control plane for all, a namespace for each, a node where one can run."""

import contextlib
from collections.abc import Iterator

import pytest
from tests.cluster.cluster import Cluster, no_node_because, unique


@pytest.fixture(scope="session")
def control_plane() -> Iterator[Cluster]:
    """API server, controllers and scheduler; no node, so pods stay pending."""
    with Cluster(unique("test")) as running:
        yield running


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A control plane with one node, on which pods run."""
    if reason := no_node_because():
        pytest.skip(reason)
    with Cluster(unique("test"), nodes=1) as running:
        yield running


@contextlib.contextmanager
def _namespace(where: Cluster) -> Iterator[str]:
    name = unique("t")
    where.kubectl("create", "namespace", name)
    where.await_namespace(name)
    yield name
    where.kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture
def namespace(control_plane: Cluster) -> Iterator[str]:
    """A new namespace of the control plane."""
    with _namespace(control_plane) as name:
        yield name


@pytest.fixture
def node_namespace(cluster: Cluster) -> Iterator[str]:
    """A new namespace of the cluster with a node."""
    with _namespace(cluster) as name:
        yield name


@pytest.fixture(scope="module")
def module_namespace(control_plane: Cluster) -> Iterator[str]:
    """A namespace of the control plane that a module's tests share, because they change nothing in it."""
    with _namespace(control_plane) as name:
        yield name
