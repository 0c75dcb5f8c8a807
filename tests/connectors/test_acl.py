"""The ACL Anthology: its XML, its BibTeX, files and addresses."""

from __future__ import annotations

import gzip
import io
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.connectors.acl import AclConnector
from broadsheet.connectors.acl_xml import AclXml
from broadsheet.connectors.contract import check_connector
from broadsheet.errors import (
    BadFileError,
    InvalidInputError,
    SourceBrokenError,
    SourceRequestError,
)
from broadsheet.model import BadRow, Record
from broadsheet.sources import Answer, Batch, Raw, Source
from one_answer import OneAnswer

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ADDRESS = "https://aclanthology.example/2099.xcl.xml"
CONNECTOR = AclConnector()

COLLECTION = """<?xml version='1.0' encoding='UTF-8'?>
<collection id="2099.xcl">
  <volume id="long" ingest-date="2099-07-08" type="proceedings">
    <meta>
      <booktitle>Proceedings of the <fixed-case>XCL</fixed-case> (Volume 1: Long Papers)</booktitle>
      <editor><first>Eva</first><last>Stone</last></editor>
      <publisher>Invented Society</publisher><month>July</month><year>2099</year><venue>xcl</venue>
    </meta>
    <frontmatter><url hash="0">2099.xcl-long.0</url></frontmatter>
    <paper id="1">
      <title><fixed-case>XLM</fixed-case>s count: <tex-math>n_1 &lt; n_2</tex-math> in
        <i>prose</i></title>
      <author id="ann-lee"><first>Ann</first><last>Lee</last><affiliation>U</affiliation></author>
      <author><first/><last>Mononym</last></author>
      <pages>1-15</pages>
      <abstract>We count <tex-math>$k$</tex-math> of them. See https://github.com/a/b.</abstract>
      <url hash="1">2099.xcl-long.1</url><bibkey>lee-2099-xlms</bibkey>
      <doi>10.5555/2099.xcl-long.1</doi><award>Best paper</award>
      <revision id="1" href="2099.xcl-long.1v1" hash="2"/>
      <revision id="2" href="2099.xcl-long.1v2" hash="3" date="2099-09-01">Fixed a table.</revision>
    </paper>
    <paper id="2"><title>Taken back</title><author><first>Bo</first><last>Ek</last></author>
      <retracted date="2099-10-01">The data were made up.</retracted></paper>
    <paper id="3"><title> </title><author><first>No</first><last>Title</last></author></paper>
    <paper id="4"><title>Gone</title><removed date="2099-10-02">On request.</removed></paper>
  </volume>
</collection>"""
BIBTEX = """@inproceedings{lee-2099-xlms,
    title = "{XLM}s count",
    author = "Lee, Ann  and  Ek, Bo",
    booktitle = "Proceedings of the XCL",
    month = jul, year = "2099",
    url = "https://aclanthology.org/2099.xcl-long.1/",
    doi = "10.5555/2099.xcl-long.1",
}
@inproceedings{ek-2099-else, title = "Elsewhere", author = "Ek, Bo", year = "2099"}
@inproceedings{broken, title = "Never closed,
"""


def source_of(*targets: str) -> Source:
    return CONNECTOR.configure(targets or [ADDRESS], since=None, mirror="", now=NOW)


def raw_of(body: bytes | str, cursor: str | None = None, status: int = 200) -> Raw:
    data = body if isinstance(body, bytes) else body.encode()
    return Raw(ADDRESS, cursor, Answer(ADDRESS, status, {"etag": '"a"'}, data, NOW))


def parse(body: bytes | str) -> Batch:
    return CONNECTOR.parse(source_of(), raw_of(body))


def old_style(collection: str, volume: str, paper: str) -> str:
    """The id that a paper of an old collection gets, which has no address of its own."""
    (record,) = parse(
        f'<collection id="{collection}"><volume id="{volume}"><paper id="{paper}"><title>T</title>'
        "</paper></volume></collection>"
    ).records
    return record.key


def test_the_contract_holds() -> None:
    samples = [raw_of(COLLECTION), raw_of(BIBTEX), raw_of(gzip.compress(BIBTEX.encode()))]
    assert check_connector(CONNECTOR, source_of(), samples, mutations=60) == []


def test_a_paper_of_the_anthology() -> None:
    record = parse(COLLECTION).records[0]
    assert (record.source, record.key) == ("acl", "2099.xcl-long.1")
    assert record.title == "XLMs count: $n_1 < n_2$ in prose"
    assert record.abstract == "We count $k$ of them. See https://github.com/a/b."
    assert record.authors == ("Ann Lee", "Mononym")
    assert record.ids == (("acl", "2099.xcl-long.1"), ("doi", "10.5555/2099.xcl-long.1"))
    assert record.venue == "Proceedings of the XCL (Volume 1: Long Papers)"
    assert record.date and tuple(record.date) == ("2099-07", "published")
    assert {link.rel: link.url for link in record.links} == {
        "page": "https://aclanthology.org/2099.xcl-long.1/",
        "pdf": "https://aclanthology.org/2099.xcl-long.1.pdf",
        "code": "https://github.com/a/b",
    }
    extra = dict(record.extra)
    assert extra["pages"] == "1-15" and extra["award"] == "Best paper"
    assert extra["revision"] == "revision; 2099-09-01 Fixed a table."
    assert not record.withdrawn


def test_what_was_taken_back_is_kept_and_marked() -> None:
    """Deliberate break: leave such papers out."""
    records = {record.key: record for record in parse(COLLECTION).records}
    retracted, removed = records["2099.xcl-long.2"], records["2099.xcl-long.4"]
    assert retracted.withdrawn and removed.withdrawn
    assert dict(retracted.extra)["retracted"] == "2099-10-01 The data were made up."


