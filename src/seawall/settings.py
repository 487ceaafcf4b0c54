"""Settings: a TOML file, overlaid by ``SEAWALL_*`` variables, overlaid by the command line.

The file is ``$SEAWALL_CONFIG``, else ``seawall.toml`` in the working directory, else
``$XDG_CONFIG_HOME/seawall/config.toml``. A key that does not exist is an error, with its place.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from seawall.errors import UsageError

_MAPPINGS = frozenset({"registry_mirrors", "feed_addresses"})


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What can be set; every field has a default that works.

    Attributes:
        cache_dir: where layer results and the advisory database live.
        jobs: how many threads read layers and images; 0 means one a processor.
        max_feed_age_days: an advisory feed older than this is a gap in the coverage.
        registry_mirrors: registry host → mirror host, tried first.
        registry_ca_file: a PEM bundle that registries' certificates are checked against, beside the system's.
        feed_addresses: advisory feed → the address of a mirror of its service.
        timeout_seconds: the longest wait for a network answer.
        log_level: debug, info, warning or error.
    """

    cache_dir: str = ""
    jobs: int = 0
    max_feed_age_days: int = 7
    registry_mirrors: dict[str, str] = {}
    registry_ca_file: str = ""
    feed_addresses: dict[str, str] = {}
    timeout_seconds: float = 30.0
    log_level: str = "warning"

    @property
    def cache(self) -> Path:
        """The cache directory, made absolute; it need not exist yet."""
        if self.cache_dir:
            return Path(self.cache_dir).expanduser().absolute()
        base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
        return Path(base).expanduser().absolute() / "seawall"

    @property
    def workers(self) -> int:
        """The number of threads to use, at least 1."""
        return self.jobs if self.jobs > 0 else max(1, os.cpu_count() or 1)


def _file(environ: Mapping[str, str]) -> Path | None:
    if named := environ.get("SEAWALL_CONFIG"):
        return Path(named)
    home = environ.get("XDG_CONFIG_HOME") or "~/.config"
    for candidate in (Path("seawall.toml"), Path(home).expanduser() / "seawall" / "config.toml"):
        if candidate.is_file():
            return candidate
    return None


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings.

    Raises:
        UsageError: the file cannot be read, or a key or value is wrong.
    """
    environ = os.environ if environ is None else environ
    path = _file(environ)
    values: dict[str, object] = {}
    if path is not None:
        try:
            values = tomllib.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise UsageError(f"settings file {path} cannot be read", cause=str(error)) from error
    known = Settings.__struct_fields__
    for field in known:
        text = environ.get(f"SEAWALL_{field.upper()}")
        if text is not None:
            values[field] = _mapping(text) if field in _MAPPINGS else text
    try:
        return msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        where = f"settings file {path}" if path else "a SEAWALL_* variable"
        raise UsageError(f"{where} is wrong", cause=str(error), hint=f"Known settings: {', '.join(known)}.") from error


def _mapping(text: str) -> dict[str, str]:
    """``a=b,c=d`` as a mapping, the way an environment variable says it."""
    return dict(pair.split("=", 1) for pair in text.split(",") if "=" in pair)
