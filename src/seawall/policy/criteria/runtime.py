"""Criteria whose facts come with later stages: events, processes, connections, requests, what is reachable.

They are registered with their types, so that policies about them are checked when they are written; here such a
policy answers "not known here" and says so in the coverage.
"""

from collections.abc import Callable

from seawall.model.finding import Subject
from seawall.policy.criteria import objects as _objects  # noqa: F401 -- the groups that these criteria belong to
from seawall.policy.criteria import workload as _workload  # noqa: F401 -- likewise
from seawall.policy.registry import UNKNOWN, Type, Unknown, fact, group, unavailable

PROCESSES, FLOWS, FILES, REQUESTS = "process-events", "network-flows", "file-events", "audit-events"
REACH = "network-graph"
fact(PROCESSES, "the processes that containers start (the node sensor)", elsewhere=True)
fact(FLOWS, "the connections that were seen (the node sensor)", elsewhere=True)
fact(FILES, "operations on watched files (the node sensor)", elsewhere=True)
fact(REQUESTS, "requests to the API server (the webhook, the audit log)", elsewhere=True)
fact(REACH, "who can reach whom, from services, routes and network policies", elsewhere=True)


def _unknown(_item: object, _facts: object) -> Unknown:
    return UNKNOWN


def _group(name: str, doc: str, needs: str, parents: tuple[str, ...]) -> None:
    nowhere: Callable[..., str] = lambda _item: ""  # noqa: E731 -- the default's shape
    group(name, doc, parents=dict.fromkeys(parents, _unknown), needs=needs, path=nowhere, label=nowhere)


_group("process", "A process that a container starts.", PROCESSES, ("workload",))
unavailable("process", "name", Type.TEXT, needs=PROCESSES, doc="The program's path.")
unavailable("process", "arguments", Type.TEXT, needs=PROCESSES, doc="Its arguments as one line.")
unavailable("process", "uid", Type.NUMBER, needs=PROCESSES, doc="The user id that it runs as.")
unavailable("process", "ancestors", Type.SET, needs=PROCESSES, doc="The programs of its parent, that one's parent, ….")
unavailable("process", "depth", Type.NUMBER, needs=PROCESSES, doc="How many ancestors it has inside its container.")
unavailable("process", "hash", Type.TEXT, needs=PROCESSES, doc="The SHA-256 of its program.")
unavailable("process", "interactive", Type.BOOL, needs=PROCESSES, doc="It has a terminal.")
unavailable("process", "from-image", Type.BOOL, needs=PROCESSES, doc="Its program came with the image.")
unavailable("process", "environment", Type.SET, needs=PROCESSES, doc="Names of its environment variables.")
unavailable("process", "expected", Type.BOOL, needs=PROCESSES, doc="The container's baseline has it.")

_group("connection", "A connection that was seen.", FLOWS, ("workload",))
unavailable("connection", "expected", Type.BOOL, needs=FLOWS, doc="The workload's baseline has it.")
unavailable(
    "connection",
    "direction",
    Type.TEXT,
    needs=FLOWS,
    doc="Who opened it, seen from the workload.",
    values=("in", "out"),
)
unavailable("connection", "peer", Type.TEXT, needs=FLOWS, doc="The other side: a workload, a network, an address.")
unavailable("connection", "name", Type.TEXT, needs=FLOWS, doc="The DNS name that was asked for.")
unavailable("connection", "port", Type.NUMBER, needs=FLOWS, doc="The receiver's port.")
unavailable("connection", "protocol", Type.TEXT, needs=FLOWS, doc="TCP or UDP.", values=("TCP", "UDP"))
unavailable("connection", "external", Type.BOOL, needs=FLOWS, doc="The other side is outside of the cluster.")

_group("file-event", "An operation on a watched file.", FILES, ("workload",))
unavailable(
    "file-event",
    "operation",
    Type.TEXT,
    needs=FILES,
    doc="What was done.",
    values=("open", "create", "rename", "unlink", "chown", "chmod", "set-attribute"),
)
unavailable("file-event", "path", Type.TEXT, needs=FILES, doc="The file.")
unavailable("file-event", "on-node", Type.BOOL, needs=FILES, doc="The file is the node's, not a container's.")

group(
    "request",
    "A request to the API server: an exec, a port-forward, a read of a Secret, ….",
    parents={"workload": _unknown, "object": _unknown},
    needs=REQUESTS,
    subject=lambda _item: Subject(kind="request", name=""),
)
unavailable(
    "request",
    "verb",
    Type.TEXT,
    needs=REQUESTS,
    doc="What was asked for.",
    values=("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch", "connect"),
)
unavailable(
    "request", "resource", Type.TEXT, needs=REQUESTS, doc="The resource: secrets, pods/exec, pods/portforward, …."
)
unavailable("request", "name", Type.TEXT, needs=REQUESTS, doc="The object's name.")
unavailable("request", "user", Type.TEXT, needs=REQUESTS, doc="Who asked.")
unavailable("request", "groups", Type.SET, needs=REQUESTS, doc="The groups of who asked.")
unavailable("request", "impersonated", Type.BOOL, needs=REQUESTS, doc="Somebody asked in another's name.")
unavailable("request", "source-addresses", Type.SET, needs=REQUESTS, doc="Where the request came from.")
unavailable("request", "user-agent", Type.TEXT, needs=REQUESTS, doc="The client's name of itself.")
unavailable("request", "allowed", Type.BOOL, needs=REQUESTS, doc="The API server allowed it.")

unavailable("workload", "reachable-from-internet", Type.BOOL, needs=REACH, doc="A way leads from outside to its pods.")
unavailable("workload", "ingress-hosts", Type.SET, needs=REACH, doc="Hosts under which ingresses and routes serve it.")
unavailable("workload", "ingress-paths", Type.SET, needs=REACH, doc="Paths under which ingresses and routes serve it.")
