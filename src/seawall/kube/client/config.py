"""Where a cluster is and who asks: one connection, out of kubeconfig files or of the pod that this runs in.

Source: the kubeconfig (v1) reference and kubectl's rules of loading: files named in ``$KUBECONFIG`` are merged and the
first that says something wins; paths in a file are relative to it.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from seawall.errors import ServiceError, UsageError
from seawall.kube.client.kubeconfig import Cluster, File, User, read_file
from seawall.model.record import Record

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_HINT = "Name one with --kubeconfig or KUBECONFIG."
T = TypeVar("T")


class Connection(Record, frozen=True, kw_only=True):
    """All that is needed to ask a cluster.

    Attributes:
        name: the context's, for people.
        cluster: where it is and whom to trust.
        user: who asks, and how that is proved.
        namespace: the one that is meant when none is named.
    """

    name: str
    cluster: Cluster
    user: User = User()
    namespace: str = "default"


def load(kubeconfig: str = "", context: str = "", environ: Mapping[str, str] | None = None) -> Connection:
    """The connection that kubectl would use here.

    Args:
        kubeconfig: a file that the user named, or empty.
        context: a context that the user named, or empty for the current one.
        environ: instead of the process's environment.

    Raises:
        UsageError: a file is broken, or there is no such context.
        ServiceError: nothing says where a cluster is.
    """
    environ = os.environ if environ is None else environ
    if kubeconfig:
        return merge([read_file(Path(kubeconfig))]).connection(context)
    listed = environ.get("KUBECONFIG", "")
    home = Path(environ.get("HOME") or "~").expanduser() / ".kube" / "config"
    paths = [Path(path) for path in listed.split(os.pathsep) if path] if listed else [home]
    found = [read_file(path) for path in paths if path.exists()]
    if found:
        return merge(found).connection(context)
    if environ.get("KUBERNETES_SERVICE_HOST") and (ACCOUNT / "token").exists() and not context:
        return in_cluster(environ)
    looked = ", ".join(str(path) for path in paths)
    raise ServiceError("no cluster is known", cause=f"there is no kubeconfig at {looked}", hint=_HINT)


def in_cluster(environ: Mapping[str, str], account: Path = ACCOUNT) -> Connection:
    """The cluster that this pod runs in, as its service account; the token is read anew as it is renewed."""
    host, port = environ["KUBERNETES_SERVICE_HOST"], environ.get("KUBERNETES_SERVICE_PORT", "443")
    try:
        namespace = (account / "namespace").read_text().strip()
    except OSError:
        namespace = ""
    return Connection(
        name="in-cluster",
        cluster=Cluster(
            server=f"https://{f'[{host}]' if ':' in host else host}:{port}",
            certificate_authority=str(account / "ca.crt"),
        ),
        user=User(token_file=str(account / "token")),
        namespace=namespace or "default",
    )


class Merged(Record, frozen=True, kw_only=True):
    """Several kubeconfigs as one."""

    files: tuple[File, ...]

    def connection(self, context: str = "") -> Connection:
        """The connection of a context, the current one by default.

        Raises:
            UsageError: it, its cluster or its user is not there.
        """
        name = context or next((file.current_context for file in self.files if file.current_context), "")
        contexts = [(each.name, each.context) for file in self.files for each in file.contexts or ()]
        if not name:
            raise UsageError("the kubeconfig has no current context", hint=_names(contexts))
        chosen = _first(contexts, name, "context")
        clusters = [(each.name, each.cluster) for file in self.files for each in file.clusters or ()]
        users = [(each.name, each.user) for file in self.files for each in file.users or ()]
        cluster = _first(clusters, chosen.cluster, "cluster")
        if not cluster.server.startswith(("https://", "http://")):
            raise UsageError(f"the cluster {chosen.cluster!r} in the kubeconfig has no server address")
        user = _first(users, chosen.user, "user") if chosen.user else User()
        return Connection(name=name, cluster=cluster, user=user, namespace=chosen.namespace or "default")


def merge(files: Sequence[File]) -> Merged:
    """Kubeconfigs in the order of their say."""
    return Merged(files=tuple(files))


def _first(entries: Sequence[tuple[str, T]], name: str, kind: str) -> T:
    for each, value in entries:
        if each == name:
            return value
    raise UsageError(f"the kubeconfig has no {kind} {name!r}", hint=_names(entries))


def _names(entries: Sequence[tuple[str, object]]) -> str:
    known = ", ".join(dict.fromkeys(name for name, _ in entries))
    return f"It has: {known}." if known else "It has none."