def test_a_paper_without_a_title_is_rejected_by_name() -> None:
    assert parse(COLLECTION).rejected == (("2099.xcl-long.3", "it has no title"),)


@pytest.mark.parametrize(
    ("collection", "volume", "paper", "key"),
    [
        ("P19", "1", "7", "P19-1007"),
        ("W19", "1", "7", "W19-0107"),
        ("W19", "63", "12", "W19-6312"),
        ("C69", "1", "2", "C69-0102"),
        ("D19", "1", "2", "D19-1002"),
        ("D19", "50", "2", "D19-5002"),
        ("2020.xcl", "main", "12", "2020.xcl-main.12"),
    ],
)
def test_ids_are_made_as_the_anthology_makes_them(
    collection: str, volume: str, paper: str, key: str
) -> None:
    assert old_style(collection, volume, paper) == key


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_its_bibtex_gives_records_under_the_same_names(pack: type[bytes]) -> None:
    batch = parse(pack(BIBTEX.encode()))
    first, second = batch.records
    assert (first.source, first.key, first.title) == ("acl", "2099.xcl-long.1", "XLMs count")
    assert set(first.ids) == {("acl", "2099.xcl-long.1"), ("doi", "10.5555/2099.xcl-long.1")}
    assert first.authors == ("Ann Lee", "Bo Ek")
    assert second.source == "acl" and second.key.startswith("ek-2099-else#")
    assert [each.key for each in batch.rejected] == ["line 10"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>no</html>",
        b"<collection id='x'><volume>",
        b"no entries",
        gzip.compress(b"no entries", mtime=0),
        gzip.compress(COLLECTION.encode(), mtime=0)[:-9],
        b"\x1f\x8b\x08" + bytes(50),
    ],
)
def test_what_is_neither_is_refused_in_a_sentence(body: bytes) -> None:
    with pytest.raises(SourceBrokenError, match=r"\.$"):
        parse(body)


def test_a_file_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read by `fetch` without a network; unchanged as long as its time and size are."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "2099.xcl.xml"
    path.write_text(COLLECTION)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    source = source_of("2099.xcl.xml")
    (stream,) = CONNECTOR.streams(source)
    assert source.targets == (str(path),) and stream.title == "2099.xcl.xml"
    raw = CONNECTOR.fetch(source, stream, None, OneAnswer())
    batch = CONNECTOR.parse(source, raw)
    assert len(batch.records) == 3
    assert batch.pages == (("2099.xcl.xml", raw.answer.at.date()),)
    again = CONNECTOR.fetch(source, stream, batch.cursor, OneAnswer())
    assert again.answer.status == 304
    unchanged = CONNECTOR.parse(source, again)
    assert unchanged.records == () and unchanged.cursor == batch.cursor
    path.write_text(COLLECTION + "\n")
    assert CONNECTOR.fetch(source, stream, batch.cursor, OneAnswer()).answer.status == 200
    path.unlink()
    with pytest.raises(SourceRequestError, match=r"no file .*2099\.xcl\.xml"):
        CONNECTOR.fetch(source, stream, None, OneAnswer())


def test_an_address_on_the_web() -> None:
    source, web = source_of(), OneAnswer(raw_of(COLLECTION).answer)
    cursor = CONNECTOR.parse(source, raw_of(COLLECTION)).cursor
    CONNECTOR.fetch(source, CONNECTOR.streams(source)[0], cursor, web)
    assert web.asked["url"] == ADDRESS and web.asked["etag"] == '"a"'
    web.outcome = Answer(ADDRESS, 404, {}, b"", NOW)
    with pytest.raises(SourceRequestError, match="There is no file at"):
        CONNECTOR.fetch(source, CONNECTOR.streams(source)[0], None, web)


@pytest.mark.parametrize(
    "target", ["", "2023.pdf", "file:///a.xml", "ftp://x.example/a.xml", "a\nb.xml"]
)
def test_what_is_no_target_is_refused(target: str) -> None:
    with pytest.raises(InvalidInputError, match="example"):
        source_of(target)


def test_mirrors_are_not_needed() -> None:
    with pytest.raises(InvalidInputError, match="own address"):
        CONNECTOR.configure([ADDRESS], since=None, mirror="https://m.example", now=NOW)


# --- As a file to import ----------------------------------------------------------------------


def read(data: bytes) -> list[Record | BadRow]:
    return list(AclXml().read(io.BytesIO(data), "x.xml"))


def test_the_import_gives_the_same_records() -> None:
    data = COLLECTION.encode()
    assert AclXml().recognises(data[:65536], "x.xml")
    assert not AclXml().recognises(b"<rss><collection>", "x.xml")
    rows = read(data)
    assert tuple(row for row in rows if isinstance(row, Record)) == parse(data).records
    untitled = COLLECTION.count("\n", 0, COLLECTION.index('<paper id="3">')) + 1
    assert [row.line for row in rows if isinstance(row, BadRow)] == [untitled]
    with pytest.raises(BadFileError, match=r"x\.xml cannot be read"):
        read(data[:-30])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_the_bytes(data: st.DataObject) -> None:
    """A mangled collection is read, or refused with SourceBrokenError."""
    body = COLLECTION.encode()
    cut = data.draw(st.integers(0, len(body)))
    junk = data.draw(st.sampled_from([b"", b"<", b"\0", b"&x;", b"<title>", b"</paper>", b"\xff"]))
    try:
        parse(body[:cut] + junk + body[cut + data.draw(st.integers(0, 40)) :])
    except SourceBrokenError as error:
        assert str(error).endswith(".")
