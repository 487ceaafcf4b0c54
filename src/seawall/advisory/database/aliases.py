"""Which identifiers mean the same vulnerability: union-find over alias edges, guarded against over-merging.

Two CVEs are never merged: an advisory that names several (a GHSA or RUSTSEC about two) belongs to each of them,
and an edge that would join two groups with different CVEs is not followed.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

_PREFERENCE: Final = ("CVE-", "GHSA-", "PYSEC-", "GO-", "RUSTSEC-")


def _rank(identifier: str) -> tuple[int, str]:
    """CVE first, then GHSA …; what is not known last, by the alphabet."""
    for rank, prefix in enumerate(_PREFERENCE):
        if identifier.startswith(prefix):
            return rank, identifier
    return len(_PREFERENCE), identifier


def is_cve(identifier: str) -> bool:
    """Whether it is a CVE identifier."""
    return identifier.startswith("CVE-")


class AliasGroups:
    """Groups of identifiers. First :meth:`add` all advisories, then :meth:`settle`, then ask."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}
        self._best: dict[str, str] = {}
        self._edges: list[tuple[str, str]] = []
        self._members: dict[str, tuple[str, ...]] = {}
        self._notices: defaultdict[str, set[str]] = defaultdict(set)

    def add(self, identifier: str, aliases: Sequence[str], covers: Sequence[str]) -> None:
        """Take in one advisory's identifiers."""
        self._touch(identifier)
        for covered in covers:
            self._touch(covered)
            self._notices[covered].update((identifier, *aliases))
        if covers:
            return
        cves = [alias for alias in (identifier, *aliases) if is_cve(alias)]
        for alias in aliases:
            self._touch(alias)
        if len(cves) > 1:
            for cve in cves:
                self._notices[cve].update(other for other in (identifier, *aliases) if not is_cve(other))
            return
        self._edges.extend((identifier, alias) for alias in aliases if alias != identifier)

    def settle(self) -> None:
        """Join the groups; edges to CVEs first, then by the alphabet, so that the answer does not hang on order."""
        for first, second in sorted(set(self._edges), key=lambda edge: (not any(map(is_cve, edge)), edge)):
            self._join(first, second)
        self._edges.clear()
        members: defaultdict[str, set[str]] = defaultdict(set)
        for identifier in self._parent:
            members[self._best[self._find(identifier)]].add(identifier)
        self._members = {best: tuple(sorted(group - {best})) for best, group in members.items() if len(group) > 1}
        notices: defaultdict[str, set[str]] = defaultdict(set)
        for covered, about in self._notices.items():
            notices[self.shown(covered)].update(about)
        self._notices = notices

    def shown(self, identifier: str) -> str:
        """The identifier to show for one: the CVE of its group where there is one."""
        return self._best[self._find(identifier)] if identifier in self._parent else identifier

    def targets(self, identifier: str, aliases: Sequence[str], covers: Sequence[str]) -> tuple[str, ...]:
        """The shown identifiers of the vulnerabilities that an advisory is about, sorted."""
        if covers:
            return tuple(sorted({self.shown(covered) for covered in covers}))
        cves = [alias for alias in (identifier, *aliases) if is_cve(alias)]
        if len(cves) > 1:
            return tuple(sorted({self.shown(cve) for cve in cves}))
        return (self.shown(identifier),)

    def others(self, shown: str) -> tuple[str, ...]:
        """All other identifiers of a shown one's group, sorted."""
        return self._members.get(shown, ())

    def notices(self, shown: str) -> tuple[str, ...]:
        """The notices, and advisories about several vulnerabilities, that cover a shown one; sorted."""
        return tuple(sorted(self._notices.get(shown, ())))

    def _touch(self, identifier: str) -> None:
        if identifier not in self._parent:
            self._parent[identifier] = identifier
            self._best[identifier] = identifier

    def _find(self, identifier: str) -> str:
        parent = self._parent
        root = identifier
        while parent[root] != root:
            root = parent[root]
        while parent[identifier] != root:
            parent[identifier], identifier = root, parent[identifier]
        return root

    def _join(self, first: str, second: str) -> None:
        first, second = self._find(first), self._find(second)
        if first == second:
            return
        one, other = self._best[first], self._best[second]
        if is_cve(one) and is_cve(other):
            return
        self._parent[second] = first
        self._best[first] = min(one, other, key=_rank)
