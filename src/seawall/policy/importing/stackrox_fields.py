"""The criteria of StackRox's policies, each as a condition of ours.

Source: the product's published policy criteria (fields, value types, negation), as an export names them. Strings there
are regular expressions over the whole value; memory is counted in mebibytes, CPU in cores; a request or limit of 0 is
one that is not set.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from seawall.policy.document import Json
from seawall.policy.importing.fields import mapping
from seawall.policy.importing.result import CannotSay

Path = tuple[str, ...]
Values = list[str]
Make = Callable[[Values, bool], dict[str, Json]]
"""(values, whether all of them must hold) → conditions about one object of the path's last group."""

_PLAIN = re.compile(r"[\w /:@,=-]*")
_COMPARED = re.compile(r"\s*(<=|>=|<|>|=)?\s*([0-9]+(?:\.[0-9]+)?)\s*")
_WORDS = {">=": "at-least", ">": "more-than", "<=": "at-most", "<": "less-than"}
_SEVERITIES = {"UNKNOWN": "unknown", "LOW": "low", "MODERATE": "medium", "IMPORTANT": "high", "CRITICAL": "critical"}
_SOURCES = {
    "RAW": "literal", "SECRET_KEY": "secretKeyRef", "CONFIG_MAP_KEY": "configMapKeyRef", "FIELD": "fieldRef",
    "RESOURCE_FIELD": "resourceFieldRef",
}  # fmt: skip
_EXPOSURE = {"EXTERNAL": "LoadBalancer", "NODE": "NodePort", "INTERNAL": "ClusterIP"}
_PERMISSIONS = {
    "DEFAULT": "default", "ELEVATED_IN_NAMESPACE": "elevated-in-namespace",
    "ELEVATED_CLUSTER_WIDE": "elevated-cluster-wide", "CLUSTER_ADMIN": "cluster-admin",
}  # fmt: skip
_PROPAGATION = {"NONE": "None", "HOSTTOCONTAINER": "HostToContainer", "BIDIRECTIONAL": "Bidirectional"}
_SECCOMP = {"UNCONFINED": "Unconfined", "RUNTIME_DEFAULT": "RuntimeDefault", "LOCALHOST": "Localhost"}
_VERBS = {verb: verb.lower() for verb in ("CREATE", "DELETE", "GET", "PATCH", "UPDATE")}
_RESOURCES = {
    "PODS_EXEC": "pods/exec", "PODS_PORTFORWARD": "pods/portforward", "PODS_ATTACH": "pods/attach",
    "SECRETS": "secrets", "CONFIGMAPS": "configmaps", "CLUSTER_ROLES": "clusterroles",
    "CLUSTER_ROLE_BINDINGS": "clusterrolebindings", "NETWORK_POLICIES": "networkpolicies",
    "SECURITY_CONTEXT_CONSTRAINTS": "securitycontextconstraints", "EGRESS_FIREWALLS": "egressfirewalls",
}  # fmt: skip
_OPERATIONS = {
    "OPEN": "open", "CREATE": "create", "RENAME": "rename", "UNLINK": "unlink", "OWNERSHIP_CHANGE": "chown",
    "PERMISSION_CHANGE": "chmod", "XATTR_CHANGE": "set-attribute",
}  # fmt: skip


class Field(NamedTuple):
    """How a criterion is said here."""

    path: Path
    make: Make


def whole(regex: str) -> Json:
    """A regular expression over the whole value; one that is plain text as that text."""
    text = regex.removeprefix("r/")
    return text if _PLAIN.fullmatch(text) else {"matches": f"^(?:{text})$"}


def _joined(tests: list[Json]) -> Json:
    return tests[0] if len(tests) == 1 else tests


def _every(name: str, tests: list[Json], everything: bool) -> dict[str, Json]:
    """One condition a value where all must hold, else one of them."""
    if everything and len(tests) > 1:
        return {"all": [{name: test} for test in tests]}
    return {name: _joined(tests)}


def _text(name: str) -> Make:
    return lambda values, everything: _every(name, [whole(value) for value in values], everything)


def _ids(values: Values, everything: bool) -> dict[str, Json]:
    """A set's members by regular expressions."""
    tests = [{"any": whole(value)} if isinstance(whole(value), dict) else {"any": [value]} for value in values]
    if everything or len(tests) == 1:
        return {"all": [{"id": test} for test in tests]} if len(tests) > 1 else {"id": tests[0]}
    return {"any": [{"id": test} for test in tests]}


