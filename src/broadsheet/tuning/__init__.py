"""Tuning by questions: which configuration of search serves this library best.

    configurations.py   those that are tried        contest.py   whom to ask about, who leads
    queries.py          what is searched for        state.py     what the answers say
    use.py              the one that search goes by

`Library.tuning` gives it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from broadsheet.errors import ConflictError, InvalidInputError, NotFoundError
from broadsheet.journal import Journal
from broadsheet.learning import Judgement
from broadsheet.model import Blend, Sort, Work
from broadsheet.people import Act, Done, Reader, Signal
from broadsheet.phrases import quote
from broadsheet.ports import Index, Progress, Store, Transaction, silent
from broadsheet.sync import Clock
from broadsheet.tuning.configurations import BY_ID, CONFIGURATIONS, Configuration
from broadsheet.tuning.contest import DEPTH, Place, Round, choose, make_round
from broadsheet.tuning.queries import as_words, find_queries, shorten, understand
from broadsheet.tuning.state import TuneState, describe
from broadsheet.tuning.use import FACT, InUse

__all__ = ["Question", "TuneState", "Tuning"]

_KEPT = 2_000
_SHIPPED = CONFIGURATIONS[0]


class Question(NamedTuple):
    """Is this paper what this query is for?"""

    query: str
    work: Work


class Tuning:
    """Asks about papers on which configurations disagree, and changes search when it is sure.

    Whoever may do that is an operator; the doors see to it. Queries are those of who is asked:
    nobody sees what others search for, though all answers count.
    """

    def __init__(self, store: Store, index: Index, journal: Journal, clock: Clock) -> None:
        self._store = store
        self._index = index
        self._journal = journal
        self._clock = clock
        self._in_use = InUse(store, clock)
        self._rounds: dict[str, Round] = {}
        self._position = -1
        journal.register({Act.JUDGE: self._undo})

    @property
    def blend(self) -> Blend | None:
        """How search weighs words and meaning in this library; None: as it is shipped."""
        return self._in_use.blend

    # --- Questions ----------------------------------------------------------------------------

    def ask(
        self,
        reader: Reader,
        limit: int = 1,
        *,
        skipped: Sequence[tuple[str, int]] = (),
        progress: Progress = silent,
    ) -> Sequence[Question]:
        """What an answer would tell most about, at most `limit` of it, none of what was `skipped`;
        nothing where the reader has no searches and no papers, or all was answered."""
        own = find_queries(self._store, reader)
        rounds, judged = self._search_all(own, progress), self._get_judged()
        in_use = CONFIGURATIONS.index(self._in_use.get(fresh=True))
        passed = {Place(*each) for each in skipped}
        places = choose(rounds, judged, limit, in_use=in_use, skipped=passed)
        works = self._store.get_works([place.work_id for place in places])
        return [Question(p.query, works[p.work_id]) for p in places if p.work_id in works]

    def answer(self, reader: Reader, query: str, work_id: int, relevant: bool) -> Done:
        """Keep an answer to a question. Raises NotFoundError, and InvalidInputError for a query
        that is none of the reader's."""
        now = self._clock()
        if query not in find_queries(self._store, reader):
            raise InvalidInputError("This is not asked any more; go on with another question.")
        with self._store.write() as transaction:
            work = self._store.get_works([work_id]).get(work_id)
            if work is None:
                raise NotFoundError("paper", work_id)
            was = self._find(reader.id, query, work.id)
            transaction.put_judgement(Judgement(reader.id, query, work.id, relevant, now))
            sentence = f"{quote(work.title)} is {'' if relevant else 'not '}for {quote(query)}."
            undo = {"query": query, "was": was and was.relevant, "is": relevant}
            signal = Signal(reader.id, Act.JUDGE, now, work.id)
            return self._journal.keep(transaction, signal, sentence, undo=undo)

    # --- What follows -------------------------------------------------------------------------

    def state(self, reader: Reader, progress: Progress = silent) -> TuneState:
        """What all answers say so far, and how much there is to ask this reader about."""
        own, judged = find_queries(self._store, reader), self._get_judged()
        queries = sorted({place.query for place in judged})
        rounds = self._search_all(queries, progress)
        return describe(rounds, judged, self._in_use.get(fresh=True), len(own))

    def apply(self, operator: Reader, progress: Progress = silent) -> Done:
        """Let search go by the leading configuration, here and in all processes.

        Raises ConflictError where its lead may be chance.
        """
        state = self.state(operator, progress)
        if not state.can_change:
            raise ConflictError(state.sentence)
        return self._change(operator, state.leader)

    def reset(self, operator: Reader) -> Done:
        """Let search be as it is shipped; answers stay."""
        if self._in_use.get(fresh=True) == _SHIPPED:
            return Done("Search is as it is shipped already.")
        return self._change(operator, _SHIPPED)

    def _change(self, operator: Reader, new: Configuration) -> Done:
        now = self._clock()
        with self._store.write() as transaction:
            old = self._store.get_fact(FACT)
            self._put(transaction, new, now)
            undo = {"tuned_was": old, "tuned_is": new.id}
            done = self._journal.keep(
                transaction,
                Signal(operator.id, Act.JUDGE, now),
                f"Search goes {new.title} from now on.",
                undo=undo,
            )
        self._in_use.get(fresh=True)
        return done

    def _put(self, transaction: Transaction, new: Configuration, now: datetime) -> None:
        transaction.put_fact(FACT, "" if new == _SHIPPED else new.id, now=now)

    # --- Looking ------------------------------------------------------------------------------

    def _search_all(self, queries: Sequence[str], progress: Progress) -> list[Round]:
        """What every configuration shows for these queries; kept while the index is as it is."""
        position = self._index.state().position
        if position != self._position or len(self._rounds) > _KEPT:
            self._position, self._rounds = position, {}
        kept = self._rounds
        missing = [query for query in queries if query not in kept]
        for done, query in enumerate(missing, 1):
            kept[query] = self._search(query)
            progress("Searching", done, len(missing))
        return [kept[query] for query in queries]

    def _search(self, text: str) -> Round:
        query, lists = understand(text), []
        for configuration in CONFIGURATIONS:
            found = self._index.search(
                query,
                limit=DEPTH + 1,
                offset=0,
                sort=Sort.RELEVANCE,
                facets=False,
                blend=configuration.blend,
            )
            lists.append([hit.work_id for hit in found.hits])
        own = self._find_own(text, lists)
        return make_round(text, [[n for n in each if n not in own] for each in lists])

    def _find_own(self, text: str, lists: Sequence[Sequence[int]]) -> set[int]:
        """The papers whose title the query is: nobody needs to be asked about them."""
        first = {number for each in lists for number in each[:1]}
        works = self._store.get_works(sorted(first))
        return {
            number
            for number, work in works.items()
            if text in (as_words(work.title), shorten(work.title))
        }

    def _get_judged(self) -> Mapping[Place, float]:
        """How relevant papers were found, over all readers."""
        told: dict[Place, list[bool]] = defaultdict(list)
        for each in self._store.get_judgements():
            told[Place(each.query, each.work_id)].append(each.relevant)
        return {place: sum(answers) / len(answers) for place, answers in told.items()}

    def _find(self, reader_id: int, query: str, work_id: int) -> Judgement | None:
        place = (reader_id, query, work_id)
        found = (each for each in self._store.get_judgements() if each[:3] == place)
        return next(found, None)

    # --- Undoing ------------------------------------------------------------------------------

    def _undo(self, transaction: Transaction, signal: Signal, now: datetime) -> str:
        undo = signal.detail["undo"]
        if "tuned_is" in undo:
            self._require_operator(signal)
            return self._undo_change(transaction, undo["tuned_was"], undo["tuned_is"], now)
        return self._undo_answer(transaction, signal, now)

    def _require_operator(self, signal: Signal) -> None:
        """Who was an operator then need not be one now."""
        reader = self._store.get_readers([signal.reader_id]).get(signal.reader_id)
        if reader is None or not reader.is_operator:
            raise ConflictError("Only an operator can undo this.")

    def _undo_change(self, transaction: Transaction, was: str, became: str, now: datetime) -> str:
        if (self._store.get_fact(FACT) or _SHIPPED.id) != became:
            raise ConflictError("Search has been tuned anew since; nothing was undone.")
        old = BY_ID.get(was, _SHIPPED)
        self._put(transaction, old, now)
        return f"Search goes {old.title} again."

    def _undo_answer(self, transaction: Transaction, signal: Signal, now: datetime) -> str:
        undo, query = signal.detail["undo"], signal.detail["undo"]["query"]
        work_id = self._store.resolve(signal.work_id or 0) or 0
        present = self._find(signal.reader_id, query, work_id)
        if present is None or present.relevant != undo["is"]:
            raise ConflictError("This was answered anew since; nothing was undone.")
        if undo["was"] is None:
            transaction.drop_judgement(signal.reader_id, query, work_id)
        else:
            transaction.put_judgement(present._replace(relevant=undo["was"], at=now))
        return f"The answer about {quote(query)} is as it was."
