from hypothesis import given
from hypothesis import strategies as st

from seawall.kube.salvage import salvage
from seawall.model.kube import ContainerSpec, Json
from seawall.model.kube.limits import QuotaSpec
from seawall.model.kube.service import ServicePort
from seawall.model.kube.volume import Volume

JUNK = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=4)),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["name", "env", "a"]), inner, max_size=3)
    ),
    max_leaves=5,
)


def mend(value: Json, kind: type[ContainerSpec]) -> tuple[ContainerSpec, dict[str, str]]:
    notes: dict[str, str] = {}
    return salvage(value, kind, "c", notes.__setitem__), notes


@given(JUNK)
def test_something_always_comes_of_it(value: Json) -> None:
    made, _ = mend(value, ContainerSpec)
    assert isinstance(made, ContainerSpec)


def test_what_fits_is_kept_and_what_does_not_is_named() -> None:
    made, notes = mend({"name": "a", "tty": "on", "stdin": "perhaps", "args": ["x", 1, None], "env": 5}, ContainerSpec)
    assert (made.name, made.tty, made.stdin, made.args) == ("a", True, False, ("x", "1", ""))
    assert sorted(notes) == ["c.args[1]", "c.env", "c.env[0]", "c.stdin", "c.tty"]
    assert notes["c.tty"] == "true or false belongs here, not the text 'on'"


def test_unions_mappings_and_whole_floats() -> None:
    notes: dict[str, str] = {}
    port = salvage({"port": 80.0, "targetPort": True}, ServicePort, "", notes.__setitem__)
    assert (port.port, port.target_port) == (80, "true")
    quota = salvage(
        {"hard": {"cpu": None, "pods": [1], "memory": "1Gi"}, "scopes": "x"}, QuotaSpec, "", notes.__setitem__
    )
    assert quota.hard == {"pods": "", "memory": "1Gi"}
    assert quota.scopes == ("x",)
    volume = salvage({"name": 1, "ephemeral": {"a": None}, "hostPath": "/x"}, Volume, "", notes.__setitem__)
    assert (volume.name, volume.ephemeral, volume.host_path) == ("1", {"a": None}, None)
