"""Invented files of every kind, for all tests of readers."""

from __future__ import annotations

import json
from typing import Any

LONG_A = "We study how widgets turn when nobody looks at them, and why. " * 9
LONG_B = "Gears are known to slip; ours do not, as we prove on a bench of brass. " * 8
DENSE = f"""Get trending papers in your email inbox once a day!
Get trending papers in your email inbox!
SubscribeTurning Widgets
{LONG_A}
Gears That Hold
{LONG_B}Code: https://github.com/brass/gears.
"""
AIRY = f"""new

Get trending papers in your email inbox!

Subscribe

byAK and the research community

Mar 11

Turning Widgets

{LONG_A}

42

Gears That Hold

{LONG_B}
"""
TOPICS = f"""Plotting

Turning Widgets

Proceedings of Invented Things

{LONG_A}


Gears That Hold

Brass Letters

{LONG_B}
"""
HF_HTML = f"""<!doctype html><html><head><title>Papers</title></head><body>
<header><p>Get trending papers in your email inbox!</p><h3>Daily Papers</h3></header>
<p>by AK and the research community</p><time>Mar 11</time>
<article><h3><a href="/papers/2403.01234">Turning <em>Widgets</em></a></h3><p>{LONG_A}</p></article>
<article><h3><a href="/papers/2403.04321">Gears That Hold</a></h3><p>{LONG_B}</p>
<script>alert("h3")</script></article></body></html>"""
AIT_HTML = f"""<html><body><div class="results" data-site="aitopics.org">
<div><h3 class="searchtitle"><a href="https://doi.org/10.1000/W.1">Turning Widgets</a></h3>
<span>Proceedings of Invented Things</span> <time>Dec-10-2023</time>
<div class="summary-content"><p>{LONG_A}</p></div></div>
<div><h3 class="searchtitle"><a>Gears That Hold</a></h3><b>Brass Letters</b>
<div class="summary-content"><p>{LONG_B}</p></div></div></div></body></html>"""

SHORT: dict[str, Any] = {
    "id": "2403.01234v2",
    "title": "Turning\n  Widgets",
    "abstract": "  We turn $a<b$ widgets.\n Code: https://github.com/brass/gears.",
    "authors": ["J\\'ulia Poe", "Max {\\O}re"],
    "categories": ["cs.LG", "stat.ML"],
    "date": "2024-03-02",
    "date_kind": "listed",
}
SNAPSHOT: dict[str, Any] = {
    "id": "math/0611800",
    "submitter": "J. Poe",
    "authors": "J\\'ulia Poe (Gear Institute) and Max {\\O}re, Jr",
    "title": "Holding\n  Gears",
    "comments": "12 pages; see https://gears.example.org/",
    "journal-ref": "Brass Lett. 3 (2007) 1-12",
    "doi": "10.1000/XYZ.1 10.48550/arXiv.math/0611800",
    "report-no": None,
    "categories": "math.CA cs.LG",
    "license": "http://creativecommons.org/licenses/by/4.0/",
    "abstract": "  Gears slip.\n",
    "versions": [
        {"version": "v1", "created": "Mon, 27 Nov 2006 09:08:07 GMT"},
        {"version": "v3", "created": "Tue, 2 Jan 2007 09:08:07 GMT"},
    ],
    "update_date": "2007-05-23",
    "authors_parsed": [["Poe", "J\\'ulia", "", "Gear Institute"], ["{\\O}re", "Max", "Jr"]],
}


def lines(*rows: object) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


BIBTEX = r"""
% my library
@comment{ jabref-meta: x }
@string{bl = "Brass " # {Letters}}
@String(pub = {Gear Press})
@article{poe2020,
  title = {Turning {W}idgets in {{\"O}re}bro: {\'e}tude with $a_{i}<\{b\}$ 5\% },
  author = {Poe, J{\'u}lia and van der Berg, Anna and {The Gear Group, Inc.} and Max {\O}re
            and King, Jr., Martin and others},
  journal = bl # " B", publisher = pub, year = 2020, month = mar, day = 7,
  doi = {https://doi.org/10.1000/XYZ.1}, url = "https://github.com/brass/gears",
  abstract = {Widgets turn. See \url{https://gears.example.org/}.},
}
@inproceedings{ore:21, title="Holding Gears", booktitle="Proc. of Things", year="2021",
  author="Max Ore", eprint={2101.01234v2}, archivePrefix={arXiv}, primaryClass={cs.LG}}
@misc{gs, title={A Preprint}, author={A B}, journal={arXiv preprint arXiv:1901.00001},
  date={2019-01-02}}
"""

RIS_TEXT = """TY  - JOUR
ID  - poe2020
TI  - Turning Widgets
AU  - Poe, Júlia
AU  - King, Martin, Jr.
AU  - Gear Group
PY  - 2020
DA  - 2020/03/07/
T2  - Brass Letters
DO  - 10.1000/XYZ.1
UR  - https://github.com/brass/gears; https://arxiv.org/abs/2101.01234v2
AB  - Widgets turn
and turn again.
ER  -

TY  - CONF
T1  - Holding Gears
A1  - Ore, Max
Y1  - 2021
N2  - Gears hold.
ER  -
"""

ITEMS: list[object] = [
    {
        "id": "poe2020",
        "type": "article-journal",
        "title": "Turning <i>Widgets</i>",
        "author": [
            {"family": "Berg", "given": "Anna", "non-dropping-particle": "van der"},
            {"literal": "Gear Group"},
        ],
        "issued": {"date-parts": [["2020", 3]]},
        "container-title": "Brass Letters",
        "DOI": "10.1000/XYZ.1",
        "number": "arXiv:2101.01234",
        "abstract": "<jats:p>Widgets turn if $a<b$.</jats:p>",
    },
    {"id": 7, "title": "Holding Gears", "issued": {"raw": "2021-05-06"}, "volume": 3},
]
