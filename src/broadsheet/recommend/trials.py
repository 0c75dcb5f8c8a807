"""Two rankers in one list, and which of them the reader keeps more from. Pure.

Team-draft interleaving (Radlinski, Kurup, Joachims: How does clickthrough data reflect retrieval
quality?, CIKM 2008): as two captains pick teams, each ranker in turn places the best paper that is
not there yet, and a coin says who begins each round. A list is won by the ranker whose papers the
reader keeps more of.

The page may be looked at every day, and a test that is looked at daily until it says yes says yes
too often. So who leads is said by a test that may be looked at as often as one likes: the lists
that somebody won are a sequence of coin throws, and the evidence that the coin is not fair is the
mixture ratio of Robbins (1970), with a uniform prior for the share of the winner. If both rankers
are equally good it ever exceeds 1/alpha with a probability of at most alpha (Ville 1939).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from hashlib import sha256
from math import exp, lgamma, log
from random import Random
from typing import NamedTuple

from broadsheet.learning import TrialReport

OURS, CHALLENGER = "ours", "challenger"
ALPHA = 0.05
"""With two rankers that are equally good, one is ever declared better at most this often."""

MOST_NEEDED = 1000


class Shown(NamedTuple):
    """A paper that stood in a list of a trial: the list's name, whose pick it was, and whether the
    reader kept it."""

    edition: str
    team: str
    kept: bool


def make_seed(reader_id: int, shelf_id: int, edition: str) -> int:
    """The coin of a list: the same edition of the same shelf is always drafted alike."""
    digest = sha256(f"{reader_id} {shelf_id} {edition}".encode()).digest()
    return int.from_bytes(digest[:8], "big")


def interleave(
    ours: Sequence[int], challenger: Sequence[int], seed: int, length: int
) -> list[tuple[int, str]]:
    """The papers of a list of at most `length`, each with the ranker that placed it there.

    Where one has nothing left to place, the other goes on alone; those papers are nobody's (""),
    since they were no choice between the two.
    """
    coin = Random(seed)
    listed: dict[int, str] = {}
    left = {OURS: list(reversed(ours)), CHALLENGER: list(reversed(challenger))}
    while len(listed) < length and any(left.values()):
        first = coin.choice((OURS, CHALLENGER))
        for team in (first, CHALLENGER if first == OURS else OURS):
            _place(listed, left, team, length)
    return list(listed.items())


def _place(listed: dict[int, str], left: dict[str, list[int]], team: str, length: int) -> None:
    """Let a ranker place its best paper that is not in the list yet."""
    other = left[CHALLENGER if team == OURS else OURS]
    while left[team] and left[team][-1] in listed:
        left[team].pop()
    while other and other[-1] in listed:
        other.pop()
    if left[team] and len(listed) < length:
        listed[left[team].pop()] = team if other else ""


def report(shown: Iterable[Shown]) -> TrialReport:
    """How a trial stands, from all papers of its lists, in whatever order they come.

    Papers that were nobody's pick do not count, and lists are taken in the order of their names.
    """
    kept: dict[str, dict[str, int]] = defaultdict(lambda: {OURS: 0, CHALLENGER: 0})
    for each in shown:
        if each.team in (OURS, CHALLENGER):
            kept[each.edition][each.team] += each.kept
    wins = losses = 0
    strongest = 0.0
    for _, of_list in sorted(kept.items()):
        wins += of_list[OURS] > of_list[CHALLENGER]
        losses += of_list[OURS] < of_list[CHALLENGER]
        strongest = max(strongest, weigh_evidence(wins, losses))
    leader = "" if wins == losses else OURS if wins > losses else CHALLENGER
    return TrialReport(
        lists=len(kept),
        wins=wins,
        losses=losses,
        ties=len(kept) - wins - losses,
        kept=sum(each[OURS] for each in kept.values()),
        challenger_kept=sum(each[CHALLENGER] for each in kept.values()),
        leader=leader,
        confidence=find_confidence(max(wins, losses), min(wins, losses)),
        luck=min(1.0, exp(-strongest)),
        decided=bool(leader) and strongest >= log(1 / ALPHA),
        needed=_find_needed(wins, losses, strongest),
    )


def weigh_evidence(wins: float, losses: float) -> float:
    """The logarithm of how many times better a coin of unknown bias explains these lists than a
    fair one: B(wins + 1, losses + 1) × 2^(wins + losses)."""
    thrown = wins + losses
    beta = lgamma(wins + 1) + lgamma(losses + 1) - lgamma(thrown + 2)
    return beta + thrown * log(2)


def find_confidence(wins: int, losses: int) -> float:
    """The probability that who won more lists is better: the share of the distribution
    Beta(wins + 1, losses + 1), what is known of the share of its wins, that lies above one half."""
    thrown = wins + losses + 1
    ways, below = 1, 0
    for won in range(wins + 1):  # of a fair coin, which gives the same share in whole numbers
        below += ways
        ways = ways * (thrown - won) // (won + 1)
    return float(below / 2**thrown)


def _find_needed(wins: int, losses: int, strongest: float) -> int:
    """How many more won lists it takes until a leader is declared, if they go on as they did; 0
    where one is or where that cannot be said."""
    if wins == losses or strongest >= log(1 / ALPHA):
        return 0
    thrown = wins + losses
    for more in range(1, MOST_NEEDED + 1):
        factor = (thrown + more) / thrown
        if weigh_evidence(wins * factor, losses * factor) >= log(1 / ALPHA):
            return more
    return 0
