"""A root filesystem: this machine's, or any directory that holds one."""

import os
from typing import ClassVar

from seawall.errors import InputError
from seawall.image.source.interface import ScanOptions
from seawall.model.finding import Subject
from seawall.model.image import Image


class RootfsSource:
    """``dir:PATH``."""

    prefix: ClassVar[str] = "dir"

    def accepts(self, target: str) -> bool:
        """Whether it is a directory."""
        return os.path.isdir(target)

    def load(self, target: str, options: ScanOptions) -> Image:
        """Read what lies below a directory.

        Raises:
            InputError: it cannot be opened.
        """
        from seawall.image.assemble import (  # noqa: PLC0415 - the reader is loaded when there is something to read
            coverage_of,
            distribution_of,
            packages_of,
        )
        from seawall.image.merge import merge  # noqa: PLC0415 - as above
        from seawall.image.package.registry import analyzers  # noqa: PLC0415 - as above
        from seawall.image.rootwalk import RootWalk  # noqa: PLC0415 - as above
        from seawall.image.wanted import Matcher  # noqa: PLC0415 - as above

        progress = options.progress
        report = (lambda seen: progress("files", seen, 0)) if progress else None
        matcher = Matcher(analyzers())
        try:
            facts = RootWalk(target, matcher, report).read()
            merged = merge([facts], matcher.exact)
            if aliases := matcher.unreached(merged.followed, merged.served):
                facts = RootWalk(target, Matcher(matcher.analyzers, aliases), report).read()
                merged = merge([facts], matcher.exact)
        except OSError as error:
            raise InputError(f"{target} cannot be read", cause=error.strerror or str(error)) from error
        distribution = distribution_of(merged)
        return Image(
            subject=Subject(kind="filesystem", name=target, distribution=distribution.key if distribution else ""),
            distribution=distribution,
            packages=packages_of(merged.packages(), merged, distribution, layered=False, base=None),
            coverage=coverage_of(merged, distribution, facts.problems, layered=False),
        )
