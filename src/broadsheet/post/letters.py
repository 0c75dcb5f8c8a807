"""A reader's edition as a letter: `multipart/alternative`, plain text first, HTML second.

The same edition, subscription and settings give the same bytes, for ever. No text of a paper, a
feed or a reader stands in a header.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256

from broadsheet.edition import Edition
from broadsheet.mailing import Subscription
from broadsheet.people import Reader
from broadsheet.post import headers, html, plain
from broadsheet.post.headers import LONGEST_LINE, Mailbox
from broadsheet.post.page import Layout, LetterPage
from broadsheet.post.picture import Picture
from broadsheet.post.tokens import Tokens

LARGEST = 100_000
"""Octets of a letter: of a larger one, large mail services hide the end."""
SIZES = ((40, True), (40, False), (20, False), (8, False))
"""How many papers a letter has at most, and whether their texts begin in it: the first to fit."""

# Bodies go in seven bits, which every relay takes as they are, in lines of 76 (RFC 2045, 6.7).
# Headers are not folded: the email package makes encoded words of addresses too long for a line.
_BODY = SMTP.clone(max_line_length=76, cte_type="7bit")
_POLICY = _BODY.clone(max_line_length=LONGEST_LINE)
_MOSTLY_ASCII = 0.8


@dataclass(frozen=True, slots=True)
class Written:
    """A letter as it goes out, its parts as they were written, and of how many papers it tells."""

    subject: str
    message_id: str
    text: str
    html: str
    payload: bytes
    papers: int


@dataclass(frozen=True, slots=True)
class Frame:
    """What is the same in all letters of an instance."""

    sender: Mailbox
    url: str
    tokens: Tokens

    @property
    def host(self) -> str:
        return headers.host_of(self.url)


def write_edition(
    edition: Edition,
    reader: Reader,
    subscription: Subscription,
    frame: Frame,
    *,
    token: str,
    picture: Picture | None = None,
    is_test: bool = False,
) -> Written:
    """The letter of an edition; `token` makes its Message-ID one that nobody can foretell."""
    layout = Layout(reader, subscription, frame.url, frame.tokens, is_test=is_test)
    message_id = f"<edition.{reader.id}.{edition.name}.{token}@{frame.host}>"
    for most, excerpts in SIZES:
        page = layout.lay_out(edition, most=most, excerpts=excerpts)
        subject = f"Broadsheet, {page.title}: {page.counted}"
        values = {
            "To": subscription.address,
            "Subject": f"Test: {subject}" if is_test else subject,
            "Date": format_datetime(edition.made_at),
            "Message-ID": message_id,
            **_list_headers(frame, layout.stop_address()),
        }
        written = _write(page, picture, frame.sender, values)
        if len(written.payload) <= LARGEST:
            break
        picture = None
    return written


def write_note(
    to: str, subject: str, lines: Sequence[str], frame: Frame, values: dict[str, str]
) -> bytes:
    """A short letter of our own words, as plain text; `values` has its "Date" and "Message-ID"."""
    values = {"To": to, "Subject": headers.guard(subject), **values}
    values["Auto-Submitted"] = "auto-generated"
    message = EmailMessage(_BODY)
    headers.put_headers(message, frame.sender, values)
    _set_text(message, "\n".join(lines) + "\n", "plain")
    return _freeze(message, values)


def _list_headers(frame: Frame, stop: str) -> dict[str, str]:
    """RFC 2919, RFC 2369 and RFC 8058, which wants https, and RFC 3834."""
    found = {"List-Id": f"Your Broadsheet <editions.{frame.host}>"}
    if stop:
        found["List-Unsubscribe"] = f"<{stop}>"
    if stop.startswith("https://"):
        found["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return {**found, "Auto-Submitted": "auto-generated"}


def _write(
    page: LetterPage, picture: Picture | None, sender: Mailbox, values: dict[str, str]
) -> Written:
    text, markup = plain.write(page), html.write(page, picture)
    message = EmailMessage(_BODY)
    headers.put_headers(message, sender, values)
    _set_text(message, text, "plain")
    message.make_alternative()
    body = EmailMessage(_BODY)
    _set_text(body, markup, "html")
    del body["MIME-Version"]
    if picture:
        image = picture.content
        body.add_related(image, "image", "png", cid=f"<{picture.cid}>", disposition="inline")
        del next(body.iter_attachments())["MIME-Version"]
        body.set_boundary(_boundary(values, "related"))
    message.attach(body)
    message.set_boundary(_boundary(values, "alternative"))
    payload = _freeze(message, values)
    return Written(values["Subject"], values["Message-ID"], text, markup, payload, page.count)


def _set_text(message: EmailMessage, text: str, subtype: str) -> None:
    """Quoted-printable, which can be read as it is, for what is mostly ASCII; else base64."""
    text = text.encode("utf-8", "replace").decode()
    ascii_share = sum(map(str.isascii, text)) / len(text)
    cte = "quoted-printable" if ascii_share >= _MOSTLY_ASCII else "base64"
    message.set_content(text, subtype=subtype, charset="utf-8", cte=cte)


def _boundary(values: dict[str, str], name: str) -> str:
    """One that no encoded body can hold: "=_" is neither quoted-printable nor base64."""
    digest = sha256(f"{name} {values['Message-ID']}".encode()).hexdigest()[:24]
    return f"=_broadsheet_{digest}"


def _freeze(message: EmailMessage, values: dict[str, str]) -> bytes:
    payload = message.as_bytes(policy=_POLICY)
    own = ["From", "MIME-Version", "Content-Type", *values]
    if not message.is_multipart():
        own.append("Content-Transfer-Encoding")
    headers.check(payload, own)
    return payload
