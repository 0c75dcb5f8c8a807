"""Writes letters for readers, with what the store knows of them; and sends those that do not go
through the outbox: a test, and the one mail that asks whether an address is its reader's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from email.utils import format_datetime

from broadsheet.edition import Edition, Scope
from broadsheet.errors import ConfigError, ConflictError, MailError
from broadsheet.mailing import HELD, Letter, State, Subscription
from broadsheet.people import Reader
from broadsheet.ports import Draughtsman, Postman, Store
from broadsheet.post import picture
from broadsheet.post.headers import Mailbox, check_address, read_mailbox
from broadsheet.post.letters import Frame, Written, write_edition, write_note
from broadsheet.post.outbox import end, make_letter
from broadsheet.post.picture import Picture
from broadsheet.post.tokens import Tokens
from broadsheet.signing import Signer
from broadsheet.sync import Clock

NO_RELAY = "This instance sends no mail: its operator has not set 'smtp' and 'mail_from'."
NO_URL = "This instance sends no mail: its operator has not set 'url', which links begin with."
_EARLIER = picture.WEEKS * 7 + 8


@dataclass(frozen=True, slots=True)
class Correspondence:
    """How letters leave: without a `postman` none does. `sender` is an address, with a name before
    it or without; links in letters begin with `url`."""

    postman: Postman | None = None
    sender: str = ""
    url: str = ""


class Desk:
    """Where letters are written."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        signer: Signer,
        tokens: Tokens,
        correspondence: Correspondence,
        draughtsman: Draughtsman | None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._signer = signer
        self._tokens = tokens
        self._correspondence = correspondence
        self._draughtsman = draughtsman

    @property
    def sender(self) -> Mailbox:
        """Whom letters come from. Raises ConfigError for a wrong `mail_from`."""
        return self._frame().sender

    # --- Editions -------------------------------------------------------------------------------

    def write(self, reader: Reader, edition: Edition) -> tuple[Letter, bytes]:
        """The letter of an edition to the reader's subscription, as it goes into the outbox; one
        that must not leave (see `headers.check`) goes there as FAILED, so that its papers come
        back.

        Raises ConflictError where the reader has none, ConfigError for a wrong `mail_from`.
        """
        found = self._store.get_subscriptions([reader.id]).get(reader.id)
        if found is None:
            raise ConflictError(f"No mail goes to {reader.name}.")
        letter = make_letter(reader.id, edition.name, found.address, "", edition.made_at)
        try:
            written = self.compose(reader, edition, found)
        except MailError as error:
            return end(letter, State.FAILED, self._clock(), str(error)), b""
        return replace(letter, message_id=written.message_id), written.payload

    def compose(
        self, reader: Reader, edition: Edition, subscription: Subscription, *, is_test: bool = False
    ) -> Written:
        """The letter of an edition as it would go to a subscription."""
        parts = ("letter", reader.id, edition.name, subscription.address)
        token = self._signer.sign(*parts, *(["test", self._clock()] if is_test else []))
        return write_edition(
            edition,
            reader,
            subscription,
            self._frame(),
            token=token,
            picture=self._draw(reader, edition),
            is_test=is_test,
        )

    def preview(self, reader: Reader, edition: Edition) -> Written:
        """The letter of an edition as its reader gets it, or would get it."""
        found = self._store.get_subscriptions([reader.id]).get(reader.id)
        return self.compose(reader, edition, found or self._imagine(reader, "reader@example.org"))

    def _imagine(self, reader: Reader, address: str) -> Subscription:
        return Subscription(reader.id, address, self._clock())

    def _frame(self) -> Frame:
        here = self._correspondence
        sender = here.sender or "Broadsheet <broadsheet@localhost>"
        return Frame(read_mailbox(sender), here.url.rstrip("/"), self._tokens)

    def _draw(self, reader: Reader, edition: Edition) -> Picture | None:
        """Once a week, in the reader's first letter of it: what the weeks before have brought."""
        if self._draughtsman is None:
            return None
        names = self._store.get_edition_names(
            Scope.READER, reader_id=reader.id, until=edition.name, limit=2
        )
        before = next((name for name in names if name < edition.name), "")
        if not before or not picture.begins_week(edition.name, before):
            return None
        earlier = self._get_earlier(reader, edition)
        cid = f"weeks.{edition.name}@{self._frame().host}"
        return picture.draw(earlier, edition.name, cid, self._draughtsman)

    def _get_earlier(self, reader: Reader, edition: Edition) -> Sequence[Edition]:
        return self._store.get_editions(
            Scope.READER, reader_id=reader.id, until=edition.name, limit=_EARLIER
        )

    # --- Past the outbox ------------------------------------------------------------------------

    def send_test(self, reader: Reader, edition: Edition, text: str) -> str:
        """Send the letter of an edition to any address at once; returns what the relay said.

        Raises InvalidInputError for what is no address, ConflictError without a relay, ConfigError
        for a wrong `mail_from`, MailError.
        """
        address = check_address(text)
        self._require_relay()
        subscription = self._imagine(reader, address)
        return self._send(
            address, self.compose(reader, edition, subscription, is_test=True).payload
        )

    def check_ready(self) -> None:
        """Raise ConflictError where no reader can be asked for an address: without a relay or `url`
        (the link to confirm begins with it), and where mail is held."""
        try:
            self._require_relay()
        except ConfigError as error:
            raise ConflictError(str(error)) from error
        if not self._correspondence.url:
            raise ConflictError(NO_URL)
        if self._store.is_held():
            raise ConflictError(HELD)

    def ask(self, reader: Reader, asked: Subscription) -> None:
        """Send the one mail that asks whether an address is its reader's. Raises MailError."""
        frame = self._frame()
        confirming = self._tokens.for_confirming(asked)
        values = {
            "Date": format_datetime(asked.asked_at),
            "Message-ID": f"<confirm.{reader.id}.{self._sign_confirming(asked)}@{frame.host}>",
        }
        refusing = self._tokens.for_refusing(reader.id, asked.address)
        links = f"{frame.url}/mail/confirm/{confirming}", f"{frame.url}/mail/refuse/{refusing}"
        lines = _ask(asked, *links, frame.url)
        self._send(
            asked.address,
            write_note(asked.address, "Confirm your address for Broadsheet", lines, frame, values),
        )

    def _sign_confirming(self, asked: Subscription) -> str:
        moment = asked.asked_at.isoformat()
        return self._signer.sign("confirming letter", asked.reader_id, asked.address, moment)

    def _require_relay(self) -> None:
        if not (self._correspondence.postman and self._correspondence.sender):
            raise ConflictError(NO_RELAY)
        read_mailbox(self._correspondence.sender)

    def _send(self, address: str, payload: bytes) -> str:
        postman, sender = self._correspondence.postman, self._frame().sender.address
        assert postman
        with postman.open() as connection:
            reply = connection.hand_over(sender, address, payload, before_dot=lambda: None)
        return f"{reply.code} {reply.text}"


def _ask(asked: Subscription, confirming: str, refusing: str, url: str) -> list[str]:
    """The mail that asks, in words of ours: a name that a reader chose could be a message."""
    day = asked.asked_at
    return [
        f"On {day.day} {day:%B} {day.year} somebody with an account at",
        url,
        f"asked to have lists of new papers sent to {asked.address}.",
        "",
        "If this was you, open this page and press its button, within a week:",
        "",
        confirming,
        "",
        "If it was not, do nothing: nothing else will be sent to this address. So that nobody can",
        "ask you again, open this page and press its button:",
        "",
        refusing,
    ]
