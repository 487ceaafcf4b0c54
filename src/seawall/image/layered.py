"""A layered image, read: layers in parallel, from the cache where they are known, merged into one answer."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from seawall.errors import InputError, LimitError
from seawall.image.assemble import coverage_of, distribution_of, packages_of
from seawall.image.cache import LayerCache
from seawall.image.config import base_layers, parse, steps_of_layers
from seawall.image.facts import LayerFacts
from seawall.image.layer import read_layer
from seawall.image.limits import LAYERS
from seawall.image.merge import Merged, merge
from seawall.image.package.registry import analyzers
from seawall.image.source.interface import LayerBlob, OpenedImage, Progress, ScanOptions
from seawall.image.wanted import Matcher
from seawall.model.finding import Subject
from seawall.model.identifiers import Digest
from seawall.model.image import Image, ImageConfig, Layer


def read(opened: OpenedImage, options: ScanOptions) -> Image:
    """Read all layers of an opened image.

    Raises:
        InputError: the configuration or a layer is truncated or corrupt, or has the wrong digest.
        LimitError: something is beyond a bound.
    """
    config, diff_ids = parse(opened.config)
    layers = opened.layers
    if len(layers) > LAYERS:
        raise LimitError(f"image {opened.name} has more than {LAYERS} layers")
    if diff_ids and len(diff_ids) != len(layers):
        raise InputError(
            f"image {opened.name} contradicts itself",
            cause=f"its configuration lists {len(diff_ids)} layers, its manifest {len(layers)}",
        )
    matcher = Matcher(analyzers())
    facts = _Reader(layers, matcher, options).read()
    merged = merge(facts, matcher.exact)
    if aliases := matcher.unreached(merged.followed, merged.served):
        matcher = Matcher(matcher.analyzers, aliases)
        facts = _Reader(layers, matcher, options).read()
        merged = merge(facts, matcher.exact)
    return _image(opened, config, diff_ids, facts, merged)


def _image(
    opened: OpenedImage,
    config: ImageConfig,
    diff_ids: Sequence[Digest],
    facts: Sequence[LayerFacts],
    merged: Merged,
) -> Image:
    distribution = distribution_of(merged)
    base = base_layers(config, len(facts))
    layers = []
    for index, (blob, fact, step) in enumerate(
        zip(opened.layers, facts, steps_of_layers(config, len(facts)), strict=True)
    ):
        diff_id = diff_ids[index] if diff_ids else blob.diff_id
        layers.append(
            Layer(
                index=index,
                digest=blob.digest or diff_id,
                diff_id=diff_id,
                instruction=step.instruction,
                size=fact.size,
                created=step.created,
                from_base=None if base is None else index < base,
            )
        )
    problems = [problem for fact in facts for problem in fact.problems]
    return Image(
        subject=Subject(
            kind="image",
            name=opened.name,
            digest=opened.digest,
            distribution=distribution.key if distribution else "",
        ),
        distribution=distribution,
        config=config,
        layers=tuple(layers),
        packages=packages_of(merged.packages(), merged, distribution, layered=True, base=base),
        coverage=coverage_of(merged, distribution, problems, layered=True),
    )


class _Reader:
    """Reads the layers of one image, each once, the largest first."""

    def __init__(self, layers: Sequence[LayerBlob], matcher: Matcher, options: ScanOptions) -> None:
        self._layers, self._matcher = layers, matcher
        self._workers = max(1, options.workers)
        self._cache = LayerCache(options.cache, matcher) if options.cache is not None else None
        self._meter = _Meter(options.progress, sum(blob.size for blob in layers))

    def read(self) -> list[LayerFacts]:
        """The facts of each layer, lowest first."""
        found: dict[int, LayerFacts] = {}
        same: dict[tuple[str, bool], int] = {}
        waiting = []
        for index, blob in enumerate(self._layers):
            identity = (blob.digest or blob.diff_id, index > 0)
            if identity[0] and identity in same:
                continue
            same[identity] = index
            if (facts := self._cached(index)) is not None:
                found[index] = facts
                self._meter.report(index, blob.size)
            else:
                waiting.append(index)
        found |= self._read(waiting)
        return [
            found[index] if index in found else found[same[(blob.digest or blob.diff_id, index > 0)]]
            for index, blob in enumerate(self._layers)
        ]

    def _read(self, waiting: list[int]) -> dict[int, LayerFacts]:
        waiting.sort(key=lambda index: self._layers[index].size, reverse=True)
        if len(waiting) < 2 or self._workers == 1:
            return {index: self._layer(index) for index in waiting}
        with ThreadPoolExecutor(min(self._workers, len(waiting)), thread_name_prefix="layer") as pool:
            futures = {index: pool.submit(self._layer, index) for index in waiting}
            try:
                return {index: future.result() for index, future in futures.items()}
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _cached(self, index: int) -> LayerFacts | None:
        blob = self._layers[index]
        digest = blob.digest or blob.diff_id
        return self._cache.load(digest, keyed=index > 0) if self._cache and digest else None

    def _layer(self, index: int) -> LayerFacts:
        blob = self._layers[index]
        digest = blob.digest or blob.diff_id
        name = f"layer {digest or index}"
        facts = read_layer(blob, self._matcher, name=name, keyed=index > 0, progress=self._meter.of(index))
        if self._cache and digest:
            self._cache.store(digest, facts, keyed=index > 0)
        return facts


class _Meter:
    """Sums the layers' progress."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress, self._total = progress, total
        self._done: dict[int, int] = {}
        self._lock = Lock()

    def of(self, index: int) -> Callable[[int], None] | None:
        """What a layer's reader calls with the bytes that it has read."""
        return (lambda done: self.report(index, done)) if self._progress else None

    def report(self, index: int, done: int) -> None:
        """A layer's state."""
        if self._progress is None:
            return
        with self._lock:
            self._done[index] = done
            whole = sum(self._done.values())
        self._progress("layers", whole, self._total)
