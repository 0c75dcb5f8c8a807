"""The adapters fulfil the ports: every method there, with the arguments its contract names."""

from __future__ import annotations

import inspect
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from broadsheet import ports
from broadsheet.connectors import FILE_FORMATS
from broadsheet.errors import BadFileError
from broadsheet.model import BadRow, Grouping, Record
from broadsheet.search import HybridIndex
from broadsheet.search.embed.openai import OpenAIEmbedder
from broadsheet.search.embed.sentence_transformers import SentenceTransformersEmbedder
from broadsheet.search.embed.static import StaticEmbedder
from broadsheet.storage import SqlStore
from broadsheet.storage.transaction import SqlTransaction
from papers import DictIndex, Letters, LineFormat

if TYPE_CHECKING:

    def typed(
        store: SqlStore, transaction: SqlTransaction, index: HybridIndex, static: StaticEmbedder
    ) -> tuple[ports.Store, ports.Transaction, ports.Index, ports.Embedder]:
        """mypy proves here what the tests below ask at run time."""
        return store, transaction, index, static

    FAKES: tuple[ports.Index, ports.Embedder, ports.FileFormat] = (
        DictIndex(),
        Letters(),
        LineFormat(),
    )


FULFILLED = [
    (SqlStore, ports.Store),
    (SqlTransaction, ports.Transaction),
    (HybridIndex, ports.Index),
    (StaticEmbedder, ports.Embedder),
    (OpenAIEmbedder, ports.Embedder),
    (SentenceTransformersEmbedder, ports.Embedder),
    (DictIndex, ports.Index),
    (Letters, ports.Embedder),
    *((type(each), ports.FileFormat) for each in FILE_FORMATS),
]


def methods_of(port: type) -> dict[str, inspect.Signature]:
    return {
        name: inspect.signature(method)
        for name, method in vars(port).items()
        if inspect.isfunction(method) and not name.startswith("_")
    }


@pytest.mark.parametrize(
    ("adapter", "port"), FULFILLED, ids=lambda each: getattr(each, "__name__", None)
)
def test_every_method_takes_what_its_port_names(adapter: type, port: type) -> None:
    """Break to see it fail: rename an argument of `SqlStore.iterate_works`."""
    wanted = methods_of(port)
    assert wanted
    for name, signature in wanted.items():
        found = inspect.signature(getattr(adapter, name)).parameters
        for argument in signature.parameters.values():
            assert argument.name in found, f"{adapter.__name__}.{name} lacks {argument.name}"
            assert found[argument.name].kind == argument.kind
            assert found[argument.name].default == argument.default
        extra = [found[each] for each in found if each not in signature.parameters]
        assert all(each.default is not inspect.Parameter.empty for each in extra)


@pytest.mark.parametrize("port", [ports.Store, ports.Transaction, ports.Index, ports.Embedder])
def test_every_method_of_a_port_says_what_it_means(port: type) -> None:
    for name in methods_of(port):
        assert (getattr(port, name).__doc__ or "").strip(), name


@pytest.mark.parametrize("kind", FILE_FORMATS, ids=lambda kind: kind.name)
def test_a_format_is_a_format(kind: ports.FileFormat) -> None:
    assert isinstance(kind, ports.FileFormat)
    assert kind.name and kind.name == kind.name.strip()
    for head in (b"", b"\x00\xff" * 50, b"plain words", b"%PDF-1.7", b"PK\x03\x04"):
        assert kind.recognises(head, "file") is False


@pytest.mark.parametrize("kind", FILE_FORMATS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("content", [b"", b"\n\n", b"\x00\xff\xfe", b"{", b"[" * 50, b"@x{", b"TY"])
def test_a_format_gives_rows_or_says_that_the_file_is_bad(
    kind: ports.FileFormat, content: bytes
) -> None:
    """Whatever is in a file: rows, bad rows, or one BadFileError."""
    try:
        rows = list(kind.read(BytesIO(content), "some.file"))
    except BadFileError as error:
        assert "some.file" in str(error)
        return
    assert all(isinstance(row, Record | BadRow | Grouping) for row in rows)


def test_names_of_formats_differ() -> None:
    assert len({kind.name for kind in FILE_FORMATS}) == len(FILE_FORMATS)


@pytest.fixture(scope="module")
def static() -> StaticEmbedder:
    return StaticEmbedder()


@pytest.mark.parametrize("embedder", ["static", "letters"])
def test_an_embedder_gives_rows_of_length_one(
    embedder: str, request: pytest.FixtureRequest
) -> None:
    made: ports.Embedder = request.getfixturevalue("static") if embedder == "static" else Letters()
    texts = ["Sand in drums", "", "!!!", "Sand in drums", "x" * 5000, "\ud800 lone", "é 🎉 中文"]
    for embed in (made.embed_documents, made.embed_queries):
        vectors = embed(texts)
        assert vectors.dtype == np.float32
        assert vectors.shape == (len(texts), made.dim)
        lengths = np.linalg.norm(vectors, axis=1)
        assert np.all((np.abs(lengths - 1) < 1e-3) | (lengths < 1e-6))
        assert np.array_equal(vectors[0], vectors[3])
        assert not vectors[1].any()
        assert embed([]).shape == (0, made.dim)
    assert "@" in made.id


def test_what_one_text_gives_does_not_depend_on_its_neighbours(static: StaticEmbedder) -> None:
    texts = ["Sand in drums", "A much longer text about enzymes, orbits and parsers", ""]
    together = static.embed_documents(texts)
    for text, vector in zip(texts, together, strict=True):
        assert np.allclose(static.embed_documents([text])[0], vector, atol=1e-6)


def test_an_index_can_be_closed_twice(tmp_path: Path) -> None:
    index = HybridIndex.open(tmp_path / "index", [Letters()])
    index.close()
    index.close()


def test_the_silent_listener_listens_not() -> None:
    ports.silent("Indexing", 1, None)
