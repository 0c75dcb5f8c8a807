"""When no more mail goes to an address: after it was turned away on days enough, as Mailman counts.

Pure. A refusal of the address for good is a point, one for now half of one, at most one of them a
day; a letter that is taken wipes the slate. What a relay says about the letter, about us or about
itself counts for nothing, so that no outage and no filter suspends anybody.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from broadsheet.mailing import Ended, Subscription

FOR_GOOD, FOR_NOW = 1.0, 0.5
LIMIT = 5.0
"""Five days on which the address was refused, or ten on which it was put off: Mailman's default."""


def count(subscription: Subscription, points: float, now: datetime) -> Subscription:
    """A subscription whose address was turned away; at the limit it ends."""
    if subscription.scored_at and subscription.scored_at.date() == now.date():
        return subscription
    score = subscription.score + points
    counted = replace(subscription, score=score, scored_at=now)
    if score < LIMIT or not subscription.is_active:
        return counted
    return replace(counted, ended=Ended.BOUNCED, ended_at=now)


def forgive(subscription: Subscription) -> Subscription:
    """A subscription to whose address a letter was taken."""
    return replace(subscription, score=0.0, scored_at=None)
