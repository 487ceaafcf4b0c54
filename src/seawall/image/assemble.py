"""From merged facts to the packages and coverage of an image: the part that all kinds of targets share."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from seawall.image.layer import says_something
from seawall.image.merge import Merged, Placed
from seawall.image.naming import DISTRIBUTION_TYPES, Naming
from seawall.image.order import ordered
from seawall.image.package.interface import FileFacts, Problem
from seawall.image.package.osrelease import PATHS as OS_RELEASE
from seawall.model.coverage import Coverage, CoverageState
from seawall.model.identifiers import Purl
from seawall.model.image import Distribution, Package

_ROWS: Final = 100
"""Rows of the coverage about single files; the rest is counted in one."""


def distribution_of(merged: Merged) -> Distribution | None:
    """What the best of the os-release files says."""
    for path in OS_RELEASE:
        for facts in merged.live.get(merged.followed(path), ()):
            if facts.distribution is not None:
                return facts.distribution
    return None


def packages_of(
    placed: Iterable[Placed], merged: Merged, distribution: Distribution | None, *, layered: bool, base: int | None
) -> tuple[Package, ...]:
    """The packages, completed and sorted; those that differ in nothing but their paths are one.

    Args:
        placed: from :meth:`Merged.packages`.
        merged: for what the distribution owns.
        distribution: for purls.
        layered: whether layer numbers mean something.
        base: how many of the lowest layers are the base image's, or null.
    """
    naming = Naming(distribution)
    complete = [one._replace(package=naming.qualified(one.package)) for one in placed]
    owners = _Owners(complete, merged)
    paths: defaultdict[Package, dict[str, None]] = defaultdict(dict)
    for package, layer, deleted_in in complete:
        whole = msgspec.structs.replace(
            package,
            layer=layer if layered else None,
            from_base=layer < base if layered and base is not None else None,
            owner=owners.of(package, layer),
            deleted_in=deleted_in,
            paths=(),
        )
        paths[whole].update(dict.fromkeys(package.paths))
    found = [msgspec.structs.replace(one, paths=tuple(sorted(where))) for one, where in paths.items()]
    return ordered(found)


def coverage_of(
    merged: Merged, distribution: Distribution | None, problems: Sequence[Problem], *, layered: bool
) -> tuple[Coverage, ...]:
    """What was found out, and what was not: never a silent zero."""
    live = [facts for few in merged.live.values() for facts in few]
    databases = [facts for facts in live if facts.database]
    rows = [_distribution_row(distribution, live), *_database_rows(distribution, databases)]
    where = "in layer" if layered else "at"
    rows += [
        Coverage(
            area="package-database",
            state=CoverageState.PARTIAL,
            message=f"/{path} was deleted {where} {layer}; its packages are still there and are taken as they were",
        )
        for path, layer in sorted(merged.lost.items())
    ]
    inside = {facts.path for facts in databases}
    every = dict.fromkeys(_judged(one, merged) for one in _problems(problems, live))
    rows += [_problem_row(one, inside) for one in list(every)[:_ROWS]]
    if len(every) > _ROWS:
        message = f"{len(every) - _ROWS} more files could not be read in full"
        rows.append(Coverage(area="file", state=CoverageState.PARTIAL, message=message))
    return tuple(rows)


def _distribution_row(distribution: Distribution | None, live: Sequence[FileFacts]) -> Coverage:
    if distribution is not None:
        title = f"{distribution.title} ({distribution.key})" if distribution.title else distribution.key
        return Coverage(area="distribution", state=CoverageState.OK, message=title)
    if not any(says_something(facts) for facts in live):
        message = "Nothing that is known was found: no os-release file, no package database, no language's packages"
    else:
        message = "There is no os-release file that names a distribution, so its own packages cannot be judged"
    return Coverage(area="distribution", state=CoverageState.UNKNOWN, message=message)


def _database_rows(distribution: Distribution | None, databases: Sequence[FileFacts]) -> list[Coverage]:
    counts: defaultdict[str, list[FileFacts]] = defaultdict(list)
    for facts in databases:
        counts[facts.analyzer].append(facts)
    if not counts and distribution is not None:
        message = f"{distribution.key} has no package database here, so its own packages are not known"
        return [Coverage(area="package-database", state=CoverageState.MISSING, message=message)]
    rows = []
    for analyzer, files in sorted(counts.items()):
        packages = sum(len(facts.packages) for facts in files)
        broken = any(one.state is CoverageState.UNREADABLE for facts in files for one in facts.problems)
        state = CoverageState.UNREADABLE if broken else CoverageState.OK
        where = f"/{files[0].path}" if len(files) == 1 else f"{len(files)} files"
        rows.append(
            Coverage(area="package-database", state=state, message=f"{analyzer}: {packages} packages in {where}")
        )
    return rows


def _problem_row(problem: Problem, databases: set[str]) -> Coverage:
    area = "package-database" if problem.path in databases else "file"
    said = problem.message
    if not said.startswith(f"{problem.path}!/"):  # what lies in an archive names the archive itself
        said = f"{problem.path}: {said.removeprefix(f'{problem.path}: ').removeprefix(f'{problem.path} ')}"
    return Coverage(area=area, state=problem.state, message=f"/{said}")


def _problems(problems: Sequence[Problem], live: Sequence[FileFacts]) -> Iterator[Problem]:
    yield from problems
    for facts in live:
        yield from facts.problems


def _judged(problem: Problem, merged: Merged) -> Problem:
    """What a program does not say about itself is no gap where the distribution's package answers for it."""
    owner = merged.owner(problem.path)
    if not owner or problem.state not in {CoverageState.PARTIAL, CoverageState.UNKNOWN}:
        return problem
    message = f"{problem.message} (it belongs to a package of the distribution, and is judged as that)"
    return msgspec.structs.replace(problem, state=CoverageState.INFO, message=message)


class _Owners:
    """Which distribution package brought a language's package.

    A file belongs to the distribution when its database lists it and the package came in the same layer; what a
    later layer wrote over it (``pip install --upgrade`` as root) is not the distribution's any more.
    """

    def __init__(self, placed: Iterable[Placed], merged: Merged) -> None:
        self._merged = merged
        self._purls: dict[str, Purl] = {}
        self._layers: defaultdict[str, set[int]] = defaultdict(set)
        for package, layer, deleted_in in placed:
            if package.type in DISTRIBUTION_TYPES:
                self._layers[package.name].add(layer)
                if deleted_in is None or package.name not in self._purls:
                    self._purls[package.name] = package.purl

    def of(self, package: Package, layer: int) -> Purl:
        """The owner's purl, or empty."""
        if package.type in DISTRIBUTION_TYPES:
            return Purl("")
        for path in package.paths:
            name = self._merged.owner(path.strip("/").partition("!")[0])
            if name and layer in self._layers[name]:
                return self._purls[name]
        return Purl("")
