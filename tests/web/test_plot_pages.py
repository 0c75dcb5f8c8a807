"""The pages of plots, terms and maps: where points lead, how mistakes are told, what is kept."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from invented import browse, hrefs, open_invented, read, text
from selectolax.lexbor import LexborHTMLParser as Html
from starlette.datastructures import QueryParams
from starlette.testclient import TestClient

from broadsheet.library import Library
from broadsheet.model import PaperDate, Record
from broadsheet.plots import Interval, PlotRequest
from broadsheet.ports import Vectors
from broadsheet.web import styles
from broadsheet.web.drawings import KEPT, Drawings
from broadsheet.web.plotview import plot_url, read_plot


def record(number: int) -> Record:
    day = f"2025-{number % 12 + 1:02}-{number % 27 + 1:02}" if number % 5 else "2025"
    return Record(
        source="ris",
        key=str(number),
        title=f"{'Lanterns' if number % 2 else 'Rivers'} of the {number}th kind",
        categories=("cs.LG",) if number % 7 else ("cs.CL",),
        date=PaperDate(day, "published"),
    )


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with open_invented(tmp_path_factory.mktemp("plots"), [record(n) for n in range(90)]) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(library: Library) -> TestClient:
    return browse(library)


def total(client: TestClient, address: str) -> int:
    """How many papers the page of an address says that there are."""
    said = text(read(client, address), ".tally")
    found = re.search(r"([\d,]+) papers?\b", said)
    return int(found[1].replace(",", "")) if found else 0


def test_every_cell_and_point_leads_to_its_papers(client: TestClient) -> None:
    """Break to see it fail: link a point to `date:` with its period."""
    page = read(client, "/plots?q=lanterns&q=rivers&show=share&of=category:cs.LG")
    cells = [(link.text(), link.attributes["href"] or "") for link in page.css(".numbers td a")]
    assert len(cells) == 24
    for said, address in cells[::5]:
        assert total(client, address) == int(said.split(" of ")[0])
    points = hrefs(page, "svg.drawing a.point")
    assert sorted(points) == sorted(address for _, address in cells)
    assert all(link.attributes["tabindex"] == "-1" for link in page.css("svg a"))
    # Papers that know only their year are not in months, nor in what a share of a month is of.
    field = [number for number in range(90) if number % 7 and number % 5]
    assert f"{len(field)} papers in cs.LG" in text(page, "figcaption")


def test_a_page_without_a_question_draws_all_papers(client: TestClient) -> None:
    page = read(client, "/plots")
    assert text(page, "figcaption").startswith("Papers by month, January 2025 to December 2025")
    assert len(page.css(".boxes input[name=q]")) == 6
    assert hrefs(page, ".files a")[:4] == ["/plots.svg", "/plots.png", "/plots.csv", "/plots.json"]
    assert "All papers: 18." in text(page, ".plot-note")


def test_no_inline_style_and_no_id_twice(client: TestClient) -> None:
    """Break to see it fail: keep `style` in `drawing.svg._restyle` and let `_prune` pass it."""
    for address in ("/plots?q=lanterns&q=rivers", "/terms?period=2025", "/map?q=lanterns"):
        page = read(client, address)
        assert not page.css("[style], style")
        ids = [node.attributes["id"] for node in page.css("[id]")]
        assert len(ids) == len(set(ids)), address


@pytest.mark.parametrize(
    ("query", "box", "said", "drawn"),
    [
        ("q=year:x&q=rivers", "q1", "“x” is not a year", True),
        ("q=rivers&q=has:nothing", "q2", "Only has:code", True),
        ("q=year:x", "q1", "“x” is not a year", False),
        ("q=rivers&from=soon", "from", "“soon” is no date", False),
        ("q=rivers&to=2025-99", "to", "is no date", False),
        ("q=rivers&show=share&of=words", "of", "A share is a share of a field", False),
        ("q=" + "a" * 3995, "q1", "too long to be plotted", False),
    ],
)
def test_a_mistake_is_told_beside_its_box(
    client: TestClient, query: str, box: str, said: str, drawn: bool
) -> None:
    page = read(client, f"/plots?{query}", 400)
    field = page.css_first(f"#{box}")
    assert field is not None and field.attributes["aria-invalid"] == "true"
    assert said in text(page, f"#{field.attributes['aria-describedby']}")
    assert bool(page.css("svg.drawing")) is drawn
    assert client.get(f"/plots.csv?{query}").status_code == 400


def test_the_end_before_the_beginning_is_one_sentence(client: TestClient) -> None:
    page = read(client, "/plots?q=rivers&from=2025-06&to=2025-01", 400)
    assert "before it begins" in text(page, "p.mistake")


def test_odd_questions_get_decent_answers(client: TestClient) -> None:
    six = "&".join(["q=rivers"] * 6)
    assert "drawn once" in read(client, f"/plots?{six}").text()
    assert "Nothing to draw" in read(client, "/plots?q=unheardof").text()
    for query in (
        "q=&q=+&by=decade&smooth=yes",
        "q=a&" * 50,
        "from=9999&to=9999",
        "from=0001&by=week",
    ):
        assert client.get(f"/plots?{query}").status_code == 200, query
    assert client.get("/plots.exe").status_code == 404


def test_what_a_reader_typed_is_shown_and_never_run(client: TestClient) -> None:
    hostile = "%3C/title%3E%3Cscript%3Ealert(1)%3C/script%3E%22%20onload=x%20rivers"
    for path in ("/plots", "/map", "/terms", "/plots.svg"):
        page = Html(client.get(f"{path}?q={hostile}").text)
        assert not any("alert" in script.text() for script in page.css("script"))
        for node in page.css("*"):
            assert not any(name.startswith("on") for name in node.attributes), path


def test_a_curve_has_the_colour_beside_its_box(client: TestClient) -> None:
    """Break to see it fail: number the boxes instead of the curves."""
    page = read(client, "/plots?q=year:x&q=lanterns&q=rivers&q=lanterns", 400)
    boxes = page.css(".boxes .field")
    samples = [box.css_first("path") for box in boxes]
    classes = [each.attributes["class"] if each else None for each in samples[:4]]
    numbers = [name and int(re.findall(r"\d", name)[0]) for name in classes]
    assert numbers == [None, 1, 2, 1]


def test_files_of_a_plot(client: TestClient) -> None:
    question = "q=lanterns&q=rivers&by=year"
    svg = client.get(f"/plots.svg?{question}")
    assert svg.headers["content-type"].startswith("image/svg+xml") and "<a " not in svg.text
    assert client.get(f"/plots.png?{question}").content.startswith(b"\x89PNG")
    rows = client.get(f"/plots.csv?{question}").text.splitlines()
    assert rows[1].startswith("lanterns,2025,45,")
    data = client.get(f"/plots.json?{question}").json()
    assert [curve["total"] for curve in data["curves"]] == [45, 45]


def test_an_address_says_all_that_was_asked() -> None:
    request = PlotRequest(
        ("a b", "c"), Interval.WEEK, True, "category:cs.LG", True, "2024", "2026-W02"
    )
    address = plot_url(request)
    assert read_plot(QueryParams(urlsplit(address).query)).request == request
    assert plot_url(PlotRequest(())) == "/plots"


def test_a_drawing_is_kept_until_the_library_changes(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break to see it fail: leave the stamp out of the key."""
    drawings = Drawings(library.trends)
    request = PlotRequest(("rivers",))
    first = drawings.plot(request)
    assert drawings.plot(PlotRequest(("rivers",))) is first
    assert drawings.plot_drawing(first) is drawings.plot_drawing(first)
    position, today = library.trends.stamp()
    monkeypatch.setattr(library.trends, "stamp", lambda: (position + 1, today))
    assert drawings.plot(request) is not first
    for number in range(KEPT + 5):
        drawings.terms(f"rivers {number}", "2025")
    assert len(drawings._kept) == KEPT


