import gzip
import hashlib
import io
import lzma
from collections.abc import Callable
from contextlib import suppress

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.errors import InputError, LimitError
from seawall.image import stream as stream_module
from seawall.image.stream import TarStream
from seawall.model.identifiers import Digest

FORMS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "several gzip members": lambda data: gzip.compress(data[:1000]) + gzip.compress(data[1000:]),
    "zstd": zstandard.ZstdCompressor().compress,
    "several zstd frames": lambda data: zstandard.compress(data[:1000]) + zstandard.compress(data[1000:]),
    "skippable zstd frame": lambda data: b"\x50\x2a\x4d\x18\x04\0\0\0toc!" + zstandard.compress(data),
}


def sha256(data: bytes) -> Digest:
    return Digest("sha256:" + hashlib.sha256(data).hexdigest())


def drain(stream: TarStream, size: int = 4096) -> bytes:
    buffer, found = memoryview(bytearray(size)), b""
    while count := stream.fill(buffer):
        found += bytes(buffer[:count])
    stream.finish(buffer)
    return found


@pytest.mark.parametrize("form", FORMS)
def test_forms_are_told_by_their_first_bytes(form: str) -> None:
    data = bytes(range(256)) * 100
    stored = FORMS[form](data)
    assert drain(TarStream(io.BytesIO(stored), "layer x", digest=sha256(stored))) == data
    assert drain(TarStream(io.BytesIO(stored), "layer x", diff_id=sha256(data))) == data


@pytest.mark.parametrize("form", FORMS)
def test_wrong_digests(form: str) -> None:
    data = bytes(5000)
    stored, wrong = FORMS[form](data), sha256(b"other")
    for stream in (
        TarStream(io.BytesIO(stored), "layer x", digest=wrong),
        TarStream(io.BytesIO(stored), "layer x", diff_id=wrong),
    ):
        with pytest.raises(InputError, match=r"layer x does not have the digest"):
            drain(stream)


def test_digest_counts_what_follows_the_tar() -> None:
    stored = gzip.compress(bytes(3000))
    stream = TarStream(io.BytesIO(stored + bytes(100)), "layer x", digest=sha256(stored + bytes(100)))
    stream.fill(memoryview(bytearray(1000)))
    stream.finish(memoryview(bytearray(1000)))


@pytest.mark.parametrize("form", [form for form in FORMS if form != "plain"])
def test_truncated(form: str) -> None:
    stored = FORMS[form](bytes(range(256)) * 1000)[:-20]
    with pytest.raises(InputError, match="layer x"):
        drain(TarStream(io.BytesIO(stored), "layer x", digest=sha256(stored + b"more")))


def test_other_compressions_are_named() -> None:
    with pytest.raises(InputError, match="xz"):
        TarStream(io.BytesIO(lzma.compress(b"a")), "layer x")


def test_unknown_digest_algorithm() -> None:
    with pytest.raises(InputError):
        TarStream(io.BytesIO(b""), "layer x", digest=Digest("md5:0"))


def test_bombs_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_module, "RATIOS", ((1 << 20, 100),))
    for form in ("gzip", "zstd"):
        with pytest.raises(LimitError, match="bomb"):
            drain(TarStream(io.BytesIO(FORMS[form](bytes(4 << 20))), "layer x"), 1 << 20)
    monkeypatch.setattr(stream_module, "LAYER_BYTES", 1000)
    with pytest.raises(LimitError, match="larger"):
        drain(TarStream(io.BytesIO(bytes(2000)), "layer x"))


def test_progress() -> None:
    seen: list[int] = []
    drain(TarStream(io.BytesIO(bytes(10_000)), "layer x", progress=seen.append))
    assert seen[-1] == 10_000
    assert seen == sorted(seen)


@settings(max_examples=100)
@given(st.sampled_from(sorted(FORMS)), st.binary(max_size=3000), st.data())
def test_any_damage_is_one_error(form: str, data: bytes, draw: st.DataObject) -> None:
    stored = bytearray(FORMS[form](data) or b"\0")
    stored[draw.draw(st.integers(0, len(stored) - 1))] ^= draw.draw(st.integers(1, 255))
    with suppress(InputError):
        drain(TarStream(io.BytesIO(bytes(stored)), "layer x"))