def _flag(name: str, *, opposite: bool = False) -> Make:
    return lambda values, _everything: {name: (values[0].lower() == "true") is not opposite}


def _word(name: str, words: dict[str, str]) -> Make:
    def make(values: Values, everything: bool) -> dict[str, Json]:
        return _every(name, [_mapped(value, words) for value in values], everything)

    return make


def _mapped(value: str, words: dict[str, str]) -> str:
    if value.upper() not in words:
        raise CannotSay(f"the value {value!r} has no counterpart")
    return words[value.upper()]


def _number(value: str) -> tuple[str, str]:
    found = _COMPARED.fullmatch(value)
    if found is None:
        raise CannotSay(f"{value!r} is no comparison with a number")
    return found[1] or "=", found[2]


def _compared(name: str, scale: Callable[[str], Json] = float, *, unset: bool = False) -> Make:
    """Numbers; with ``unset``, 0 also stands for a value that is not there."""

    def one(value: str) -> Json:
        sign, number = _number(value)
        test: Json = {_WORDS[sign]: scale(number)} if sign in _WORDS else scale(number)
        zero = float(number)
        holds = {"=": zero == 0, "<": zero > 0, "<=": zero >= 0, ">": False, ">=": zero == 0}[sign]
        return [{"exists": False}, test] if unset and holds else test

    def make(values: Values, everything: bool) -> dict[str, Json]:
        tests = [one(value) for value in values]
        if everything or any(isinstance(test, list) for test in tests):
            key = "all" if everything else "any"
            return {key: [{name: test} for test in tests]} if len(tests) > 1 else {name: tests[0]}
        return {name: _joined(tests)}

    return make


def _days(name: str) -> Make:
    return lambda values, _everything: {name: {"at-least": f"{int(float(_number(values[0])[1]))}d"}}


def _severity(values: Values, everything: bool) -> dict[str, Json]:
    tests: list[Json] = []
    for value in values:
        found = re.fullmatch(r"\s*(<=|>=|<|>|=)?\s*([A-Za-z]+)\s*", value)
        if found is None:
            raise CannotSay(f"{value!r} is no severity")
        word = _mapped(found[2], _SEVERITIES)
        tests.append({_WORDS[found[1]]: word} if found[1] in _WORDS else word)
    return _every("severity", tests, everything)


def _pair(value: str) -> tuple[str, str]:
    key, _, rest = value.partition("=")
    return key, rest


def _has_pair(name: str, value: str) -> dict[str, Json]:
    key, rest = _pair(value)
    test: Json = {"matches": f"^(?:{rest})$"} if rest else True
    return {name: {"any-key": key or ".*", "value": test}}


def _disallowed(name: str) -> Make:
    def make(values: Values, everything: bool) -> dict[str, Json]:
        return {"all" if everything else "any": [_has_pair(name, value) for value in values]}

    return make


def _required(name: str) -> Make:
    """There is a finding where none of the pairs (all: where not every one) is there."""

    def make(values: Values, everything: bool) -> dict[str, Json]:
        return {"not": {"all" if everything else "any": [_has_pair(name, value) for value in values]}}

    return make


def _alternatives(parts: Callable[[str], dict[str, Json]]) -> Make:
    """Conditions of several criteria for each value."""

    def make(values: Values, everything: bool) -> dict[str, Json]:
        if len(values) == 1:
            return parts(values[0])
        if everything:
            raise CannotSay("several values that must all hold would have to be about different objects")
        return {"any": [parts(value) for value in values]}

    return make


def _component(value: str) -> dict[str, Json]:
    name, version = _pair(value)
    return {"name": whole(name or ".*"), **({"version": whole(version)} if version else {})}


def _line(value: str) -> dict[str, Json]:
    word, arguments = _pair(value)
    return {"word": word.upper(), **({"arguments": whole(arguments)} if arguments else {})}


def _environment(value: str) -> dict[str, Json]:
    source, rest = _pair(value)
    key, text = _pair(rest)
    made: dict[str, Json] = {} if source in {"", "UNSET"} else {"source": _mapped(source, _SOURCES)}
    made |= {"name": whole(key)} if key else {}
    made |= {"value": whole(text)} if text else {}
    if not made:
        raise CannotSay(f"{value!r} names no variable")
    return made


def _added(values: Values, everything: bool) -> dict[str, Json]:
    return {"capabilities-added": {"all" if everything else "any": [value.removeprefix("CAP_") for value in values]}}


