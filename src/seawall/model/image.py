"""What is in an image (or root filesystem, or SBOM): layers, packages, configuration."""

from seawall.model.coverage import Coverage
from seawall.model.finding import Subject
from seawall.model.identifiers import Digest, Purl
from seawall.model.record import Record


class Distribution(Record, frozen=True, kw_only=True):
    """The operating system that os-release(5) names.

    Attributes:
        id: ``debian``, ``alpine``, ``rhel``, …
        version: VERSION_ID, or empty on rolling releases.
        codename: VERSION_CODENAME, or empty.
        like: ID_LIKE, split.
        title: PRETTY_NAME.
    """

    id: str
    version: str = ""
    codename: str = ""
    like: tuple[str, ...] = ()
    title: str = ""

    @property
    def key(self) -> str:
        """``debian-12``, as purl's ``distro`` qualifier writes it."""
        return f"{self.id}-{self.version}" if self.version else self.id


class SourcePackage(Record, frozen=True, kw_only=True):
    """The source package that a binary package was built from."""

    name: str
    version: str


class Package(Record, frozen=True, kw_only=True):
    """An installed package.

    Attributes:
        type: purl's type: ``deb``, ``apk``, ``rpm``, ``pypi``, ``npm``, ``golang``, ``maven``, …
        name: as OSV writes it: ``openssl``, ``@babel/core``, ``org.apache.logging.log4j:log4j-core``.
        version: as the package manager prints it (with epoch, where there is one).
        purl: its package URL.
        source: the source package, for distributions' packages.
        architecture: the distribution's name of it, or empty.
        licenses: as declared.
        vendor: who built or maintains it (rpm's Vendor, dpkg's Maintainer), or empty.
        layer: index of the layer that brought this version, or null where there are no layers.
        paths: files that say so (package database, metadata), inside the image, with a leading slash.
        from_base: whether the layer belongs to the base image; null where that is not known.
        owner: the purl of the distribution's package whose files these are, or empty.
        deleted_in: index of the layer that removed it again (it is still shipped below), or null.
        modularity: rpm's module label ``name:stream``, or empty.
    """

    type: str
    name: str
    version: str
    purl: Purl
    source: SourcePackage | None = None
    architecture: str = ""
    licenses: tuple[str, ...] = ()
    vendor: str = ""
    layer: int | None = None
    paths: tuple[str, ...] = ()
    from_base: bool | None = None
    owner: Purl = Purl("")
    deleted_in: int | None = None
    modularity: str = ""


class Layer(Record, frozen=True, kw_only=True):
    """A layer of an image.

    Attributes:
        index: from 0, the lowest first.
        digest: of the blob as it is stored; the diff id where no other is known.
        diff_id: of the uncompressed tar.
        instruction: the line of the history that made it, or empty.
        size: bytes, uncompressed.
        created: ISO 8601, or empty.
        from_base: whether it belongs to the base image; null where that is not known.
    """

    index: int
    digest: Digest
    diff_id: Digest = Digest("")
    instruction: str = ""
    size: int = 0
    created: str = ""
    from_base: bool | None = None


class History(Record, frozen=True, kw_only=True):
    """One line of an image's history (OCI image configuration)."""

    instruction: str
    created: str = ""
    empty_layer: bool = False


class ImageConfig(Record, frozen=True, kw_only=True):
    """What the image says about how it runs (OCI image configuration)."""

    architecture: str = ""
    os: str = ""
    created: str = ""
    user: str = ""
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    exposed_ports: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    working_dir: str = ""
    labels: dict[str, str] = {}
    history: tuple[History, ...] = ()


class Image(Record, frozen=True, kw_only=True):
    """All that was found out about a target, before anything is judged.

    Attributes:
        subject: kind ``image``, ``filesystem`` or ``sbom``.
        distribution: null where none was recognised.
        config: null where there is none.
        layers: lowest first; empty for a root filesystem or SBOM.
        packages: sorted by type, name, version, layer.
        coverage: what was read, and what could not be.
    """

    subject: Subject
    distribution: Distribution | None = None
    config: ImageConfig | None = None
    layers: tuple[Layer, ...] = ()
    packages: tuple[Package, ...] = ()
    coverage: tuple[Coverage, ...] = ()
