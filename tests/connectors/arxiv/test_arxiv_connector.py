"""The connector as a whole: what a person may ask for, what is asked of arXiv, the contract."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arxiv_documents import ARXIV, NOW, OAI, RSS, SAMPLES, SOURCE, SWEEP, parse, raw
from broadsheet.connectors.arxiv.categories import CATEGORIES, set_of
from broadsheet.connectors.contract import check_connector
from broadsheet.errors import InvalidInputError, SourceBrokenError, SourceBusyError
from broadsheet.ports import Connector
from broadsheet.sources import Source
from effort import takes_less_than


def configure(*targets: str, since: date | None = None, mirror: str = "") -> Source:
    return ARXIV.configure(targets, since=since, mirror=mirror, now=NOW)


def test_a_source_as_a_person_asks_for_it() -> None:
    source = configure("CS.lg", "stat.ml,hep-TH", "cs.LG+math")
    assert source.targets == ("cs.LG", "stat.ML", "hep-th", "math")
    assert (source.name, source.kind, source.mirror) == ("arxiv", "arxiv", "")
    assert source.since == NOW.date() - timedelta(days=3)
    source = configure("cs", since=date(2020, 1, 1), mirror="http://127.0.0.1:8123/a/")
    assert (source.since, source.mirror) == (date(2020, 1, 1), "http://127.0.0.1:8123/a")


@pytest.mark.parametrize(
    ("targets", "words"),
    [
        ([], "Which categories"),
        ([" , "], "Which categories"),
        (["cs.LM"], "did you mean cs.L"),
        (["hep-tb"], "did you mean hep-th?"),
        (["sta.ML"], "did you mean stat.ML?"),
        (["maths"], "did you mean math?"),
        (["machine learning"], "has no category 'machine'"),
        (["x" * 100_000], "examples are"),
    ],
)
def test_what_arxiv_does_not_have(targets: list[str], words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        configure(*targets)


@pytest.mark.parametrize("mirror", ["mirror.example.org", "ftp://x.org", "http://", "http://a@b"])
def test_what_is_no_mirror(mirror: str) -> None:
    with pytest.raises(InvalidInputError, match="no address of a mirror"):
        configure("cs.LG", mirror=mirror)


def test_a_first_day_that_is_still_to_come() -> None:
    with pytest.raises(InvalidInputError, match="still to come"):
        configure("cs.LG", since=NOW.date() + timedelta(days=1))


@pytest.mark.parametrize(
    ("category", "name"),
    [
        ("cs.LG", "cs:cs:LG"),
        ("stat.ML", "stat:stat:ML"),
        ("math.NA", "math:math:NA"),
        ("hep-th", "physics:hep-th"),
        ("math-ph", "physics:math-ph"),
        ("physics.optics", "physics:physics:optics"),
        ("physics", "physics:physics"),
        ("astro-ph.GA", "physics:astro-ph:GA"),
        ("cond-mat.mes-hall", "physics:cond-mat:mes-hall"),
        ("nlin.CD", "physics:nlin:CD"),
        ("eess.AS", "eess:eess:AS"),
        ("q-bio.NC", "q-bio:q-bio:NC"),
        ("econ", "econ"),
        ("cs", "cs"),
    ],
)
def test_sets_of_categories(category: str, name: str) -> None:
    assert configure(category.upper()).targets == (category,)
    assert set_of(category) == name


def test_every_category_is_there_once() -> None:
    archives = {name for name in CATEGORIES if "." not in name}
    single = {name for name in archives if not any(c.startswith(f"{name}.") for c in CATEGORIES)}
    assert len([name for name in CATEGORIES if "." in name or name in single]) == 155
    assert len({set_of(name) for name in CATEGORIES}) == len(CATEGORIES)


def test_streams() -> None:
    streams = ARXIV.streams(SOURCE)
    assert [stream.name for stream in streams] == [
        "rss cs.LG", "rss stat.ML", "oai cs:cs:LG", "oai stat:stat:ML",
        "sweep cs:cs:LG", "sweep stat:stat:ML",
    ]  # fmt: skip
    assert [stream.title for stream in streams[::2]] == [
        "cs.LG announcements", "cs.LG harvest", "cs.LG sweep",
    ]  # fmt: skip
    assert [stream.needs for stream in streams[3:5]] == ["", "oai cs:cs:LG"]
    assert isinstance(ARXIV, Connector)


def test_quiet_days() -> None:
    assert ARXIV.quiet(SOURCE, date(2026, 11, 21)) == "arXiv announces nothing on Saturdays."
    assert ARXIV.quiet(SOURCE, date(2026, 11, 20)) == ""


@pytest.mark.parametrize("stream", [OAI, SWEEP, RSS, "repair"])
def test_patience_in_disguise_and_nothing_there(stream: str) -> None:
    with pytest.raises(SourceBusyError, match="patience"):
        parse(stream, "Rate exceeded.\n")
    with pytest.raises(SourceBrokenError, match="nothing at http://mirror.example.org/"):
        ARXIV.parse(SOURCE, raw(stream, "", status=404))


def test_the_contract() -> None:
    source = configure("cs.LG", mirror=SOURCE.mirror)
    assert check_connector(ARXIV, source, SAMPLES, mutations=40) == []


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_mangled_answers_are_refused_in_words(data: st.DataObject) -> None:
    """Breaks when a number, a date or a name of an answer is trusted to be one."""
    sample = data.draw(st.sampled_from(SAMPLES))
    body = sample.answer.body
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, min(len(body), start + 60)))
    put = data.draw(st.one_of(st.binary(max_size=20), st.text("0123456789v<>&-:/.", max_size=20)))
    put = put.encode() if isinstance(put, str) else put

    def read() -> None:
        try:
            parse(sample.stream, body[:start] + put + body[end:], sample.cursor)
        except (SourceBrokenError, SourceBusyError) as error:
            assert str(error)

    assert takes_less_than(1, read)


def test_a_page_as_long_as_arxiv_sends_them_takes_less_than_a_second() -> None:
    from arxiv_documents import oai_list, oai_record, version

    versions = [version(2), version(1)]
    body = oai_list(*(oai_record(f"2611.{n:05}", versions=versions) for n in range(1000)))
    assert len(parse(OAI, body).records) == 1000
    assert takes_less_than(1, lambda: parse(OAI, body))


def test_nothing_heavy_is_loaded_before_it_is_needed() -> None:
    code = "import sys, broadsheet.connectors.arxiv; print('lxml' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