def _not_dropped(values: Values, everything: bool) -> dict[str, Json]:
    """There is a finding where a capability is not dropped."""
    names = [value.removeprefix("CAP_") for value in values]
    return {"not": {"capabilities-dropped": {"all" if everything else "any": names}}}


def _apparmor(values: Values, everything: bool) -> dict[str, Json]:
    known = {"UNCONFINED": "Unconfined", "RUNTIME/DEFAULT": "RuntimeDefault", "LOCALHOST/.*": "Localhost"}
    return _every("apparmor-profile", [_mapped(value, known) for value in values], everything)


def _fixed(values: Values, everything: bool) -> dict[str, Json]:
    return {"fixable": True} if values == [".*"] else _text("fixed-by")(values, everything)


def _distribution(values: Values, everything: bool) -> dict[str, Json]:
    """``alpine:v3.18`` there is ``alpine-3.18`` here."""
    return _text("distribution")([re.sub(r":v?", "-", value) for value in values], everything)


def _exposure(values: Values, everything: bool) -> dict[str, Json]:
    ways: list[Json] = [_way_in(value) for value in values]
    return mapping(ways[0]) if len(ways) == 1 else {"all" if everything else "any": ways}


def _way_in(value: str) -> dict[str, Json]:
    """A way in: a type of service, a route, or a port of the node."""
    if value.upper() == "ROUTE":
        return {"exposed-by": {"any": ["Route"]}}
    if value.upper() == "HOST":
        return {"container": {"port": {"host-port": {"more-than": 0}}}}
    return {"service-types": {"any": [_mapped(value, _EXPOSURE)]}}


def _not_signed(values: Values, everything: bool) -> dict[str, Json]:
    """There is a finding where a signature of any (all: of each) of the integrations is missing."""
    return {"not": {"signed-by": {"all" if everything else "any": list[Json](values)}}}


def _mebibytes(number: str) -> str:
    return f"{float(number):g}Mi"


_VULNERABILITY: Path = ("image", "vulnerability")
_MOUNT: Path = ("container", "mount")
_REQUEST: Path = ("request",)

