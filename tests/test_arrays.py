"""A folder of arrays: what was saved comes back whole, or not at all."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import orjson
import pytest
from numpy.typing import NDArray

from broadsheet.arrays import ArrayFolder

ARRAYS: dict[str, NDArray[Any]] = {
    "numbers": np.arange(1_000, dtype=np.int64),
    "table": np.linspace(0, 1, 30, dtype=np.float32).reshape(5, 6),
    "none": np.zeros((3, 0), np.float32),
    "marks": np.array([2**63, 1], np.uint64),
}


@pytest.fixture
def folder(tmp_path: Path) -> ArrayFolder:
    return ArrayFolder(tmp_path / "learning")


def test_what_was_saved_comes_back(folder: ArrayFolder, tmp_path: Path) -> None:
    folder.save("stock", ARRAYS)
    found = folder.load("stock")
    assert found is not None
    assert found.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)
    assert [path.name for path in (tmp_path / "learning").iterdir()] == ["stock.arrays"]


def test_it_is_mapped_and_not_to_be_written_to(folder: ArrayFolder) -> None:
    folder.save("stock", ARRAYS)
    found = folder.load("stock")
    assert found
    with pytest.raises(ValueError, match="read-only"):
        found["numbers"][0] = 1


def test_who_has_the_one_before_keeps_it(folder: ArrayFolder) -> None:
    folder.save("stock", {"a": np.zeros(10_000)})
    before = folder.load("stock")
    folder.save("stock", {"a": np.ones(10_000)})
    after = folder.load("stock")
    assert before
    assert after
    assert before["a"].sum() == 0
    assert after["a"].sum() == 10_000


def test_nothing_there_is_nothing(folder: ArrayFolder, tmp_path: Path) -> None:
    assert folder.load("stock") is None
    (tmp_path / "learning").mkdir()
    (tmp_path / "learning/stock.arrays").mkdir()
    assert folder.load("stock") is None


def test_damage_counts_as_absence(folder: ArrayFolder, tmp_path: Path) -> None:
    """Every cut, and a change of any byte that says something. Break to see it fail: leave the
    checksum out of `_read`."""
    folder.save("stock", {"a": np.arange(16, dtype=np.int64), "b": np.ones(8, np.float64)})
    path = tmp_path / "learning/stock.arrays"
    whole = path.read_bytes()
    for size in range(0, len(whole), 5):
        path.write_bytes(whole[:size])
        assert folder.load("stock") is None, size
    text = len(whole[: whole.index(b"\n")])
    for place in [*range(0, text, 3), *range(len(whole) - 192, len(whole))]:
        changed = bytearray(whole)
        changed[place] ^= 4
        path.write_bytes(changed)
        found = folder.load("stock")
        assert found is None or (
            found.get("a") is not None
            and found["a"].tolist() == list(range(16))
            and found.keys() >= {"a"}
        ), place


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"[]\n",
        b'{"format": 2, "arrays": {}, "bytes": 0}\n',
        b'{"format": 1, "arrays": {"a": ["|O", [1], 0, 0]}, "bytes": 64}\n'.ljust(192),
        b'{"format": 1, "arrays": {"a": ["<i8", [-1], 0, 0]}, "bytes": 64}\n'.ljust(192),
        b'{"format": 1, "arrays": {"a": ["<i8", [99], 0, 0]}, "bytes": 64}\n'.ljust(192),
        b'{"format": 1, "arrays": {"a": ["<i8", [1], 60, 0]}, "bytes": 64}\n'.ljust(192),
        b'{"format": 1, "arrays": {"a": ["nonsense", [1], 0, 0]}, "bytes": 64}\n'.ljust(192),
        b'{"format": 1, "arrays": {"a": 3}, "bytes": 64}\n'.ljust(192),
        b'{"format": 1, "arrays": {}, "bytes": -5}\n'.ljust(192),
        b'{"format": 1, "arrays": {}, "bytes": 1e300}\n'.ljust(192),
        b'{"format": 1, "arrays": [], "bytes": 0}\n',
        b'{"format": 1, "arrays": {"a": [["<i8"], [1], 0, 0]}, "bytes": 64}\n'.ljust(192),
        b'{"format": 1, "arrays": {"a": ["i8,(", [1], 0, 0]}, "bytes": 64}\n'.ljust(192),
        b'{"format": 1, "arrays": {"a": ["<i8", 1, 0, 0]}, "bytes": 64}\n'.ljust(192),
        b'{"format": 1, "arrays": {"a": ["<i8", ["1"], 0, 0]}, "bytes": 64}\n'.ljust(192),
        b"\x93NUMPY".ljust(500, b"\0"),
    ],
)
def test_what_is_of_another_make_is_nothing(
    folder: ArrayFolder, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "learning").mkdir()
    (tmp_path / "learning/stock.arrays").write_bytes(content)
    assert not folder.load("stock")


ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    7,
    2**62,
    1e300,
    "",
    "<i8",
    "|O",
    "i8,(",
    "\x00",
    [],
    {},
    [[]],
    {"a": []},
)


def _mutate(whole: bytes, random: Random) -> bytes:
    """A file with bits flipped, cut short, or with something odd for a part of its head."""
    kind = random.randrange(3)
    if kind == 0:
        changed = bytearray(whole)
        for _ in range(random.randint(1, 4)):
            changed[random.randrange(len(whole))] ^= 1 << random.randrange(8)
        return bytes(changed)
    if kind == 1:
        return whole[: random.randrange(len(whole))]
    head = orjson.loads(whole.split(b"\n", 1)[0])
    owner = random.choice([head, head["arrays"], head["arrays"]["a"], head["arrays"]["b"]])
    place = random.choice(list(owner) if isinstance(owner, dict) else range(4))
    owner[place] = random.choice(ODD)
    line = orjson.dumps(random.choice([head] * 9 + [*ODD[:5], [head]])) + b"\n"
    size = -(-len(line) // 64) * 64
    return line.ljust(size) + whole[192:]


def test_three_hundred_damaged_files_are_nothing_or_what_they_were(
    folder: ArrayFolder, tmp_path: Path
) -> None:
    """Break to see it fail: let `_read_head` take `arrays` of any type (AttributeError), or leave
    `_NUMBERS` out of `_read_place` (SyntaxError)."""
    saved = {"a": np.arange(16, dtype=np.int64), "b": np.ones((2, 4), np.float64)}
    folder.save("stock", saved)
    path, random = tmp_path / "learning/stock.arrays", Random(5)
    whole = path.read_bytes()
    for number in range(300):
        path.write_bytes(_mutate(whole, random))
        found = folder.load("stock") or {}
        for name in saved.keys() & found.keys():
            assert found[name].ravel().tolist() == saved[name].ravel().tolist(), number


def test_objects_are_never_kept(folder: ArrayFolder) -> None:
    with pytest.raises(TypeError, match="numbers"):
        folder.save("stock", {"a": np.array([{}], object)})
    assert folder.load("stock") is None


def test_a_folder_that_cannot_be_written_to_keeps_what_it_has(
    folder: ArrayFolder, tmp_path: Path
) -> None:
    (tmp_path / "learning").write_text("a file stands in the way")
    folder.save("stock", ARRAYS)
    assert folder.load("stock") is None


def test_a_save_that_fails_half_way_leaves_the_one_before(
    folder: ArrayFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break to see it fail: open the file itself instead of a part beside it."""
    folder.save("stock", {"a": np.zeros(4)})

    def fail(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("broadsheet.arrays._pad", fail)
    folder.save("stock", {"a": np.ones(4)})
    monkeypatch.undo()
    found = folder.load("stock")
    assert found
    assert found["a"].sum() == 0
    assert [path.name for path in (tmp_path / "learning").iterdir()] == ["stock.arrays"]