def test_a_plot_is_drawn_for_wide_pages_and_for_narrow_ones(client: TestClient) -> None:
    """One is shown, whatever the width; neither begins at its right end. Break to see it fail:
    leave the media query out of `70-plots.css`, or bring `direction: rtl` back."""
    answer = client.get("/plots?q=lanterns&q=rivers")
    page = Html(answer.text)
    wide, narrow = page.css_first(".plot > .wide svg"), page.css_first(".plot > .narrow svg")
    assert wide is not None and narrow is not None
    assert wide.css("a.point") and not narrow.css("a")
    assert len(narrow.html or "") < len(wide.html or "")
    assert len(gzip.compress(answer.content)) < 60_000
    style = "".join(styles.read_sheet().decode().split())
    assert ".plot>.narrow{display:none" in style
    hiding = ".plot>.wide{display:none;}.plot>.narrow{display:block;}"
    assert f"@media(max-width:48rem){{{hiding}}}" in style
    assert ".board{overflow-x:auto;background:" in style  # from its left end on


def test_terms_advise_a_period_that_is_longer_or_none(client: TestClient) -> None:
    """Break to see it fail: advise a year, whatever is shown."""
    monthly = text(read(client, "/terms?period=2025-03"), ".plotting")
    assert "Try a longer period: 2025." in monthly
    yearly = text(read(client, "/terms?period=2025"), ".plotting")
    assert "Try another year, or a search that finds more papers." in yearly
    assert "longer period" not in yearly


