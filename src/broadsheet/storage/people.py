"""What the store does for a community, behind `ports.PeopleReading` and `ports.PeopleWriting`."""

from __future__ import annotations

from broadsheet.storage.accounts import AccountsReading, AccountsWriting
from broadsheet.storage.discussing import DiscussionReading, DiscussionWriting
from broadsheet.storage.shelving import ShelvesReading, ShelvesWriting
from broadsheet.storage.signals import SignalsReading, SignalsWriting


class PeopleReading(AccountsReading, ShelvesReading, DiscussionReading, SignalsReading):
    """Fulfils `ports.PeopleReading`."""


class PeopleWriting(AccountsWriting, ShelvesWriting, DiscussionWriting, SignalsWriting):
    """Fulfils `ports.PeopleWriting`."""
