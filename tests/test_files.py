"""Opening files: every packing, every way to be broken, one sentence each."""

from __future__ import annotations

import gzip
import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet import files
from broadsheet.errors import BadFileError
from broadsheet.files import open_source

TEXT = b"".join(b"line %d of some file, mostly alike\n" % number for number in range(20_000))
Packer = Callable[[bytes], bytes]


def gzipped(data: bytes) -> bytes:
    return gzip.compress(data)


def zstandardised(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(data)


PACKERS: dict[str, Packer] = {
    "refs.bib": bytes,
    "refs.bib.gz": gzipped,
    "refs.bib.zst": zstandardised,
}


def read_all(path: Path) -> bytes:
    with open_source(path) as source:
        return source.stream.read()


@pytest.mark.parametrize("name", PACKERS)
def test_every_packing_gives_the_same_bytes(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(PACKERS[name](TEXT))
    with open_source(path) as source:
        assert (source.filename, source.name) == ("refs.bib", str(path))
        assert source.head == TEXT[: files.HEAD_BYTES]
        assert source.size == path.stat().st_size
        assert source.stream.readline() == b"line 0 of some file, mostly alike\n"
        assert 0 < source.position() <= source.size
        assert source.stream.read() == TEXT[34:]
        assert source.position() == source.size
        assert source.given() == len(TEXT)


@pytest.mark.parametrize("pack", [gzipped, zstandardised])
def test_packings_in_several_parts_are_one_file(tmp_path: Path, pack: Packer) -> None:
    path = tmp_path / "parts"
    path.write_bytes(pack(b"one\n") + pack(b"") + pack(b"two\n"))
    assert read_all(path) == b"one\ntwo\n"


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(gzip.compress(TEXT))

    monkeypatch.setattr(sys, "stdin", Stdin)
    with open_source("-") as source:
        assert (source.name, source.size) == ("standard input", None)
        assert source.stream.read() == TEXT


def test_standard_input_that_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(BadFileError, match="is closed"), open_source("-"):
        pytest.fail("it opened")


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "blank").write_text(" \n")
    (tmp_path / "empty.gz").write_bytes(gzip.compress(b""))
    for name, words in (
        ("missing", "There is no file"),
        (".", r"^[^:]* is a folder; name the files in it\.$"),
        ("empty", "is empty"),
        ("blank", "is empty"),
        ("empty.gz", "is empty"),
        ("nul\0", "cannot be opened"),
        ("x" * 300, "cannot be opened"),
    ):
        with pytest.raises(BadFileError, match=words), open_source(tmp_path / name):
            pytest.fail("it opened")


@pytest.mark.parametrize("name", ["refs.bib.gz", "refs.bib.zst"])
def test_a_file_cut_off_gives_what_it_has_and_then_says_so(tmp_path: Path, name: str) -> None:
    """Break to see it fail: raise at once in `_Stream._next`."""
    path = tmp_path / name
    pack = PACKERS[name]
    path.write_bytes(pack(TEXT[:50_000]) + pack(TEXT[50_000:100_000])[:-100])
    got = b""
    with open_source(path) as source, pytest.raises(BadFileError, match="cut off"):
        for line in source.stream:
            got += line
    assert len(got) > 49_000
    assert TEXT.startswith(got)


@pytest.mark.parametrize("name", ["refs.bib.gz", "refs.bib.zst"])
def test_damaged_packings(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    data = bytearray(PACKERS[name](TEXT))
    for place in range(len(data) // 2, len(data) // 2 + 40):
        data[place] ^= 0xA5
    path.write_bytes(data)
    with pytest.raises(BadFileError, match="is damaged|cut off"):
        read_all(path)
    path.write_bytes(PACKERS[name](TEXT) + b"and something else behind it")
    with pytest.raises(BadFileError, match="is damaged"):
        read_all(path)


@pytest.mark.parametrize("pack", [gzipped, zstandardised])
def test_a_bomb_is_refused_on_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: Packer
) -> None:
    """Break to see it fail: take the limit out of `_Stream._limited`."""
    monkeypatch.setattr(files, "FREE_BYTES", 1 << 20)
    path = tmp_path / "bomb"
    path.write_bytes(pack(b"\n" * 32 + b"0" * (1 << 24)))
    read = 0
    with pytest.raises(BadFileError, match="more than 200 times"), open_source(path) as source:
        while piece := source.stream.read(1 << 16):
            read += len(piece)
    assert read < 1 << 23


@settings(max_examples=40, deadline=None)
@given(data=st.binary(min_size=1, max_size=300))
def test_any_bytes_give_bytes_or_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    for head in (b"", b"\x1f\x8b", b"\x1f\x8b\x08\x00", b"\x28\xb5\x2f\xfd"):
        path.write_bytes(head + data)
        try:
            read_all(path)
        except BadFileError as error:
            assert str(error).endswith(".")
