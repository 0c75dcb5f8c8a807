"""The command line from end to end, over real libraries, by what it prints and returns."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from broadsheet.cli import codes, main
from broadsheet.demo import demo_file
from broadsheet.errors import StorageBusyError
from broadsheet.library import Library
from broadsheet.model import Identifier, PaperDate, Record

RECORDS = (
    Record(
        "demo",
        "a",
        "Counting sheep with graph networks",
        summary="A graph network counts sheep in a meadow.",
        authors=("Ada Byron",),
        ids=(Identifier("arxiv", "2401.00001"),),
        venue="ICLR",
        date=PaperDate("2024-01", "month_from_id"),
    ),
    Record("demo", "b", "Graph networks for goats", summary="Goats climb. Networks follow."),
    Record("demo", "c", "On the nature of whales", summary="Whales are large."),
)


class Done(NamedTuple):
    code: int
    out: str
    err: str


class Shell:
    """Runs commands on one library and hands back what they did."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys

    def __call__(self, *args: str | Path) -> Done:
        self._capsys.readouterr()
        code = main(["--library", str(self.folder), *map(str, args)])
        return Done(code, *self._capsys.readouterr())


def write(path: Path, *records: Record) -> Path:
    path.write_bytes(b"".join(record.to_json() + b"\n" for record in records))
    return path


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo library, made once; for reading only."""
    folder = tmp_path_factory.mktemp("demo") / "library"
    assert main(["--library", str(folder), "import", str(demo_file())]) == codes.OK
    return folder


@pytest.fixture
def demo(demo_folder: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(demo_folder, capsys)


@pytest.fixture
def shell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Shell:
    """A library of three papers, without search by meaning, which takes a moment to open."""
    monkeypatch.setenv("BROADSHEET_EMBEDDER", "none")
    shell = Shell(tmp_path / "library", capsys)
    assert shell("import", write(tmp_path / "papers.jsonl", *RECORDS)).code == codes.OK
    return shell


# --- Finding --------------------------------------------------------------------------------------


def test_search_for_people(demo: Shell) -> None:
    done = demo("search", "label", "smoothing", "--limit", "3")
    assert done.code == codes.OK and not done.err
    assert "When Does Label Smoothing Help?" in done.out
    assert "paper" in done.out and " ms" in done.out
    assert "venue" in done.out and "each)" in done.out and "--offset 3" in done.out
    assert "\x1b" not in done.out


def test_search_for_programs(demo: Shell) -> None:
    page = json.loads(demo("search", "label smoothing", "--limit", "2", "--json").out)
    assert page["query"] == "label smoothing" and page["total"] > 2 and page["more"]
    assert len(page["hits"]) == 2
    assert {"words", "meaning", "both"} >= {hit["spoke"] for hit in page["hits"]}
    again = json.loads(demo("search", "label smoothing", "--offset", "1", "--json").out)
    assert again["hits"][0]["work"]["id"] == page["hits"][1]["work"]["id"]


@pytest.mark.parametrize(
    ("style", "beginning"), [("bibtex", "@"), ("ris", "TY  - "), ("csl-json", "["), ("jsonl", "{")]
)
def test_search_as_citations(demo: Shell, style: str, beginning: str) -> None:
    done = demo("search", "venue:ICML smoothing", "--limit", "2", "--format", style)
    assert done.code == codes.OK and done.out.startswith(beginning)


def test_search_without_words_shows_the_newest(demo: Shell) -> None:
    hits = json.loads(demo("search", "--json").out)["hits"]
    years = [hit["work"]["date"]["value"][:4] for hit in hits]
    assert years == sorted(years, reverse=True)


def test_pasted_address_finds_its_paper(demo: Shell) -> None:
    done = demo("search", "https://arxiv.org/abs/2306.14670v2", "--json")
    assert [hit["work"]["title"][:19] for hit in json.loads(done.out)["hits"]] == [
        "Improved Bayes Risk"
    ]


def test_nothing_found_has_a_code_of_its_own(shell: Shell) -> None:
    assert shell("search", 'title:"no such words"').code == codes.NOTHING
    for command in ("show", "related"):
        done = shell(command, "4711")
        assert done.code == codes.NOTHING and "4711" in done.err


def test_word_with_a_minus_is_left_out_and_is_no_option(shell: Shell) -> None:
    """Breaks when click reads `-goats` as options, as it does with every other command."""
    for words in (["graph", "-goats"], ["-goats", "graph"], ['-"for goats" graph'], ["-(goats)"]):
        found = json.loads(shell("search", *words, "--json").out)
        assert found["query"] == " ".join(words)
        titles = [hit["work"]["title"] for hit in found["hits"]]
        assert titles and not any("goats" in title for title in titles)
    asked = shell("search", "-h")
    assert "Usage:" in asked.out + asked.err
    assert shell("search", "--goats").code == codes.USAGE


def test_page_past_the_end_says_so(shell: Shell) -> None:
    for args in (("--offset", "50"), ("--limit", "0")):
        done = shell("search", "graph", *args)
        assert done.code == codes.NOTHING
        assert "none of them at this place" in done.out and "More:" not in done.out


def test_mistake_in_a_query_is_pointed_at(shell: Shell) -> None:
    done = shell("search", "goats year:20x4")
    assert done.code == codes.FAILED and not done.out
    sentence, query, caret = done.err.splitlines()
    assert sentence.startswith("broadsheet: ")
    assert query == "  goats year:20x4"
    assert query[caret.index("^")] in "y2"


def test_show_and_its_records(shell: Shell) -> None:
    done = shell("show", "arXiv:2401.00001v3", "--records")
    assert done.code == codes.OK
    assert "Counting sheep" in done.out and "Ada Byron" in done.out and "ICLR" in done.out
    data = json.loads(shell("show", "2401.00001", "--records", "--json").out)
    assert data["ids"] == {"arxiv": "2401.00001"} and data["date"]["value"] == "2024-01"
    assert [record["key"] for record in data["records"]] == ["a"]


def test_search_brings_a_lost_index_back(shell: Shell) -> None:
    shutil.rmtree(shell.folder / "index")
    assert "Graph networks for goats" in shell("search", "goats").out
    assert shell("verify").code == codes.OK


def test_search_does_not_wait_for_another_process(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object, **__: object) -> None:
        raise StorageBusyError("Another process is writing to this index.")

    monkeypatch.setattr(Library, "index_behind", lambda _: True)
    monkeypatch.setattr(Library, "catch_up", busy)
    done = shell("search", "goats")
    assert done.code == codes.OK and "another process" in done.err


def test_related_papers(demo: Shell) -> None:
    page = json.loads(demo("search", "label smoothing help", "--json").out)
    number = page["hits"][0]["work"]["id"]
    found = json.loads(demo("related", str(number), "--limit", "5", "--json").out)["related"]
    assert len(found) == 5 and number not in [hit["work"]["id"] for hit in found]
    assert demo("related", str(number), str(found[0]["work"]["id"])).code == codes.OK


def test_stats(demo: Shell) -> None:
    data = json.loads(demo("stats", "--json").out)
    assert data["works"] == data["records"] == data["index_works"] == 451
    assert data["sources"] == {"demo": 451} and data["index_behind"] == 0
    assert "451" in demo("stats").out


def test_what_comes_back_in_errors_cannot_act_on_the_terminal(shell: Shell) -> None:
    """Break to see it fail: let `output.complain` print its message as it is."""
    trick = "x\x1b]0;owned\x07\x9b31m"
    for command in (["search", f"year:{trick}"], ["show", trick], ["import", f"{trick}.bib"]):
        done = shell(*command)
        assert done.code in {codes.FAILED, codes.NOTHING}
        assert not {"\x1b", "\x07", "\x9b"} & set(done.out + done.err)
        assert "owned" in done.err or command[0] == "search"


# --- Filling --------------------------------------------------------------------------------------


def test_import_says_what_it_did_and_what_it_did_not(shell: Shell, tmp_path: Path) -> None:
    done = shell("import", tmp_path / "papers.jsonl")
    assert done.code == codes.OK and "Nothing has changed" in done.out
    more = write(tmp_path / "more.jsonl", Record("demo", "d", "A fourth paper", summary="New."))
    done = shell("import", more)
    assert "1 new, 0 updated" in done.out and "a second" in done.out
    assert shell("search", "fourth").code == codes.OK


def test_bad_rows_are_named_and_the_rest_goes_in(shell: Shell, tmp_path: Path) -> None:
    path = write(tmp_path / "mixed.jsonl", Record("demo", "e", "A good paper"))
    path.write_bytes(path.read_bytes() + b'{"source": "demo", \n' * 30)
    done = shell("import", path)
    assert done.code == codes.ATTENTION
    assert f"{path}:2: " in done.err or "mixed.jsonl:2: " in done.err
    assert "and 10 more" in done.err
    assert shell("search", "good").code == codes.OK


@pytest.mark.parametrize("name", ["missing.bib", ".", "empty.bib", "noise.bin"])
def test_file_of_no_known_kind_is_one_sentence(shell: Shell, tmp_path: Path, name: str) -> None:
    (tmp_path / "empty.bib").touch()
    (tmp_path / "noise.bin").write_bytes(bytes(range(256)) * 8)
    done = shell("import", tmp_path / name)
    assert done.code == codes.FAILED
    assert len(done.err.splitlines()) == 1 and done.err.startswith("broadsheet: ")


def test_a_bad_file_does_not_stop_the_others(shell: Shell, tmp_path: Path) -> None:
    """Break to see it fail: let BadFileError out of `import_files`."""
    bad = tmp_path / "bad.txt"
    bad.write_bytes(bytes(range(256)))
    good = write(tmp_path / "good.jsonl", Record("demo", "f", "A paper after a bad file"))
    done = shell("import", bad, tmp_path / "none.bib", good)
    assert done.code == codes.FAILED and "1 new, 0 updated" in done.out
    assert len(done.err.splitlines()) == 2
    again = shell("import", "--json", bad, good)
    assert again.code == codes.FAILED
    assert [str(bad) in sentence for sentence in json.loads(again.out)["bad_files"]] == [True]
    assert shell("search", "after", "bad").code == codes.OK


def test_import_tells_what_joined_papers_that_were_here(shell: Shell, tmp_path: Path) -> None:
    other = Record("ris", "g", RECORDS[0].title, ids=RECORDS[0].ids, authors=RECORDS[0].authors)
    done = shell("import", write(tmp_path / "joins.jsonl", other))
    assert "1 new record is of a paper that was here already" in done.out
    assert "0 new, 0 merged" in done.out


def test_no_library_and_an_empty_one_tell_how_to_fill_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shell = Shell(tmp_path / "nowhere", capsys)
    for command in (["search", "x"], ["show", "1"], ["stats"], ["verify"], ["serve"]):
        done = shell(*command)
        assert done.code == codes.FAILED and "broadsheet import FILE" in done.err
        assert not shell.folder.exists()
    shell("import", write(tmp_path / "none.jsonl"))  # fails, and leaves an empty library
    assert "broadsheet import FILE" in shell("search", "x").out


def test_a_file_in_the_place_of_a_library(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    for command in (["search", "x"], ["stats"]):
        assert main(["--library", str(tmp_path / "file"), *command]) == codes.FAILED
        assert "is not a folder" in capsys.readouterr().err


def test_demo_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", str(tmp_path / "demo"), "--once"]) == codes.OK
    told = capsys.readouterr().out
    assert "451 papers" in told and "Next, try:" in told
    for line in told.split("Next, try:")[1].strip().splitlines():
        program, *args = shlex.split(line)
        assert program == "broadsheet" and main(args) == codes.OK, line


# --- Keeping --------------------------------------------------------------------------------------


def undo(told: str) -> list[str]:
    """The command after "Undo: ", without the program's name."""
    line = next(line for line in told.splitlines() if line.startswith("Undo: "))
    return shlex.split(line.removeprefix("Undo: broadsheet "))


