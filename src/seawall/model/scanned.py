"""An image as policies see it: its name taken apart, and, where it was scanned, what is in it."""

from datetime import date

from seawall.model.finding import Finding
from seawall.model.image import Image
from seawall.model.kube.image_reference import ImageReference
from seawall.model.record import Record


class ScannedImage(Record, frozen=True, kw_only=True):
    """An image that was built, or that a container names.

    Attributes:
        reference: its name; of a file or directory, the name as the user wrote it.
        path: where a manifest names it (``spec.containers[0].image``), or empty.
        scan: what is in it; null where nobody has looked.
        vulnerabilities: what the advisories say about it, as findings.
        scanned: the day of the scan, ISO 8601, or empty.
        on: the day that ages are told on; null: they are not known.
    """

    reference: ImageReference
    path: str = ""
    scan: Image | None = None
    vulnerabilities: tuple[Finding, ...] = ()
    scanned: str = ""
    on: date | None = None
