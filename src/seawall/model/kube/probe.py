"""Probes and lifecycle hooks: what the kubelet does to a container, and with which host it speaks."""

from seawall.model.kube.api import Api, IntOrString


class ExecAction(Api, frozen=True, kw_only=True):
    """A command run in the container."""

    command: tuple[str, ...] = ()


class HttpHeader(Api, frozen=True, kw_only=True):
    """A header of an HTTP probe."""

    name: str = ""
    value: str = ""


class HttpGetAction(Api, frozen=True, kw_only=True):
    """An HTTP request of the kubelet."""

    path: str = "/"
    port: IntOrString = 0
    host: str = ""
    scheme: str = "HTTP"
    http_headers: tuple[HttpHeader, ...] = ()


class TcpSocketAction(Api, frozen=True, kw_only=True):
    """A connection of the kubelet."""

    port: IntOrString = 0
    host: str = ""


class GrpcAction(Api, frozen=True, kw_only=True):
    """A gRPC health request of the kubelet."""

    port: int = 0
    service: str = ""


class SleepAction(Api, frozen=True, kw_only=True):
    """A pause."""

    seconds: int = 0


class Handler(Api, frozen=True, kw_only=True):
    """What is done (``corev1.LifecycleHandler``); one of these."""

    exec: ExecAction | None = None
    http_get: HttpGetAction | None = None
    tcp_socket: TcpSocketAction | None = None
    sleep: SleepAction | None = None

    @property
    def host(self) -> str:
        """The host that the kubelet is told to speak with, or empty for the pod itself."""
        return (self.http_get.host if self.http_get else "") or (self.tcp_socket.host if self.tcp_socket else "")

    @property
    def port(self) -> IntOrString | None:
        """The port that is spoken to, or None."""
        return self.http_get.port if self.http_get else self.tcp_socket.port if self.tcp_socket else None


class Probe(Handler, frozen=True, kw_only=True):
    """``corev1.Probe``, with the API server's defaults."""

    grpc: GrpcAction | None = None
    initial_delay_seconds: int = 0
    timeout_seconds: int = 1
    period_seconds: int = 10
    success_threshold: int = 1
    failure_threshold: int = 3
    termination_grace_period_seconds: int | None = None

    @property
    def port(self) -> IntOrString | None:
        """The port that is spoken to, or None."""
        return self.grpc.port if self.grpc else super().port


class Lifecycle(Api, frozen=True, kw_only=True):
    """Hooks after the start and before the stop."""

    post_start: Handler | None = None
    pre_stop: Handler | None = None
    stop_signal: str | None = None