FIELDS: dict[str, Field] = {
    "CVE": Field(_VULNERABILITY, _ids),
    "CVSS": Field(_VULNERABILITY, _compared("cvss")),
    "NVD CVSS": Field(_VULNERABILITY, _compared("cvss")),
    "Days Since CVE Fix Was Available": Field(_VULNERABILITY, _days("fix-available")),
    "Days Since CVE Was First Discovered In Image": Field(_VULNERABILITY, _days("first-seen-in-image")),
    "Days Since CVE Was First Discovered In System": Field(_VULNERABILITY, _days("first-seen")),
    "Days Since CVE Was Published": Field(_VULNERABILITY, _days("published")),
    "Fixable": Field(_VULNERABILITY, _flag("fixable")),
    "Fixed By": Field(_VULNERABILITY, _fixed),
    "Severity": Field(_VULNERABILITY, _severity),
    "Disallowed Image Label": Field(("image",), _disallowed("labels")),
    "Required Image Label": Field(("image",), _required("labels")),
    "Dockerfile Line": Field(("image", "instruction"), _alternatives(_line)),
    "Image Age": Field(("image",), _days("age")),
    "Image Component": Field(("image", "package"), _alternatives(_component)),
    "Image OS": Field(("image",), _distribution),
    "Image Registry": Field(("image",), _text("registry")),
    "Image Remote": Field(("image",), _text("repository")),
    "Image Scan Age": Field(("image",), _days("scan-age")),
    "Image Signature Verified By": Field(("image",), _not_signed),
    "Image Tag": Field(("image",), _text("tag")),
    "Image User": Field(("image",), _text("user")),
    "Unscanned Image": Field(("image",), _flag("scanned", opposite=True)),
    "Add Capabilities": Field(("container",), _added),
    "Drop Capabilities": Field(("container",), _not_dropped),
    "Allow Privilege Escalation": Field(("container",), _flag("allow-privilege-escalation")),
    "AppArmor Profile": Field(("container",), _apparmor),
    "Automount Service Account Token": Field(("workload",), _flag("automount-service-account-token")),
    "Container CPU Limit": Field(("container",), _compared("cpu-limit", unset=True)),
    "Container CPU Request": Field(("container",), _compared("cpu-request", unset=True)),
    "Container Memory Limit": Field(("container",), _compared("memory-limit", _mebibytes, unset=True)),
    "Container Memory Request": Field(("container",), _compared("memory-request", _mebibytes, unset=True)),
    "Container Name": Field(("container",), _text("name")),
    "Disallowed Annotation": Field(("workload",), _disallowed("annotations")),
    "Required Annotation": Field(("workload",), _required("annotations")),
    "Required Label": Field(("workload",), _required("labels")),
    "Environment Variable": Field(("container", "env"), _alternatives(_environment)),
    "Exposed Node Port": Field(("service", "service-port"), _compared("node-port")),
    "Exposed Port": Field(("container", "port"), _compared("number")),
    "Exposed Port Protocol": Field(
        ("container", "port"), lambda values, all_: _every("protocol", [value.upper() for value in values], all_)
    ),
    "Has Egress Network Policy": Field(("workload",), _flag("egress-isolated")),
    "Has Ingress Network Policy": Field(("workload",), _flag("ingress-isolated")),
    "Host IPC": Field(("workload",), _flag("host-ipc")),
    "Host Network": Field(("workload",), _flag("host-network")),
    "Host PID": Field(("workload",), _flag("host-pid")),
    "Liveness Probe Defined": Field(("container",), _flag("liveness-probe")),
    "Readiness Probe Defined": Field(("container",), _flag("readiness-probe")),
    "Minimum RBAC Permissions": Field(
        ("workload",), lambda values, _all: {"permission-level": {"at-least": _mapped(values[0], _PERMISSIONS)}}
    ),
    "Mount Propagation": Field(_MOUNT, _word("propagation", _PROPAGATION)),
    "Namespace": Field(("workload",), _text("namespace")),
    "Port Exposure Method": Field(("workload",), _exposure),
    "Privileged Container": Field(("container",), _flag("privileged")),
    "Read-Only Root Filesystem": Field(("container",), _flag("read-only-root-filesystem")),
    "Replicas": Field(("workload",), _compared("replicas")),
    "Runtime Class": Field(("workload",), _text("runtime-class")),
    "Seccomp Profile Type": Field(("container",), _word("seccomp-profile", _SECCOMP)),
    "Service Account": Field(("workload",), _text("service-account")),
    "Volume Destination": Field(_MOUNT, _text("destination")),
    "Volume Name": Field(_MOUNT, _text("name")),
    "Volume Source": Field(_MOUNT, _text("source")),
    "Volume Type": Field(_MOUNT, _text("type")),
    "Writable Host Mount": Field(
        _MOUNT, lambda values, _all: {"type": "hostPath", "read-only": values[0].lower() != "true"}
    ),
    "Writable Mounted Volume": Field(_MOUNT, _flag("read-only", opposite=True)),
    "Process Ancestor": Field(
        ("process",), lambda values, all_: {
            "all" if all_ else "any": [{"ancestors": {"matches": f"^(?:{value})$"}} for value in values]
        },
    ),
    "Process Arguments": Field(
        ("process",), lambda values, all_: _every("arguments", [{"matches": value} for value in values], all_)
    ),
    "Process Name": Field(("process",), _text("name")),
    "Process UID": Field(("process",), _compared("uid")),
    "Unexpected Process Executed": Field(("process",), _flag("expected", opposite=True)),
    "Unexpected Network Flow Detected": Field(("connection",), _flag("expected", opposite=True)),
    "File Operation": Field(("file-event",), _word("operation", _OPERATIONS)),
    "File Path": Field(
        ("file-event",), lambda values, all_: _every("path", [{"glob": value} for value in values], all_)
    ),
    "Is Impersonated User": Field(_REQUEST, _flag("impersonated")),
    "Kubernetes API Verb": Field(_REQUEST, _word("verb", _VERBS)),
    "Kubernetes Resource": Field(_REQUEST, _word("resource", _RESOURCES)),
    "Kubernetes Resource Name": Field(_REQUEST, _text("name")),
    "Kubernetes User Name": Field(_REQUEST, _text("user")),
    "Kubernetes User Groups": Field(
        _REQUEST, lambda values, all_: {"groups": {"all" if all_ else "any": values}}
    ),
    "Source IP Address": Field(
        _REQUEST, lambda values, all_: {"source-addresses": {"all" if all_ else "any": values}}
    ),
    "User Agent": Field(_REQUEST, _text("user-agent")),
}  # fmt: skip
"""Criterion → how it is said."""
NOTES = {
    "Image Signature Verified By": "its values are ids of another installation's signature integrations: put the "
    "identities or keys of yours in their place",
    "NVD CVSS": "the score is that of the advisory, which is not always the NVD's",
}
"""Criterion → what its reader must know of how it is said."""
