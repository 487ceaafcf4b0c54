"""Fill the advisory database: fetch feeds, or take them in from files, and build it anew.

Whatever fails leaves the old records of that feed in place, and is part of the answer.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from seawall.advisory.database import Database, DatabaseBuilder
from seawall.advisory.feed.reading import Reading
from seawall.advisory.feed.registry import chosen
from seawall.advisory.fetch import Fetcher
from seawall.errors import InputError, ServiceError, UsageError
from seawall.workflow.feeds.intake import Intake, Outcome, Progress
from seawall.workflow.feeds.jobs import UpdateRequest, job_of

__all__ = ["Outcome", "Progress", "UpdateRequest", "import_paths", "update"]


def import_paths(
    paths: tuple[Path, ...], database: Path, *, feeds: tuple[str, ...] = (), progress: Progress | None = None
) -> Outcome:
    """Take feeds in from directories, archives or files, in their services' own layout.

    Raises:
        InputError: a path cannot be read, or nothing in any of them is of a known feed.
        UsageError: there is no such feed.
    """
    intake = Intake(DatabaseBuilder(database), progress)
    known = chosen(feeds)
    for path in paths:
        intake.read(Reading(path, known), source=str(path.absolute()))
    if not intake.infos:
        unreadable = intake.unreadable[0] if intake.unreadable else ""
        raise InputError(
            f"there is no advisory feed in {', '.join(map(str, paths))}",
            cause=unreadable,
            hint=f"Known feeds: {', '.join(known)}, each in its service's own layout.",
        )
    return intake.finish()


def update(request: UpdateRequest, *, progress: Progress | None = None) -> Outcome:
    """Fetch what changed and take it in.

    Raises:
        UsageError: there is no such feed, it has no address, or it knows nothing of the ecosystems.
        InputError: the disk refuses.
        ServiceError: nothing could be fetched, and there is no database yet.
    """
    intake = Intake(DatabaseBuilder(request.database), progress)
    fetching = None if progress is None else lambda what, done, of: progress(f"fetching {what}", done, of)
    fetcher = Fetcher(timeout=request.timeout, ca_file=request.ca_file, progress=fetching)
    known = chosen(request.feeds)
    jobs = [job_of(request, feed, one) for feed in known.values() for one in feed.downloads(request.ecosystems)]
    if not jobs and not request.ecosystems:
        raise UsageError(f"{', '.join(known)} is not fetched, only imported", hint="`seawall db import FILE` does it.")
    if not jobs:
        raise UsageError("none of the chosen feeds knows these ecosystems", hint="`seawall db status` shows names.")
    with ThreadPoolExecutor(max_workers=max(1, request.workers)) as pool:
        fetched = list(pool.map(lambda job: job.run(fetcher), jobs))
    for feed in known.values():
        mine = [one for one in fetched if one.job.feed is feed]
        if mine:
            intake.take_fetched(feed, request.downloads / feed.name, mine)
    failed = [info for info in intake.infos.values() if info.error]
    if len(failed) == len(intake.infos) and not Database.exists(request.database):
        hint = "Check the network and proxies, name a mirror (--from), or import a copy (`seawall db import`)."
        raise ServiceError("no feed could be fetched", cause=failed[0].error if failed else "", hint=hint)
    return intake.finish()