def test_terms_lead_to_papers_and_plots(client: TestClient) -> None:
    page = read(client, "/terms?period=2025-03")
    assert "March 2025" in text(page, ".pager") and "period=2025-02" in hrefs(page, ".pager a")[0]
    assert text(page, "#rising") == "Rising"
    for address, status in (("/terms?period=x", 400), ("/terms?q=year:x", 400), ("/terms", 200)):
        assert len(read(client, address, status).css("[aria-invalid]")) == (status == 400)


def test_a_map_needs_vectors_and_says_so(client: TestClient) -> None:
    assert "No map" in read(client, "/map?q=rivers").text()
    assert "“x” is not a year" in text(read(client, "/map?q=year:x", 400), "#m-q")
    assert client.get("/map?shelf=77").status_code == 404


def test_a_shelf_is_mapped_for_who_may_see_it(tmp_path: Path) -> None:
    """Break to see it fail: take the shelf without asking `shelves.get_shelf`."""
    with open_invented(tmp_path, [record(n) for n in range(12)], [Lengths()]) as library:
        reader = library.accounts.alone()
        shelf = library.shelves.make(reader, "Lights", "").target
        for number in (2, 4, 6):
            library.shelves.save(reader, number, [shelf])
        own = read(browse(library), f"/map?shelf={shelf}")
        assert sorted(hrefs(own, "svg a")) == ["/paper/2", "/paper/4", "/paper/6"]
        assert "3 papers of “Lights”" in text(own, "figcaption")
        other = library.accounts.sign_up("other", "a password of some length")
        theirs = library.shelves.make(other, "Secret", "").target
        assert "Secret" not in read(browse(library), f"/map?shelf={theirs}", 404).text()


def test_a_map_of_a_large_shelf_counts_all_that_is_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break to see it fail: count only the papers that were fetched for the map."""
    monkeypatch.setattr("broadsheet.web.plotpages.MOST_MAPPED", 4)
    with open_invented(tmp_path, [record(n) for n in range(12)], [Lengths()]) as library:
        reader = library.accounts.alone()
        shelf = library.shelves.make(reader, "Lights", "").target
        for number in range(1, 11):
            library.shelves.save(reader, number, [shelf])
        told = text(read(browse(library), f"/map?shelf={shelf}"), "figcaption")
        assert "the first 4 papers" in told and "6 other papers are not on it" in told


class Lengths:
    """An embedder that looks at how long a text is, and at its first letter."""

    id, dim = "lengths@1", 4

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        rows = np.array([[len(each), ord(each[0]), 9, 1] for each in texts], np.float32)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)

    embed_queries = embed_documents
