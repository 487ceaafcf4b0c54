"""What a node says of itself in words (``nodeInfo`` of its status), as the names that life cycles are told under.

Source: the kubelet takes ``osImage`` from PRETTY_NAME of os-release(5), and ``containerRuntimeVersion`` from the
runtime's ``RuntimeName`` and ``RuntimeVersion`` (CRI).
"""

import re
from typing import Final

from seawall.model import Distribution

_LONGEST = 256
_NAMES: Final = tuple(
    (re.compile(pattern, re.ASCII), identifier)
    for pattern, identifier in (
        (r"(?:Debian|Raspbian) GNU/Linux (\d+)", "debian"),
        (r"Ubuntu (\d\d\.\d\d)", "ubuntu"),
        (r"Alpine Linux v(\d+\.\d+)", "alpine"),
        (r"Red Hat Enterprise Linux(?: Server)? (?:release )?(\d+(?:\.\d+)?)", "rhel"),
        (r"CentOS (?:Linux|Stream) (\d+)", "centos"),
        (r"AlmaLinux (\d+(?:\.\d+)?)", "almalinux"),
        (r"Rocky Linux (\d+(?:\.\d+)?)", "rocky"),
        (r"Oracle Linux Server (\d+(?:\.\d+)?)", "ol"),
        (r"Amazon Linux (?:AMI )?(\d+)", "amzn"),
        (r"Fedora (?:Linux|CoreOS) (\d+)", "fedora"),
        (r"SUSE Linux Enterprise Server (\d+)(?: SP(\d+))?", "sles"),
        (r"openSUSE Leap (\d+\.\d+)", "opensuse-leap"),
        (r"Microsoft Azure Linux (\d+\.\d+)", "azurelinux"),
    )
)
_RUNTIME = re.compile(r"([a-z-]{1,40})://v?(\d{1,4}\.\d{1,4})(?![\d])", re.ASCII)


def system_of(os_image: str) -> Distribution | None:
    """The distribution that an ``osImage`` names (``Ubuntu 22.04.5 LTS``); null where it is none that is known."""
    for pattern, identifier in _NAMES if len(os_image) <= _LONGEST else ():
        found = pattern.match(os_image)
        if found is not None:
            version = ".".join(part for part in found.groups() if part)
            return Distribution(id=identifier, version=version, title=os_image)
    return None


def runtime_of(container_runtime: str) -> tuple[str, str] | None:
    """(product, series) of a ``containerRuntimeVersion``: ``containerd://1.7.24`` is ``containerd`` ``1.7``."""
    found = _RUNTIME.match(container_runtime)
    return (found[1], found[2]) if found else None
