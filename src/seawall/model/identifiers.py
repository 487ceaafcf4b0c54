"""Names that must not be mixed up."""

from typing import NewType

Digest = NewType("Digest", str)
"""``sha256:`` and 64 hexadecimal digits (OCI image specification, descriptors)."""

Purl = NewType("Purl", str)
"""A package URL (purl specification)."""

VulnerabilityId = NewType("VulnerabilityId", str)
"""``CVE-2024-3094``, ``GHSA-…``, ``DSA-…``, as its issuer writes it."""

PolicyName = NewType("PolicyName", str)
"""A policy's name in kebab case, unique in a library."""

Fingerprint = NewType("Fingerprint", str)
"""32 hexadecimal digits that stay the same for the same finding across scans."""
