"""Addresses with payloads in every parameter, each payload to each page that reads its address.

Read by a parser that makes of a page what browsers make of it; Chromium sees a part of these pages
in `tests/browser/test_hostile.py`. Deliberate break: print `text` with `|safe` in box.html.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from audit import audit_text
from broadsheet.config import Settings
from broadsheet.demo import demo_file
from broadsheet.web import create_app
from broadsheet.web.limits import Limits
from broadsheet.wiring import open_library
from hostile import PAGES, PARAMETERS, PAYLOADS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("addresses") / "library"
    never = Limits(count(0, 100_000).__next__)
    with open_library(Settings(library=folder, embedder="none")) as library:
        library.import_files([demo_file()])
        app = create_app(library, Settings(folder, sync="off"), never)
        yield TestClient(app, "http://127.0.0.1:8000", raise_server_exceptions=False)


@pytest.mark.parametrize("page", PAGES)
def test_no_address_becomes_structure(client: TestClient, page: str) -> None:
    for payload in PAYLOADS:
        text = payload.encode("utf-8", "replace").decode()
        answer = client.get(f"{page}?" + urlencode([(name, text) for name in PARAMETERS]))
        assert answer.status_code < 500, (page, payload)
        if answer.headers["content-type"].startswith("text/html"):
            assert not audit_text(answer.text), (page, payload)
