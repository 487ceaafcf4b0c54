"""TLS as a kubeconfig asks for it."""

import os
import ssl

from seawall.errors import UsageError
from seawall.kube.client.kubeconfig import Cluster


def tls_context(cluster: Cluster, certificate: bytes) -> ssl.SSLContext:
    """Trust in the cluster's authority (else the system's), and the client's own certificate.

    Raises:
        UsageError: a certificate or key is broken.
    """
    try:
        context = ssl.create_default_context(cadata=cluster.authority().decode("ascii") or None)
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # clusters' own authorities often lack what it asks for
        if cluster.insecure_skip_tls_verify:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if certificate:
            _use(context, certificate)
    except (ssl.SSLError, ValueError) as error:
        raise UsageError("a certificate or key in the kubeconfig is broken", cause=str(error)) from error
    return context


def _use(context: ssl.SSLContext, certificate: bytes) -> None:
    """Python reads certificates from files only: one in memory, so that no key touches a disk."""
    descriptor = os.memfd_create("client-certificate", os.MFD_CLOEXEC)
    try:
        with os.fdopen(os.dup(descriptor), "wb") as file:
            file.write(certificate)
        context.load_cert_chain(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)
