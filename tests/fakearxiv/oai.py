"""The OAI-PMH door, with the manners of arXiv's own server.

Errors are HTTP 200. A resumption token is percent-encoded text that holds the last day delivered
and an *offset* over the records from that day on, ordered by time of change: a delivered record
that is touched meanwhile leaves that day, the offset skips one too many, and a record is never
seen. Tokens die at midnight UTC. There is no total unless asked for, and nothing tells of
deletions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import parse_qs, quote, unquote, urlencode
from xml.sax.saxutils import escape, quoteattr

from fakearxiv.categories import all_sets, in_set
from fakearxiv.records import HEAD, raw_record, record_header
from fakearxiv.world import EARLIEST, Paper, World

FORMATS = ("oai_dc", "arXiv", "arXivRaw")


@dataclass
class OaiOptions:
    """Page sizes, and what arXiv's server does not do but the protocol allows."""

    records: int = 2500
    identifiers: int = 20000
    totals: bool = False
    deletions: bool = False


@dataclass(frozen=True)
class Asked:
    """A list request, read either from arguments or from a token."""

    verb: str
    prefix: str
    start: date
    until: date
    spec: str = ""
    offset: int = 0
    delivered: int = 0


class OaiError(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


Arguments = Mapping[str, str]
LEGAL: Mapping[str, frozenset[str]] = {
    "Identify": frozenset(),
    "ListSets": frozenset(),
    "ListMetadataFormats": frozenset({"identifier"}),
    "GetRecord": frozenset({"identifier", "metadataPrefix"}),
    "ListRecords": frozenset({"metadataPrefix", "from", "until", "set", "resumptionToken"}),
    "ListIdentifiers": frozenset({"metadataPrefix", "from", "until", "set", "resumptionToken"}),
}


class OaiDoor:
    """Answers requests from a world; `url` is what Identify calls the base address."""

    def __init__(self, world: World, url: str, options: OaiOptions) -> None:
        self.world, self.url, self.options = world, url, options

    def answer(self, pairs: Sequence[tuple[str, str]]) -> tuple[str, bool]:
        """The document, and whether it is an error (which caches keep until midnight)."""
        arguments = dict(pairs)
        try:
            if len(arguments) < len(pairs):
                raise OaiError("badArgument", "an argument is repeated")
            return self._frame(arguments, self._dispatch(arguments)), False
        except OaiError as error:
            return self.fail(error.code, str(error)), True

    def fail(self, code: str, message: str) -> str:
        """A document that is an error."""
        return self._frame({}, f'<error code="{code}">{escape(message)}</error>')

    def empty_list(self, arguments: Arguments) -> str:
        """A page in the middle of a list without a record in it, nor a token to go on with."""
        return self._frame(arguments, f"<{arguments['verb']}></{arguments['verb']}>")

    def repeat_token(self, text: str, token: str) -> str:
        """A page whose token is the one that it was asked with."""
        body = re.sub(r"<resumptionToken[^>]*?(/>|>.*?</resumptionToken>)", "", text)
        end = f"</{parse_verb(token)}>"
        return body.replace(end, f"<resumptionToken>{escape(token)}</resumptionToken>{end}")

    def _dispatch(self, arguments: Arguments) -> str:
        verb = arguments.get("verb", "")
        if verb not in LEGAL:
            raise OaiError("badVerb", "not a verb of OAI-PMH")
        if set(arguments) - LEGAL[verb] - {"verb"}:
            raise OaiError("badArgument", "an argument is not allowed with this verb")
        doors: Mapping[str, Callable[[Arguments], str]] = {
            "Identify": self._identify,
            "ListSets": self._list_sets,
            "ListMetadataFormats": self._list_formats,
            "GetRecord": self._get_record,
        }
        return f"<{verb}>{doors.get(verb, self._list)(arguments)}</{verb}>"

    def _identify(self, _: Arguments) -> str:
        return (
            f"<repositoryName>Pretended arXiv</repositoryName><baseURL>{escape(self.url)}</baseURL>"
            "<protocolVersion>2.0</protocolVersion><adminEmail>nobody@example.org</adminEmail>"
            f"<earliestDatestamp>{EARLIEST.date()}</earliestDatestamp>"
            "<deletedRecord>persistent</deletedRecord><granularity>YYYY-MM-DD</granularity>"
        )

    def _list_sets(self, _: Arguments) -> str:
        return "".join(
            f"<set><setSpec>{spec}</setSpec><setName>{spec}</setName></set>" for spec in all_sets()
        )

    def _list_formats(self, _: Arguments) -> str:
        return "".join(
            f"<metadataFormat><metadataPrefix>{name}</metadataPrefix></metadataFormat>"
            for name in FORMATS
        )

    def _get_record(self, arguments: Arguments) -> str:
        _check_prefix(arguments)
        paper = self.world.by_id.get(arguments.get("identifier", "").removeprefix("oai:arXiv.org:"))
        if paper is None or (paper.deleted and not self.options.deletions):
            raise OaiError("idDoesNotExist", "no such paper")
        return raw_record(paper)

    def _list(self, arguments: Arguments) -> str:
        asked = self._read(arguments)
        found = [
            paper
            for paper in self.world.changed_since(asked.start)
            if self._shows(paper, asked.spec) and paper.modified.date() <= asked.until
        ]
        size = self.options.records if asked.verb == "ListRecords" else self.options.identifiers
        page = found[asked.offset : asked.offset + size]
        if not page:
            raise OaiError("noRecordsMatch", "nothing changed")
        tell = raw_record if asked.verb == "ListRecords" else record_header
        last = len(found) <= asked.offset + size
        return "".join(map(tell, page)) + self._token(asked, page, len(found), last=last)

    def _shows(self, paper: Paper, spec: str) -> bool:
        if paper.deleted and not self.options.deletions:
            return False
        return not spec or in_set(paper.categories, spec)

    def _token(self, asked: Asked, page: Sequence[Paper], found: int, *, last: bool) -> str:
        size = ""
        if self.options.totals:
            total = found + asked.delivered - asked.offset
            size = f' completeListSize="{total}" cursor="{asked.delivered}"'
        if last:
            return f"<resumptionToken{size}/>" if asked.delivered else ""
        day = page[-1].modified.date()
        same_day = sum(paper.modified.date() == day for paper in page)
        offset = same_day + (asked.offset if day == asked.start else 0)
        expires = _next_midnight(self.world.clock.now())
        token = urlencode({
            "verb": asked.verb, "metadataPrefix": asked.prefix, "from": day, "set": asked.spec,
            "until": asked.until, "skip": offset, "delivered": asked.delivered + len(page),
            "expires": f"{expires:%Y-%m-%d}",
        })  # fmt: skip
        date_text = f"{expires:%Y-%m-%dT%H:%M:%SZ}"
        return (
            f'<resumptionToken expirationDate="{date_text}"{size}>{quote(token)}</resumptionToken>'
        )

    def _read(self, arguments: Arguments) -> Asked:
        if "resumptionToken" in arguments:
            if len(arguments) > 2:
                raise OaiError("badArgument", "resumptionToken goes alone")
            return self._read_token(arguments["verb"], arguments["resumptionToken"])
        _check_prefix(arguments)
        today = self.world.clock.now().date()
        start = _read_day(arguments.get("from", str(EARLIEST.date())))
        until = _read_day(arguments.get("until", str(today)))
        if start < EARLIEST.date() or start > today or until > today + timedelta(1):
            raise OaiError("badArgument", "a date is out of range")
        if start > until:
            raise OaiError("badArgument", "from is after until")
        spec = arguments.get("set", "")
        if spec and spec not in all_sets():
            raise OaiError("badArgument", "no such set")
        return Asked(arguments["verb"], arguments["metadataPrefix"], start, until, spec)

    def _read_token(self, verb: str, token: str) -> Asked:
        try:
            parts = {name: values[0] for name, values in parse_qs(unquote(token)).items()}
            expires = datetime.combine(date.fromisoformat(parts["expires"]), time(), UTC)
            asked = Asked(
                parts["verb"], parts["metadataPrefix"], date.fromisoformat(parts["from"]),
                date.fromisoformat(parts["until"]), parts.get("set", ""), int(parts["skip"]),
                int(parts["delivered"]),
            )  # fmt: skip
        except (KeyError, ValueError) as error:
            raise OaiError("badResumptionToken", "not a token of ours") from error
        # Once decoded is not enough: what was not encoded again in the address is broken.
        if asked.verb != verb or quote(unquote(token)) != token:
            raise OaiError("badResumptionToken", "not a token for this request")
        if self.world.clock.now() >= expires:
            raise OaiError("badResumptionToken", "the token has expired")
        return asked

    def _frame(self, arguments: Arguments, body: str) -> str:
        attributes = "".join(f" {name}={quoteattr(value)}" for name, value in arguments.items())
        return (
            f"{HEAD}<responseDate>{self.world.clock.now():%Y-%m-%dT%H:%M:%SZ}</responseDate>"
            f"<request{attributes}>{escape(self.url)}</request>{body}</OAI-PMH>"
        )


def parse_verb(token: str) -> str:
    return parse_qs(unquote(token))["verb"][0]


def _check_prefix(arguments: Arguments) -> None:
    if "metadataPrefix" not in arguments:
        raise OaiError("badArgument", "metadataPrefix is missing")
    if arguments["metadataPrefix"] not in FORMATS:
        raise OaiError("cannotDisseminateFormat", "not a format of ours")


def _read_day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError as error:
        raise OaiError("badArgument", "not a day of the form YYYY-MM-DD") from error


def _next_midnight(now: datetime) -> datetime:
    return datetime.combine(now.date() + timedelta(days=1), time(), UTC)
