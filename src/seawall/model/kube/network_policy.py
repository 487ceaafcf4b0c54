"""NetworkPolicy (``networking.k8s.io/v1``)."""

from seawall.model.kube.api import Api, IntOrString
from seawall.model.kube.object import KubeObject
from seawall.model.kube.selector import LabelSelector


class IpBlock(Api, frozen=True, kw_only=True, rename={"except_": "except"}):
    """A range of addresses without some."""

    cidr: str = ""
    except_: tuple[str, ...] = ()


class PolicyPeer(Api, frozen=True, kw_only=True):
    """Who may talk; an ipBlock, or pods (in namespaces)."""

    pod_selector: LabelSelector | None = None
    namespace_selector: LabelSelector | None = None
    ip_block: IpBlock | None = None


class PolicyPort(Api, frozen=True, kw_only=True):
    """On which ports; an unset port is all."""

    protocol: str = "TCP"
    port: IntOrString | None = None
    end_port: int | None = None


class IngressRule(Api, frozen=True, kw_only=True, rename={"from_": "from"}):
    """Who may come in; empty lists are everybody and every port."""

    from_: tuple[PolicyPeer, ...] = ()
    ports: tuple[PolicyPort, ...] = ()


class EgressRule(Api, frozen=True, kw_only=True):
    """Where one may go; empty lists are everywhere and every port."""

    to: tuple[PolicyPeer, ...] = ()
    ports: tuple[PolicyPort, ...] = ()


class NetworkPolicySpec(Api, frozen=True, kw_only=True):
    """``networkingv1.NetworkPolicySpec``. ``ingress`` and ``egress`` are None when not written."""

    pod_selector: LabelSelector = LabelSelector()
    policy_types: tuple[str, ...] = ()
    ingress: tuple[IngressRule, ...] | None = None
    egress: tuple[EgressRule, ...] | None = None


class NetworkPolicy(KubeObject, frozen=True, kw_only=True, dict=True):
    """A NetworkPolicy."""

    spec: NetworkPolicySpec = NetworkPolicySpec()

    @property
    def isolates(self) -> tuple[str, ...]:
        """Which of ``Ingress`` and ``Egress`` it restricts.

        What it says, else Ingress, and Egress where it has such rules (the API server's default).
        """
        return self.spec.policy_types or (("Ingress", "Egress") if self.spec.egress else ("Ingress",))
