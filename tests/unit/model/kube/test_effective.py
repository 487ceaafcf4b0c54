from hypothesis import given
from hypothesis import strategies as st

from seawall.model.kube import Profile, capability
from seawall.model.kube.effective import effective_security
from seawall.model.kube.security import Capabilities, PodSecurityContext, SecurityContext, WindowsOptions

MAYBE = st.sampled_from([None, True, False])
USER = st.sampled_from([None, 0, 1000])


@given(MAYBE, MAYBE, USER, USER)
def test_the_container_wins_over_the_pod(
    pod: bool | None, own: bool | None, pod_user: int | None, user: int | None
) -> None:
    made = effective_security(
        PodSecurityContext(run_as_non_root=pod, run_as_user=pod_user),
        SecurityContext(run_as_non_root=own, run_as_user=user),
        "main",
        {},
    )
    assert made.run_as_non_root == (pod if own is None else own)
    assert made.run_as_user == (pod_user if user is None else user)
    sure = made.run_as_user not in {None, 0} or (made.run_as_user is None and made.run_as_non_root is True)
    assert made.may_run_as_root is not sure


def test_profiles_from_fields_and_old_annotations() -> None:
    old = {
        "seccomp.security.alpha.kubernetes.io/pod": "runtime/default",
        "container.seccomp.security.alpha.kubernetes.io/main": "unconfined",
        "container.apparmor.security.beta.kubernetes.io/main": "localhost/strict",
    }
    main = effective_security(None, None, "main", old)
    assert main.seccomp == Profile(type="Unconfined")
    assert main.apparmor == Profile(type="Localhost", localhost_profile="strict")
    assert effective_security(None, None, "side", old).seccomp == Profile(type="RuntimeDefault")
    field = PodSecurityContext(seccomp_profile=Profile(type="Localhost", localhost_profile="x"))
    assert effective_security(field, None, "main", old).seccomp == field.seccomp_profile


def test_capabilities_without_prefix() -> None:
    made = effective_security(None, SecurityContext(capabilities=Capabilities(add=("CAP_SYS_ADMIN",))), "main", {})
    assert made.add == ("SYS_ADMIN",)
    assert made.may_escalate
    assert capability("cap_net_raw") == "NET_RAW"


def test_windows_options_merge_field_by_field() -> None:
    made = effective_security(
        PodSecurityContext(windows_options=WindowsOptions(host_process=True, run_as_user_name="a")),
        SecurityContext(windows_options=WindowsOptions(run_as_user_name="b")),
        "main",
        {},
    )
    assert made.host_process
    assert made.windows == WindowsOptions(host_process=True, run_as_user_name="b")
