"""Records of the harvest (arXivRaw) and names of the sweep: what is read, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from arxiv_documents import (
    NOW,
    OAI,
    SOURCE,
    SWEEP,
    header,
    oai_list,
    oai_record,
    parse,
    version,
)
from broadsheet.connectors.arxiv import ArxivConnector
from broadsheet.model import Identifier, Link, PaperDate, Record
from broadsheet.sources import Announcement, Item, Source


def read(record: str, source: Source = SOURCE) -> Record:
    (found,) = parse(OAI, oai_list(record), source=source).records
    return found


def test_a_record() -> None:
    record = read(
        oai_record(
            comments="12 pages",
            journal_ref="Brass Lett. 3",
            report_no="B-7",
            acm_class="68T05",
            license="http://creativecommons.org/licenses/by/4.0/",
            doi="10.1000/W.7 10.1000/w.8",
        )
    )
    assert (record.source, record.key, record.version) == ("arxiv", "2611.01234", 1)
    assert record.title == "Turning Widgets"
    assert record.abstract == "We turn $a<b$ widgets. Code: https://github.com/brass/gears."
    assert record.authors == ("Júlia Poe", "Max Øre", "C. Dee")
    assert record.categories == ("cs.LG", "stat.ML")
    assert record.ids == (
        Identifier("arxiv", "2611.01234"),
        Identifier("doi", "10.1000/w.7"),
        Identifier("doi", "10.1000/w.8"),
    )
    assert record.date == PaperDate("2026-11-17", "submitted")
    assert (record.submitted_at, record.announced_on) == ("2026-11-17T10:00:00Z", "")
    assert record.links == (Link("code", "https://github.com/brass/gears"),)
    assert not record.withdrawn
    assert dict(record.extra) == {
        "comments": "12 pages",
        "journal-ref": "Brass Lett. 3",
        "license": "http://creativecommons.org/licenses/by/4.0/",
        "submitter": "Júlia Poe",
        "report-no": "B-7",
        "v1": "2026-11-17T10:00:00Z",
    }


def test_versions_out_of_order() -> None:
    """Breaks when the last version in the document is taken for the newest."""
    withdrawn = "<size>0kb</size><source_type>I</source_type>"
    versions = [
        version(10, "Thu, 19 Nov 2026 23:30:00 GMT", withdrawn),
        version(1, "Mon, 12 Jun 2017 17:57:34 GMT"),
        version(9, "Mon, 19 Jun 2017 16:49:45 GMT", withdrawn),
        version(2, "not a date"),
    ]
    record = read(oai_record(versions=versions))
    assert (record.version, record.submitted_at) == (10, "2026-11-19T23:30:00Z")
    assert record.date == PaperDate("2017-06-12", "submitted")
    assert record.withdrawn
    assert [name for name, _ in record.extra if name[0] == "v"] == ["v1", "v9", "v10"]
    revived = read(oai_record(versions=[version(2), version(1, more=withdrawn)]))
    assert not revived.withdrawn  # only the newest version counts


@pytest.mark.parametrize("number", ["", "v", "v0", "vX", "v-1", "v1.5", "v²", "v" + "9" * 5000])
def test_a_version_without_a_number_is_passed_over(number: str) -> None:
    """Breaks when the number is trusted to be one (`int(version[1:])`)."""
    odd = version(1).replace('"v1"', f'"{number}"')
    assert read(oai_record(versions=[version(2), odd])).version == 2


def test_a_withdrawal_in_words_and_what_only_sounds_like_one() -> None:
    assert read(oai_record(comments="Withdrawn due to an error in Lemma 2")).withdrawn
    assert not read(oai_record(comments="On the withdrawn paper [3]")).withdrawn


@pytest.mark.parametrize("name", ["math/0611800", "math.CA/0611800", "hep-th/9901001"])
def test_identifiers_of_the_old_form(name: str) -> None:
    record = read(oai_record(name, versions=[]))
    assert record.key == name.replace(".CA", "")
    assert (record.version, record.submitted_at) == (None, "")
    assert record.date is not None and record.date.kind == "month_from_id"


def test_fields_that_are_too_long_to_be_true_are_cut() -> None:
    words = " ".join(["cs.LG", "x" * 41, *(f"cs.{n}" for n in range(500))])
    record = read(oai_record(categories=words, journal_ref="x" * 9999))
    assert record.categories[:2] == ("cs.LG", "cs.0") and len(record.categories) == 99
    assert len(dict(record.extra)["journal-ref"]) == 2000


def test_items_carry_stamps_and_deletions_are_told() -> None:
    gone = f"<record>{header('2611.00009', '2026-11-18', 'deleted')}</record>"
    batch = parse(OAI, oai_list(oai_record(versions=[version(3)]), gone))
    assert batch.items == (Item("2611.01234", 3, "2026-11-19"), Item("2611.00009", 0, "2026-11-18"))
    assert batch.deleted == ("2611.00009",)


@pytest.mark.parametrize(
    ("record", "key", "reason"),
    [
        (oai_record(title=""), "2611.01234", "it has no title"),
        (oai_record("tea/1"), "oai:arXiv.org:tea/1", "is not an arXiv id"),
        (oai_record(abstract="x" * 50_001), "2611.01234", "its abstract has more than 50,000"),
        (f"<record>{header('2611.01234')}</record>", "2611.01234", "it has no metadata"),
        ("<record><metadata/></record>", "", "it has no header"),
    ],
)
def test_one_bad_record_leaves_the_others(record: str, key: str, reason: str) -> None:
    batch = parse(OAI, oai_list(oai_record("2611.00001"), record))
    assert [each.key for each in batch.records] == ["2611.00001"]
    assert [item.key for item in batch.items] == ["2611.00001"]
    ((rejected_key, said),) = batch.rejected
    assert rejected_key == key and reason in said


# --- Announcements that are reckoned ----------------------------------------------------------


@pytest.mark.parametrize(
    ("categories", "number", "kinds"),
    [
        ("cs.LG stat.ML", 1, {"cs.LG": "new", "stat.ML": "cross"}),
        ("stat.ML cs.LG", 2, {"cs.LG": "replace-cross", "stat.ML": "replace"}),
        ("math.CO cs.LG", 1, {"cs.LG": "cross"}),
        ("math.CO", 1, {}),
        ("cs.LG", 6, {}),  # no feed lists a sixth version
    ],
)
def test_estimated_announcements(categories: str, number: int, kinds: dict[str, str]) -> None:
    record = oai_record(categories=categories, versions=[version(number)])
    batch = parse(OAI, oai_list(record))
    day = date(2026, 11, 18)  # in on Tuesday morning, out that evening
    assert batch.announced == tuple(
        Announcement(category, day, "2611.01234", kind, number, estimated=True)
        for category, kind in kinds.items()
    )


def test_a_whole_archive_lists_what_any_of_its_categories_does() -> None:
    source = ArxivConnector().configure(["cs"], since=None, mirror="", now=NOW)
    batch = parse("oai cs", oai_list(oai_record(categories="stat.ML cs.LG")), source=source)
    assert [(each.category, each.kind) for each in batch.announced] == [("cs", "cross")]


def test_days_before_the_source_was_wanted_are_not_counted() -> None:
    source = replace(SOURCE, since=date(2026, 11, 19))
    assert parse(OAI, oai_list(oai_record()), source=source).announced == ()
    source = replace(SOURCE, since=None, added_at=datetime(2026, 11, 21, tzinfo=UTC))
    assert len(parse(OAI, oai_list(oai_record()), source=source).announced) == 2


def test_older_versions_are_reckoned_of_the_time_before_the_source_was_followed() -> None:
    """Break to see it fail: leave `newest or` with its condition out of `reckon_announcements`."""
    dates = ["Mon, 02 Nov 2026 10:00:00 GMT", "Mon, 09 Nov 2026 10:00:00 GMT"]
    versions = [version(n, day) for n, day in enumerate(dates, 1)]
    answer = oai_list(oai_record(categories="cs.LG", versions=[*versions, version(3)]))
    source = replace(SOURCE, since=date(2026, 11, 1), added_at=datetime(2026, 11, 6, tzinfo=UTC))
    told = [
        (each.version, each.day, each.kind) for each in parse(OAI, answer, source=source).announced
    ]
    assert told == [(1, date(2026, 11, 3), "new"), (3, date(2026, 11, 18), "replace")]


# --- The sweep --------------------------------------------------------------------------------


def test_a_sweep_names_items() -> None:
    names = [header("2611.01234"), header("math/0611800", "2026-11-02"), header("tea/1")]
    gone = header("2611.00009", status="deleted")
    batch = parse(SWEEP, oai_list(*names, gone, verb="ListIdentifiers"))
    assert batch.listed == (
        Item("2611.01234", 0, "2026-11-19"),
        Item("math/0611800", 0, "2026-11-02"),
    )
    assert batch.deleted == ("2611.00009",)
    assert [rejected.key for rejected in batch.rejected] == ["oai:arXiv.org:tea/1"]
    assert not batch.items and not batch.records
