"""Until when what a cluster is made of gets fixes: its release, its nodes' systems and container runtimes."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from seawall.advisory.database import Database
from seawall.advisory.node_system import runtime_of, system_of
from seawall.advisory.support import period_of
from seawall.model.advisory import SupportPeriod
from seawall.model.kube import KubeObject
from seawall.model.kube.running import Node, NodeSupport

Told = Callable[[str, str], SupportPeriod | None]
"""(product, release) → until when, where the advisory database says it."""


@contextmanager
def told_by(directory: Path | None) -> Iterator[Told]:
    """What the advisory database says; nothing where there is none."""
    if directory is None or not Database.exists(directory):
        yield lambda _product, _release: None
        return
    with Database.open(directory) as database:
        yield database.support


def release_ends(version: str, told: Told) -> str | None:
    """The last day of support of the Kubernetes release that a version (``v1.34.2``) is of, where it is told."""
    period = told("kubernetes", ".".join(version.removeprefix("v").split(".")[:2])) if version else None
    return (period.ends or None) if period is not None else None


def node_support(objects: Iterable[KubeObject], told: Told, on: date) -> NodeSupport:
    """Until when what nodes say that they run gets fixes; what is in no table is left out."""
    nodes = [one.status.node_info for one in objects if isinstance(one, Node)]
    systems = {said: _of_system(said, told) for said in {one.os_image for one in nodes}}
    runtimes = {said: _of_runtime(said, told) for said in {one.container_runtime_version for one in nodes}}
    periods = {said: period for said, period in (systems | runtimes).items() if period is not None}
    return NodeSupport(on=on, periods=periods)


def _of_system(said: str, told: Told) -> SupportPeriod | None:
    system = system_of(said)
    return period_of(system, told) if system is not None else None


def _of_runtime(said: str, told: Told) -> SupportPeriod | None:
    runtime = runtime_of(said)
    return told(*runtime) if runtime is not None else None
