"""Errors: the tree that the docstring draws, and sentences that stand alone on a terminal."""

from __future__ import annotations

import ast
import inspect
import pickle
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from broadsheet import errors
from broadsheet.cli import codes, main
from broadsheet.errors import (
    BroadsheetError,
    ConfigError,
    InvalidInputError,
    InvalidQueryError,
    NotFoundError,
    SourceRequestError,
    StorageError,
)

SOURCE = Path(errors.__file__).parent
ALL = {
    name: kind
    for name, kind in vars(errors).items()
    if inspect.isclass(kind) and issubclass(kind, BroadsheetError)
}


def drawn() -> dict[str, str]:
    """The tree in the docstring, as each error's name with that of its parent."""
    assert errors.__doc__
    parents: dict[str, str] = {}
    above: dict[int, str] = {}
    for line in errors.__doc__.splitlines():
        if found := re.match(r"    ([ │├└─]*)(\w+Error)\b", line):
            depth = len(found[1])
            above[depth] = found[2]
            if depth:
                parents[found[2]] = above[max(known for known in above if known < depth)]
    return parents


def test_the_tree_is_as_drawn() -> None:
    """Break to see it fail: let `StorageBusyError` be a `BroadsheetError` only."""
    real = {name: kind.__mro__[1].__name__ for name, kind in ALL.items()}
    assert real.pop("BroadsheetError") == "Exception"
    assert drawn() == real


def test_each_error_is_told_apart_by_those_who_know_only_python() -> None:
    assert issubclass(InvalidInputError, ValueError)
    assert issubclass(NotFoundError, LookupError)
    assert not issubclass(StorageError, OSError)


def test_every_error_has_a_meaning_and_is_raised_somewhere() -> None:
    """Break to see it fail: add an error that nobody raises."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    families = {kind.__mro__[1].__name__ for kind in ALL.values()}
    for name, kind in ALL.items():
        assert kind.__doc__ and kind.__doc__.rstrip().endswith((".", "`."))
        assert name in families or re.search(rf"\b{name}\(", text.replace(f"class {name}(", "")), (
            name
        )


def test_what_is_not_there_is_named() -> None:
    error = NotFoundError("paper", "arXiv:2401.00001")
    assert str(error) == "There is no paper arXiv:2401.00001 in this library."
    assert (error.kind, error.key) == ("paper", "arXiv:2401.00001")
    assert str(NotFoundError("record", 7, within="")) == "There is no record 7."


def test_a_mistake_in_a_query_has_a_place() -> None:
    error = InvalidQueryError("A year has four digits.", 5)
    assert (str(error), error.position) == ("A year has four digits.", 5)


@cache
def raised_texts() -> tuple[tuple[str, str, str], ...]:
    """Every message written where an error is raised: place, the error's name, the text.

    What a message takes in (`{…}`) reads as "X".
    """
    return tuple(_find_raised_texts())


def _find_raised_texts() -> Iterator[tuple[str, str, str]]:
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)):
                continue
            call = node.exc
            if isinstance(call.func, ast.Name) and call.func.id in ALL and call.args:
                text = written(call.args[0])
                if text is not None and call.func.id != "NotFoundError":
                    yield f"{path.relative_to(SOURCE)}:{node.lineno}", call.func.id, text


def written(node: ast.expr) -> str | None:
    """The text of a literal or f-string; None for what is made elsewhere."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values
        )
    return None


def test_every_message_is_one_sentence() -> None:
    """Break to see it fail: leave the full stop of any message out."""
    found = raised_texts()
    assert len(found) > 40
    for place, _, text in found:
        assert text[0].isupper() or text.startswith(
            ("dimensions=", "sentence-transformers", "arXiv")
        ), f"{place}: {text}"
        assert text.endswith((".", "X")), f"{place}: {text}"
        assert "\n" not in text and "  " not in text, f"{place}: {text}"


def test_no_message_speaks_in_the_names_of_our_classes() -> None:
    for place, _, text in raised_texts():
        assert not re.search(r"\b\w+Error\b|\bNone\b(?! of)|\bTrue\b|Exception", text), (
            f"{place}: {text}"
        )


@pytest.mark.parametrize("kind", ALL.values(), ids=ALL)
def test_every_error_is_one_line_and_no_traceback_at_the_terminal(
    kind: type[BroadsheetError], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Break to see it fail: catch `StorageError` in `cli.main` in place of `BroadsheetError`."""
    if kind is NotFoundError:
        error: BroadsheetError = NotFoundError("sentence", 7)
    elif kind is InvalidQueryError:
        error = InvalidQueryError("It is one sentence.", 3)
    elif kind is SourceRequestError:
        error = SourceRequestError("It is one sentence.", 400)
    else:
        error = kind("It is one sentence.")

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("broadsheet.config.load_settings", fail)
    assert main(["stats"]) == codes.FAILED
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", f"broadsheet: {error}\n")


def test_a_mistake_of_ours_is_not_dressed_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A programming mistake escapes as it is, so that it is seen and mended."""

    def fail(*_: object) -> None:
        raise TypeError("a mistake")

    monkeypatch.setattr("broadsheet.config.load_settings", fail)
    with pytest.raises(TypeError, match="a mistake"):
        main(["stats"])


def test_the_cause_stays_with_the_error(tmp_path: Path) -> None:
    from broadsheet.config import load_settings

    with pytest.raises(ConfigError) as caught:
        load_settings(tmp_path, {"BROADSHEET_PORT": "x"})
    assert isinstance(caught.value.__cause__, ValueError)


@pytest.mark.parametrize(
    "error",
    [
        NotFoundError("paper", 7),
        NotFoundError("backup", "x.db", within=""),
        InvalidQueryError("The year is not a number.", 5),
    ],
)
def test_errors_travel_between_processes(error: BroadsheetError) -> None:
    """Fails without `__reduce__`: pickle would call the class with the message alone."""
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again)) == (type(error), str(error))
    assert vars(again) == vars(error)
