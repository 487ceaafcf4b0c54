from datetime import date
from pathlib import Path

from seawall.model.advisory import SupportPeriod
from seawall.model.kube import KubeObject, ObjectMeta
from seawall.model.kube.running import Node, NodeInfo, NodeStatus
from seawall.workflow.cluster.support import node_support, release_ends, told_by

_DAY = date(2026, 6, 1)


def _node(name: str, system: str, runtime: str) -> Node:
    info = NodeInfo(os_image=system, container_runtime_version=runtime)
    return Node(api_version="v1", kind="Node", metadata=ObjectMeta(name=name), status=NodeStatus(node_info=info))


def _told(product: str, release: str) -> SupportPeriod | None:
    known = {("containerd", "1.7"): "2026-03-10", ("debian", "12"): "2030-01-01", ("kubernetes", "1.34"): ""}
    ends = known.get((product, release))
    return None if ends is None else SupportPeriod(product=product, release=release, ends=ends)


def test_what_is_told_goes_before_what_is_known_and_the_rest_is_left_out() -> None:
    nodes: list[KubeObject] = [
        _node("a", "Debian GNU/Linux 12 (bookworm)", "containerd://1.7.24"),
        _node("b", "Ubuntu 22.04.5 LTS", "containerd://9.9.9"),
        _node("c", "Talos (v1.7.1)", ""),
        KubeObject(api_version="v1", kind="ConfigMap"),
    ]
    found = node_support(nodes, _told, _DAY)
    assert found.on == _DAY
    assert {said: period.ends for said, period in found.periods.items()} == {
        "Debian GNU/Linux 12 (bookworm)": "2030-01-01",
        "containerd://1.7.24": "2026-03-10",
        "Ubuntu 22.04.5 LTS": "2027-04-30",
    }


def test_a_release_without_a_known_end_has_none(tmp_path: Path) -> None:
    assert release_ends("v1.34.2", _told) is None
    assert release_ends("v1.99.0", _told) is None
    assert release_ends("", _told) is None
    for directory in (None, tmp_path / "none"):
        with told_by(directory) as told:
            assert told("kubernetes", "1.34") is None
