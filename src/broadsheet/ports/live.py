"""Live sources in: the client, connectors and enrichers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol, runtime_checkable

from broadsheet.model import Identifier
from broadsheet.sources import Answer, Batch, Raw, Source, Stream


class Web(Protocol):
    """The one polite client: the only way out of this program to the network.

    It keeps each host's budget together with all other processes of the library, sends who we are,
    follows redirects to allowed addresses only, and bounds time and size.
    """

    @property
    def requests(self) -> int:
        """How many requests were sent so far, those that follow redirects included."""

    def get(
        self,
        url: str,
        *,
        accept: str = "*/*",
        etag: str = "",
        modified: str = "",
        headers: Mapping[str, str] | None = None,
        budget: str = "",
    ) -> Answer:
        """Fetch an address: 200, or 304 where `etag` or `modified` still hold, or 404.

        `headers` are further ones (keys of an account), sent to the host of `url` only. `budget`
        names the budget that the request counts for ("arxiv"); "": that of the host.

        Raises SourceBusyError, SourceBrokenError (too large, cut off), SourceRequestError,
        SourceRefusedError, ForbiddenAddressError.
        """

    def post(
        self,
        url: str,
        body: bytes,
        *,
        accept: str = "application/json",
        headers: Mapping[str, str] | None = None,
        budget: str = "",
    ) -> Answer:
        """As `get`, sending JSON."""

    def check(self, url: str) -> None:
        """Raise ForbiddenAddressError where it is plain without a request that none may be sent."""

    def release(self, place: str) -> None:
        """A person says that what refused (`SourceRefusedError.place`) may be asked again."""

    def close(self) -> None:
        """Release connections; they are made again when needed."""


class Fetcher(Protocol):
    """What a run of a stream needs of a connector: the next answer, and what it says."""

    def fetch(self, source: Source, stream: Stream, cursor: str | None, web: Web) -> Raw:
        """One request, the next after `cursor` (None: the first). Raises SourceError."""

    def parse(self, source: Source, raw: Raw) -> Batch:
        """What an answer says. Raises SourceBrokenError when it is not what it should be, and
        SourceBusyError when it is a request for patience in disguise; nothing else."""


@runtime_checkable
class Connector(Fetcher, Protocol):
    """Speaks to one kind of source. Everything but `fetch` is pure; one module a kind.

    `connectors.contract.check_connector` tries all that is said here.
    """

    kind: str
    """The word after `source add`."""

    title: str
    """The name that people know it by: "arXiv"."""

    summary: str
    """What can be named to it, and what it gives, in one line for `source add --help`."""

    example: str
    """The words after the kind in an example of `source add`; "" where none are needed."""

    several: bool
    """Whether one source follows several targets: then adding more extends it."""

    daily: bool
    """Whether it announces each of its targets on a page a day, whole from its first moment."""

    def configure(
        self, targets: Sequence[str], *, since: date | None, mirror: str, now: datetime
    ) -> Source:
        """A source as a person asks for it, checked and in canonical form, with a short name.

        Raises InvalidInputError saying what is wrong, with an example of what would be right.
        """

    def streams(self, source: Source) -> Sequence[Stream]:
        """What is asked of the source, in the order in which it should be; at least one."""

    def quiet(self, source: Source, day: date) -> str:
        """Why nothing is announced on a day ("arXiv announces nothing on Saturdays."), or ""."""


@runtime_checkable
class Repairer(Protocol):
    """A connector that can also fetch papers one by one: what a sweep found missing."""

    repair_size: int
    """As many keys as one request may name."""

    def fetch_items(self, source: Source, keys: Sequence[str], web: Web) -> Raw:
        """One request for the records of these keys; `parse` understands the answer."""


@runtime_checkable
class Almanac(Protocol):
    """A connector whose `quiet` goes by a list of holidays that ends somewhere."""

    def doubt(self, day: date) -> str:
        """Why a day that seems ordinary might be a holiday, in a clause, or ""."""


class Enricher(Protocol):
    """Knows more about papers that are here already: asked by identifier, never searched."""

    kind: str
    """Its name, and that of its budget (`Web.get`)."""

    summary: str
    schemes: tuple[str, ...]
    """The identifiers that it understands, the best first."""

    size: int
    """As many papers as one request may name."""

    def ready(self) -> str:
        """What is missing (a key), in a sentence; "" when it can be used."""

    def fetch(self, ids: Sequence[Identifier], web: Web, *, mirror: str = "") -> Raw:
        """One request about papers. Raises SourceError."""

    def parse(self, ids: Sequence[Identifier], raw: Raw) -> Batch:
        """Records and measures, each keyed by `scheme:value` of the identifier asked for."""
