"""Layers' facts on top of each other: what is there at the end, what brought it, and what was taken away again.

Source: OCI image specification, ``layer.md``, "Whiteouts" and "Change Types": a whiteout hides a path of the
layers below, an opaque whiteout a directory's content, and an entry replaces whatever had its name, with all that
lay below it unless both are directories.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from seawall.image.facts import LayerFacts
from seawall.image.layer import moved
from seawall.image.package.interface import FileFacts
from seawall.image.path import ancestors
from seawall.model.image import Package

_LINKS = 40
"""Symbolic links that are followed in a path (Linux: the same)."""


class Placed(NamedTuple):
    """A package, the layer that brought this version, and the one that took it away (or null)."""

    package: Package
    layer: int
    deleted_in: int | None


_Group = tuple[str, str]
_Key = tuple[str, ...]


class Merged:
    """The state after some layers.

    Attributes:
        live: path → the facts of the file that is there.
        owned: file → name of the package that brought it, as distributions' databases say.
        lost: package databases that were deleted without their packages: path → the layer that did it.
    """

    def __init__(self, databases: frozenset[str]) -> None:
        self.live: dict[str, list[FileFacts]] = {}
        self.symlinks: dict[str, str] = {}
        self.lost: dict[str, int] = {}
        self.owned: dict[str, str] = {}
        self._databases = databases
        self._present: defaultdict[_Group, dict[_Key, tuple[Package, int]]] = defaultdict(dict)
        self._deleted: list[tuple[_Group, _Key, Placed]] = []

    def add(self, index: int, layer: LayerFacts) -> None:
        """Put a layer on top."""
        touched = self._remove(index, layer)
        arrived: defaultdict[str, list[FileFacts]] = defaultdict(list)
        for link in layer.hard_links:
            arrived[self.resolve(link.path)] += [
                moved(facts, link.path) for facts in self.live.get(self.resolve(link.target), ())
            ]
        self.symlinks.update(layer.symlinks)
        for facts in layer.facts:
            arrived[self.resolve(facts.path)].append(facts)
            self.owned.update(facts.owned)
        for path, group in arrived.items():
            touched |= {_group(facts) for facts in (*group, *self.live.get(path, ()))}
            self.live[path] = group
            self.lost.pop(path, None)
        self._settle(index, touched)

    def packages(self) -> list[Placed]:
        """All that is there, and all that was there once and is gone."""
        placed = [Placed(one, layer, None) for group in self._present.values() for one, layer in group.values()]
        gone = {(group, key): one for group, key, one in self._deleted if key not in self._present[group]}
        return placed + list(gone.values())

    @property
    def served(self) -> set[str]:
        """The analyzers that found a package database, or who the distribution is."""
        live = (facts for path, few in self.live.items() if path not in self.lost for facts in few)
        return {facts.analyzer for facts in live if facts.database or facts.distribution}

    def owner(self, path: str) -> str:
        """The name of the distribution's package that brought a file, or empty (merged ``/usr``: either name)."""
        return self.owned.get(path) or self.owned.get(path.removeprefix("usr/")) or ""

    def resolve(self, path: str) -> str:
        """A path with the known symbolic links above it followed (the last part is not)."""
        head, slash, base = path.rpartition("/")
        return self.followed(head) + slash + base if slash else path

    def followed(self, path: str) -> str:
        """A path with all known symbolic links followed; a loop ends where it was met."""
        for _ in range(_LINKS):
            for part in (*reversed(ancestors(path)), path):
                if part in self.symlinks:
                    path = "/".join(one for one in (self.symlinks[part], path[len(part) + 1 :]) if one)
                    break
            else:
                break
        return path

    def _remove(self, index: int, layer: LayerFacts) -> set[_Group]:
        """Take away what a layer hides; the groups of facts that lost something."""
        known = set(self.live) | set(self.symlinks)
        above = {path: ancestors(path) for path in known}
        files, directories = layer.holds(known.union(*above.values()))
        hidden = files.union(layer.whiteouts)
        opaque = set(layer.opaque)
        below = hidden | opaque
        everything = "" in opaque
        gone = {
            path
            for path, over in above.items()
            if everything or path in hidden or path in directories or not below.isdisjoint(over)
        }
        for path in gone & self.symlinks.keys():
            del self.symlinks[path]
        touched = set()
        arriving = {(facts.analyzer, facts.database) for facts in layer.facts}
        for path in gone & self.live.keys():
            group = self.live[path]
            if path in self._databases and any(one.database for one in group) and path not in files:
                others = {
                    (one.analyzer, one.database) for at, few in self.live.items() if at not in gone for one in few
                }
                if not any((one.analyzer, True) in arriving | others for one in group):
                    self.lost.setdefault(path, index)
                    continue
            touched |= {_group(facts) for facts in group}
            del self.live[path]
        return touched

    def _settle(self, index: int, touched: set[_Group]) -> None:
        """Compare what the touched groups hold now with what they held."""
        now: defaultdict[_Group, dict[_Key, Package]] = defaultdict(dict)
        for few in self.live.values():
            for facts in few:
                if (group := _group(facts)) in touched:
                    now[group].update((_key(package, facts), package) for package in facts.packages)
        for group in touched:
            before, after = self._present[group], now[group]
            self._deleted += [
                (group, key, Placed(package, layer, index))
                for key, (package, layer) in before.items()
                if key not in after
            ]
            self._present[group] = {
                key: (package, before[key][1] if key in before else index) for key, package in after.items()
            }


def merge(layers: Sequence[LayerFacts], databases: frozenset[str]) -> Merged:
    """All layers, lowest first.

    Args:
        layers: their facts.
        databases: the exact paths where package databases lie; one that is deleted there takes no package along.
    """
    merged = Merged(databases)
    for index, layer in enumerate(layers):
        merged.add(index, layer)
    return merged


def _group(facts: FileFacts) -> _Group:
    """What is compared from layer to layer: all databases of an analyzer together, other files one by one."""
    return (facts.analyzer, "") if facts.database else (facts.analyzer, facts.path)


def _key(package: Package, facts: FileFacts) -> _Key:
    identity = (package.type, package.name, package.version, package.architecture)
    return identity if facts.database else (*identity, *package.paths)
