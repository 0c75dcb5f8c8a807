"""What leaves the library: everything as JSON lines, or works in a style for other programs.

Text that authors wrote goes through the one output function of its style, so that nothing in it
can end a field, begin an entry or add a line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import IO

import orjson

from broadsheet.errors import InvalidInputError
from broadsheet.exports.bibtex import to_bibtex
from broadsheet.exports.csl import to_csl_json, to_jsonl
from broadsheet.exports.ris import to_ris
from broadsheet.model import Grouping, Work, content_hash
from broadsheet.ports import Progress, Store, silent

_RENDERERS: dict[str, Callable[[Iterable[Work]], str]] = {
    "bibtex": to_bibtex,
    "ris": to_ris,
    "csl-json": to_csl_json,
    "jsonl": to_jsonl,
}
STYLES = tuple(_RENDERERS)


def write_all(store: Store, out: IO[bytes], progress: Progress = silent) -> int:
    """Write every record as one JSON line and return how many there were.

    A line is the record's own canonical JSON (`source`, `key`, `title`, …) with the number of its
    work and its content hash in front; `import` reads it back to identical records. After them
    come lines that say how merges and splits have grouped records, each named by its hash.
    """
    total, done = store.get_counts()["records"], 0
    for batch in store.iterate_records():
        for stored in batch:
            payload = stored.record.to_json()
            head = b'{"hash":"%s","work":%d,' % (
                content_hash(payload).hex().encode(),
                stored.work_id,
            )
            out.write(head + payload[1:] + b"\n")
        done += len(batch)
        progress("Exporting", done, total)
    for grouping in store.get_groupings():
        out.write(_grouping_line(grouping))
    return done


def _grouping_line(grouping: Grouping) -> bytes:
    works = [[digest.hex() for digest in work] for work in grouping.works]
    return orjson.dumps({"works": works, "split": grouping.split}) + b"\n"


def render(works: Iterable[Work], style: str) -> str:
    """Works as text in one of `STYLES`, in the order given, one entry each.

    Raises InvalidInputError for another style.
    """
    renderer = _RENDERERS.get(style)
    if renderer is None:
        raise InvalidInputError(
            f"There is no export style {style!r}; the styles are {', '.join(STYLES)}."
        )
    return renderer(works)
