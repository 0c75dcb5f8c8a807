"""The rooms of readers: where they keep, say and undo things, put together for a library."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from broadsheet.accounts import Accounts, NoHasher
from broadsheet.bringing import FindWork, Intake
from broadsheet.community import Community, FetchPapers
from broadsheet.journal import Journal
from broadsheet.merging import Merging
from broadsheet.ports import PasswordHasher, Store
from broadsheet.searches import Searches
from broadsheet.shelves import Search, Shelves
from broadsheet.signing import Signer
from broadsheet.sync import Clock
from broadsheet.takeout import Takeout


class Finding(NamedTuple):
    """What the rooms ask of a library: `Library.get_work` and `search`, `Newsroom.fetch`, and to
    let the index follow what was changed."""

    find_work: FindWork
    search: Search
    fetch: FetchPapers
    follow: Callable[[], None]


class Rooms:
    """One of each room; `Library` says what each is for."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        signer: Signer,
        hasher: PasswordHasher | None,
        intake: Intake,
        finding: Finding,
    ) -> None:
        find_work = finding.find_work
        self.accounts = Accounts(store, hasher or NoHasher(), clock)
        self.journal = journal = Journal(store, clock, signer)
        self.shelves = Shelves(
            store,
            journal,
            clock,
            find_work=find_work,
            search=finding.search,
            intake=intake,
            signer=signer,
        )
        self.searches = Searches(store, journal, clock, signer)
        self.community = Community(
            journal, clock, find_work=find_work, fetch=finding.fetch, intake=intake
        )
        self.merging = Merging(store, journal, clock, find_work, finding.follow)
        self.takeout = Takeout(intake, clock, self.accounts.change_profile)
