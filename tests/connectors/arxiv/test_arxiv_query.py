"""The query API by ids, with which a sweep's gaps are mended."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from arxiv_documents import ARXIV, SOURCE, parse, query, query_entry, raw
from broadsheet.errors import SourceBrokenError, SourceBusyError
from broadsheet.model import Identifier, PaperDate
from broadsheet.ports import Repairer
from broadsheet.sources import Announcement, Item

REPAIR = "repair"


def test_one_request_for_all() -> None:
    asked: list[tuple[str, dict[str, Any]]] = []

    class Web:
        def get(self, url: str, **options: Any) -> object:
            asked.append((url, options))
            return raw(REPAIR, query()).answer

    assert isinstance(ARXIV, Repairer)
    ARXIV.fetch_items(SOURCE, ["2611.01234", "math/0611800", "a&b,c"], Web())  # type: ignore[arg-type]
    ((url, options),) = asked
    assert url == (
        "http://mirror.example.org/api/query?id_list=2611.01234,math/0611800,a%26b%2Cc"
        "&start=0&max_results=3"
    )
    assert options["budget"] == "arxiv"


def test_an_entry() -> None:
    batch = parse(REPAIR, query(query_entry()))
    (record,) = batch.records
    assert (record.key, record.version, record.title) == ("2611.01234", 2, "Turning Widgets")
    assert record.authors == ("Júlia Poe", "Max Øre")
    assert record.categories == ("cs.LG", "stat.ML")
    assert record.ids == (Identifier("arxiv", "2611.01234"), Identifier("doi", "10.1000/w.7"))
    assert record.date == PaperDate("2026-11-17", "submitted")
    assert (record.submitted_at, record.announced_on) == ("2026-11-18T10:00:00Z", "")
    assert dict(record.extra) == {"comments": "12 pages", "journal-ref": "Brass Lett. 3"}
    assert batch.items == (Item("2611.01234", 2),)
    assert batch.announced[0] == Announcement(
        "cs.LG", date(2026, 11, 19), "2611.01234", "replace", 2, estimated=True
    )


@pytest.mark.parametrize(
    ("name", "updated", "version"),
    [
        ("hep-ex/0307015", "2026-11-17T10:00:00Z", 1),  # dated like the first version
        ("hep-ex/0307015", "2026-11-18T10:00:00Z", None),
        ("hep-ex/0307015v4", "2026-11-17T10:00:00Z", 4),
    ],
)
def test_a_version_that_the_id_may_leave_out(name: str, updated: str, version: int | None) -> None:
    (record,) = parse(REPAIR, query(query_entry(name, updated=updated))).records
    assert (record.key, record.version) == ("hep-ex/0307015", version)


def test_a_withdrawal_shows_in_the_comment() -> None:
    (record,) = parse(REPAIR, query(query_entry(comment="Withdrawn by the author"))).records
    assert record.withdrawn


def test_an_error_comes_as_a_feed() -> None:
    error = (
        "<entry><id>http://arxiv.org/api/errors#bad_id</id><title>Error</title>"
        "<summary>incorrect id format for tea</summary></entry>"
    )
    with pytest.raises(SourceBrokenError, match="an error: incorrect id format for tea"):
        parse(REPAIR, query(error))


@pytest.mark.parametrize(
    ("entries", "total", "start"), [([], 3, 0), ([query_entry()], 2, 0), ([], 9, 4)]
)
def test_fewer_entries_than_promised_are_no_answer(
    entries: list[str], total: int, start: int
) -> None:
    """Breaks when an empty page counts as "nothing there": the papers would be given up."""
    with pytest.raises(SourceBusyError, match=f"sent {len(entries)} of"):
        parse(REPAIR, query(*entries, total=total, start=start))


def test_nothing_found_is_an_answer() -> None:
    assert parse(REPAIR, query()).records == ()


def test_a_bad_entry_leaves_the_others() -> None:
    nameless = query_entry("2611.00002v1").replace("Turning\n  Widgets", "")
    batch = parse(REPAIR, query(query_entry(), nameless, query_entry("tea/1")))
    assert [record.key for record in batch.records] == ["2611.01234"]
    assert [each.key for each in batch.rejected] == ["2611.00002", "http://arxiv.org/abs/tea/1"]


def test_a_page_that_is_no_feed() -> None:
    with pytest.raises(SourceBrokenError, match="not an Atom feed"):
        parse(REPAIR, "<html><body>Log in</body></html>")
