"""What is promised of saved searches: the page says it, an operator chooses."""

from __future__ import annotations

from pathlib import Path

from invented import read, text
from lab import MODES, open_lab


def test_an_operator_chooses_and_everybody_reads_it(tmp_path: Path) -> None:
    """Break to see it fail: declare the door as `Who.READER`, or show the form to everybody."""
    lab = open_lab(tmp_path)
    with lab.library:
        app = lab.app(MODES["invite, public"])
        ada, operator = lab.client(app, "ada"), lab.client(app, "operator")
        assert "No promise is made" in text(read(ada, "/searches"), "main")
        chosen = {"percent": "20"}
        assert ada.post("/searches/promise", data=chosen).status_code == 403
        assert "No promise is made" in text(read(ada, "/searches"), "main")
        assert operator.post("/searches/promise", data=chosen).status_code == 303
        page = read(ada, "/searches")
        assert page.css_first("form[action='/searches/promise']") is None
        told = text(page, "main")
        assert "Promised: at most 20 % misses. The promise needs 30 more answers" in told
        assert "Nothing was sent yet" in told
        form = read(operator, "/searches").css_first("form[action='/searches/promise']")
        assert form is not None
        selected = form.css_first("option[selected]")
        assert selected is not None and selected.attributes["value"] == "20"
        for wrong in ("25", "-1", "many", ""):
            assert operator.post("/searches/promise", data={"percent": wrong}).status_code == 400
        assert operator.post("/searches/promise", data={"percent": "0"}).status_code == 303
        assert "No promise is made" in text(read(ada, "/searches"), "main")
