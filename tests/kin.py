"""A service of our own making, to be asked about papers that are here."""

from __future__ import annotations

from collections.abc import Sequence

from broadsheet.model import Identifier, Record
from broadsheet.ports import Web
from broadsheet.sources import Batch, Measure, Raw
from toy import HOME


class Kin:
    """A service that counts the kin of every paper."""

    kind = "kin"
    summary = "Counts kin."
    schemes = ("doi",)
    size = 10

    def ready(self) -> str:
        return ""

    def fetch(self, ids: Sequence[Identifier], web: Web, *, mirror: str = "") -> Raw:
        return Raw("works", None, web.get(f"{HOME}/kin"))

    def parse(self, ids: Sequence[Identifier], raw: Raw) -> Batch:
        return Batch(
            records=tuple(Record("kin", f"doi:{each.value}", "Kin", ids=(each,)) for each in ids),
            measures=tuple(Measure(f"doi:{each.value}", "kin", 3.0) for each in ids),
        )
