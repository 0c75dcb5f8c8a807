"""The seams of Broadsheet: what one room asks of another, as protocols.

Logic (`ingest`, `library`, later `editions`) knows only these; adapters (`connectors`, `storage`,
`search`) fulfil them; `wiring` is the one place where they meet. A protocol's docstrings are its
contract: who calls a method, what it gives, what it raises.

    files.py     kinds of files           live.py      the polite client, connectors, enrichers
    writing.py   the writing transaction  store.py     the store
    index.py     embedders and the index  progress.py  how long work tells of itself
    people.py    readers and editions     tools.py     passwords, drawing
    learning.py  rankers, what they see   mailing.py   what carries letters, the outbox
"""

from __future__ import annotations

from broadsheet.ports.files import FileFormat, Outline, OutlineFormat
from broadsheet.ports.index import Embedder, Index, IndexState, Vectors
from broadsheet.ports.learning import (
    ArrayCache,
    LearningReading,
    LearningWriting,
    Lessons,
    Pool,
    Profile,
    Ranker,
    Rows,
    Scores,
    Sparse,
)
from broadsheet.ports.live import Almanac, Connector, Enricher, Fetcher, Repairer, Web
from broadsheet.ports.mailing import MailReading, MailWriting, Postman, Round
from broadsheet.ports.people import PeopleReading, PeopleWriting, PressReading, PressWriting
from broadsheet.ports.progress import Progress, silent
from broadsheet.ports.store import Store
from broadsheet.ports.tools import Draughtsman, PasswordHasher
from broadsheet.ports.writing import Candidate, NewRecord, Transaction, WorkKey

__all__ = [
    "Almanac",
    "ArrayCache",
    "Candidate",
    "Connector",
    "Draughtsman",
    "Embedder",
    "Enricher",
    "Fetcher",
    "FileFormat",
    "Index",
    "IndexState",
    "LearningReading",
    "LearningWriting",
    "Lessons",
    "MailReading",
    "MailWriting",
    "NewRecord",
    "Outline",
    "OutlineFormat",
    "PasswordHasher",
    "PeopleReading",
    "PeopleWriting",
    "Pool",
    "Postman",
    "PressReading",
    "PressWriting",
    "Profile",
    "Progress",
    "Ranker",
    "Repairer",
    "Round",
    "Rows",
    "Scores",
    "Sparse",
    "Store",
    "Transaction",
    "Vectors",
    "Web",
    "WorkKey",
    "silent",
]
