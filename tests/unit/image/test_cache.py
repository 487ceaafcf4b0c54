import os
import threading
from pathlib import Path

from seawall.image.cache import LayerCache, prune
from seawall.image.facts import LayerFacts
from seawall.image.package.interface import FileFacts
from seawall.image.package.osrelease import OsReleaseAnalyzer
from seawall.image.wanted import Matcher
from seawall.model.identifiers import Digest

DIGEST = Digest("sha256:" + "ab" * 32)
FACTS = LayerFacts(size=5, members=2, facts=(FileFacts(analyzer="x", path="p"),), whiteouts=("a",), files=b"12345678")


def cache_at(directory: Path, matcher: Matcher | None = None) -> LayerCache:
    return LayerCache(directory, matcher or Matcher([OsReleaseAnalyzer()]))


def files(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file()]


def test_what_is_stored_is_loaded(tmp_path: Path) -> None:
    cache = cache_at(tmp_path)
    assert cache.load(DIGEST, keyed=True) is None
    cache.store(DIGEST, FACTS, keyed=True)
    assert cache.load(DIGEST, keyed=True) == FACTS
    assert cache.load(DIGEST, keyed=False) is None
    assert len(files(tmp_path)) == 1


def test_other_analyzers_and_aliases_have_other_files(tmp_path: Path) -> None:
    class Newer(OsReleaseAnalyzer):
        version = 99

    cache_at(tmp_path).store(DIGEST, FACTS, keyed=True)
    assert cache_at(tmp_path, Matcher([Newer()])).load(DIGEST, keyed=True) is None
    assert cache_at(tmp_path, Matcher([OsReleaseAnalyzer()], {b"a": b"b"})).load(DIGEST, keyed=True) is None


def test_any_damage_is_a_miss(tmp_path: Path) -> None:
    cache = cache_at(tmp_path)
    cache.store(DIGEST, FACTS, keyed=True)
    (path,) = files(tmp_path)
    whole = path.read_bytes()
    for position in range(len(whole)):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        assert cache.load(DIGEST, keyed=True) is None
        path.write_bytes(whole[:position])
        assert cache.load(DIGEST, keyed=True) is None


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "layers").write_text("in the way")
    cache = cache_at(tmp_path)
    cache.store(DIGEST, FACTS, keyed=True)
    assert cache.load(DIGEST, keyed=True) is None


def test_many_at_once(tmp_path: Path) -> None:
    cache, wrong = cache_at(tmp_path), []

    def work() -> None:
        for _ in range(30):
            cache.store(DIGEST, FACTS, keyed=True)
            if cache.load(DIGEST, keyed=True) != FACTS:
                wrong.append(1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert len(files(tmp_path)) == 1


def test_prune(tmp_path: Path) -> None:
    cache = cache_at(tmp_path)
    cache.store(DIGEST, FACTS, keyed=True)
    cache.store(DIGEST, FACTS, keyed=False)
    old = files(tmp_path)[0]
    os.utime(old, (0, 0))
    (tmp_path / "layers" / "ab" / "other").write_text("not ours")
    assert prune(tmp_path, 3600) == 1
    assert len(files(tmp_path)) == 2
    assert prune(tmp_path / "nowhere", 0) == 0
