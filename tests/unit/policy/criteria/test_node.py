from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.model.advisory import SupportPeriod
from seawall.model.kube import ObjectMeta
from seawall.model.kube.running import ClusterFacts, Node, NodeInfo, NodeStatus, NodeSupport
from seawall.policy import criteria as _criteria  # noqa: F401 -- registers
from seawall.policy.registry import CRITERIA, UNKNOWN, Facts

_DAY = date(2026, 6, 1)


def _node(**info: str) -> Node:
    said = NodeInfo(**info)
    return Node(api_version="v1", kind="Node", metadata=ObjectMeta(name="n"), status=NodeStatus(node_info=said))


def _asked(name: str, node: Node, facts: Facts) -> object:
    return CRITERIA["node"][name].get(node, facts)


@pytest.mark.parametrize(
    ("kubelet", "server", "behind"),
    [
        ("v1.31.2", "1.34.1", 3),
        ("v1.35.0-rc.1", "1.34.1", -1),
        ("v1.34", "1.34.1+k3s1", 0),
        ("v2.1.0", "1.34.1", None),
        ("", "1.34.1", None),
        ("v1.34.0", "", None),
        ("nonsense", "1.34.1", None),
        ("v1.99999999999999", "1.34.1", None),
    ],
)
def test_how_far_the_kubelet_is_behind(kubelet: str, server: str, behind: int | None) -> None:
    cluster = ClusterFacts(name="c", version=server)
    assert _asked("kubelet-behind", _node(kubelet_version=kubelet), {"cluster": cluster}) == behind


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_versions(kubelet: str, server: str) -> None:
    _asked("kubelet-behind", _node(kubelet_version=kubelet), {"cluster": ClusterFacts(name="c", version=server)})


def test_support_is_over_to_come_without_an_end_or_not_known() -> None:
    periods = {
        "over": SupportPeriod(product="p", release="1", ends="2026-05-31"),
        "extended": SupportPeriod(product="p", release="2", ends="2026-05-31", extended_ends="2026-06-11"),
        "open": SupportPeriod(product="p", release="3"),
    }
    facts: Facts = {"node-support": NodeSupport(on=_DAY, periods=periods)}
    left = {
        said: tuple(
            _asked(name, _node(os_image=said), facts)
            for name in ("os-support-days-left", "os-regular-support-days-left")
        )
        for said in (*periods, "else")
    }
    assert left == {"over": (-1, -1), "extended": (10, -1), "open": (None, None), "else": (UNKNOWN, UNKNOWN)}
    assert _asked("runtime-support-days-left", _node(container_runtime_version="over"), facts) == -1
    assert _asked("os-support-days-left", _node(os_image="over"), {}) is UNKNOWN