def test_merge_and_split_say_how_they_are_undone(shell: Shell) -> None:
    merged = shell("work", "merge", "1", "2", "--reason", "a test")
    assert merged.code == codes.OK
    assert "Graph networks for goats" in shell("show", "1", "--records").out
    assert "a test" in shell("show", "1", "--records").out
    assert json.loads(shell("show", "2", "--json").out)["id"] == 1
    split = shell(*undo(merged.out))
    assert split.code == codes.OK and json.loads(shell("stats", "--json").out)["works"] == 3
    assert shell(*undo(split.out)).code == codes.OK
    assert json.loads(shell("stats", "--json").out)["works"] == 2


def test_verify_names_what_differs_and_rebuild_mends(shell: Shell) -> None:
    assert shell("verify").code == codes.OK
    assert json.loads(shell("verify", "--json").out)["ok"]
    done = shell("index", "rebuild")
    assert done.code == codes.OK and "3 papers" in done.out
    assert "up to date" in shell("index", "catch-up").out
    (database,) = shell.folder.glob("*.db")
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE record SET payload = CAST(payload || ' ' AS BLOB) WHERE id = 2")
    connection.close()
    done = shell("verify")
    assert done.code == codes.ATTENTION and "broadsheet restore" in done.out


def test_backup_comes_back_in_a_new_folder(
    shell: Shell, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = shell("backup", tmp_path / "saved.db")
    assert saved.code == codes.OK and "broadsheet restore" in saved.out
    assert shell("backup", tmp_path / "saved.db").code == codes.FAILED
    assert shell("restore", tmp_path / "saved.db").code == codes.FAILED
    other = Shell(tmp_path / "other", capsys)
    missing = other("restore", tmp_path / "none.db").err
    assert missing == f"broadsheet: There is no backup {tmp_path / 'none.db'}.\n"
    assert "3 papers" in other("restore", tmp_path / "saved.db").out
    assert other("search", "goats").code == codes.OK
    assert other("verify").code == codes.OK


def test_export_can_be_imported_again(
    shell: Shell, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "all.jsonl"
    assert "3 records" in shell("export", path).out
    assert shell("export").out == path.read_text(encoding="utf-8")
    assert shell("export", path).code == codes.FAILED  # never over a file that is there
    assert "Nothing has changed" in shell("import", path).out
    other = Shell(tmp_path / "other", capsys)
    assert other("import", path).code == codes.OK
    assert other("search", "goats").code == codes.OK


# --- The frame ------------------------------------------------------------------------------------


def test_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = ["sarch", "search --no-such", "import", "search --json --format ris"]
    for line in [*wrong, "--library mine demo"]:
        assert main(line.split()) == codes.USAGE
        assert "Usage: broadsheet" in capsys.readouterr().err


def test_interrupted(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("broadsheet.wiring.open_library", stop)
    done = shell("stats")
    assert done.code == codes.INTERRUPTED and "Stopped" in done.err


def run_with_output(output: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "broadsheet", "--help"],
        stdout=output,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )


def test_reader_that_goes_away_ends_the_command_quietly() -> None:
    """Break to see it fail: let `main` not `_discard` what is left to print."""
    reading, writing = os.pipe()
    os.close(reading)
    done = run_with_output(writing)
    os.close(writing)
    assert (done.returncode, done.stderr) == (codes.READER_GONE, "")


def test_closed_streams_stay_away_from_the_library(tmp_path: Path) -> None:
    """Break to see it fail: leave `_hold_closed_streams` out."""
    command = [sys.executable, "-m", "broadsheet", "--library", str(tmp_path / "l"), "import"]
    closing = f"exec {shlex.join([*command, str(demo_file())])} <&- >&- 2>&-"
    assert subprocess.run(["sh", "-c", closing], check=False, timeout=60).returncode == codes.OK
    with sqlite3.connect(tmp_path / "l" / "library.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_full_output_is_one_sentence() -> None:
    with open("/dev/full", "wb") as full:
        done = run_with_output(full.fileno())
    assert done.returncode == codes.FAILED
    assert len(done.stderr.splitlines()) == 1 and "space" in done.stderr


def test_search_starts_without_what_it_does_not_need(demo_folder: Path) -> None:
    """Break to see it fail: import httpx at the top of `search/embed/__init__.py`."""
    unwanted = ["alembic", "bibtexparser", "httpx", "jinja2", "pylatexenc", "rispy", "scipy"]
    unwanted += ["selectolax", "starlette", "uvicorn", "onnxruntime", "http.client"]
    code = (
        "import sys; from broadsheet.cli import main; "
        f"assert main(['--library', {str(demo_folder)!r}, 'search', 'smoothing']) == 0; "
        f"print([name for name in {unwanted} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60
    )
    assert done.stderr.strip() == "[]"
