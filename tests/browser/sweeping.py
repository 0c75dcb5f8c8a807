"""Walks through hostile pages: what a browser made of each, and which payloads it showed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from chromium import Visitor
from planted import count_fields, find_marks
from watch import Watch

from audit import audit_page


@dataclass
class Sweep:
    """What was seen so far: markers of fields, by page family, and what was wrong."""

    visitor: Visitor
    pages: Counter[str] = field(default_factory=Counter)
    seen: dict[str, set[tuple[str, int]]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def walk(self, family: str, addresses: Iterable[str]) -> None:
        """Open each address, look at its document, and note which markers stand in it."""
        marks = self.seen.setdefault(family, set())
        for address in addresses:
            answer = self.visitor.page.goto(self.visitor.origin + address)
            assert answer is not None
            if answer.status >= 500:
                self.wrong.append(f"{address}: {answer.status}")
            wrong, text = audit_page(self.visitor.page)
            self.wrong += [f"{address}: {each}" for each in wrong]
            marks |= find_marks(text)
            self.pages[family] += 1

    def check(self) -> None:
        """Fails where a page was not as it should be, or a dialog, report or stray was noted."""
        assert not self.wrong, "\n".join(self.wrong[:20])
        self.watch.check()

    @property
    def watch(self) -> Watch:
        """What noted the rest."""
        return self.visitor.watch

    @property
    def cells(self) -> int:
        """Payloads that were seen in a field on a family of pages."""
        return sum(len(marks) for marks in self.seen.values())

    @property
    def fields(self) -> Counter[str]:
        """How many different payloads were seen of each field, on any page."""
        return count_fields(set().union(*self.seen.values()))
