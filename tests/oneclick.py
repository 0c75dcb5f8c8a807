"""Unsubscribing as mail services do it: a bare request, with nothing of a browser's."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from string import ascii_letters, digits

from starlette.applications import Starlette
from starlette.types import Message

FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=b"
BODIES = {
    FORM: b"List-Unsubscribe=One-Click",
    PARTS: b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\n'
    b"One-Click\r\n--b--\r\n",
    "": b"",
    "text/plain": b"List-Unsubscribe=One-Click",
}
"""By content type; the first two are those of RFC 8058."""
AGENTS = ("", "Mozilla/5.0 (link checker)", "GoogleImageProxy", "Barracuda Sentinel", "curl/8")
_LETTERS = ascii_letters + digits + "-_"


async def knock(
    app: Starlette, method: str, path: str, kind: str = "", body: bytes = b"", agent: str = ""
) -> tuple[int, dict[str, str]]:
    """Status and headers of the answer to one request, as bare as it can be."""
    heard: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        heard.append(message)

    sent = {"host": "papers.example", "content-length": str(len(body)), "user-agent": agent}
    if kind:
        sent["content-type"] = kind
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "https",
        "server": ("papers.example", 443),
        "client": ("192.0.2.7", 50_000),
        "headers": [(name.encode(), value.encode()) for name, value in sent.items() if value],
    }
    await app(scope, receive, send)
    start = heard[0]
    return start["status"], {name.decode(): value.decode() for name, value in start["headers"]}


def mutate(token: str, random: Random) -> Iterator[str]:
    """Tokens near a good one, without end: none of them is it."""
    number, mark, signature = token[: token.index("-")], token[-40:-28], token[-27:]
    while True:
        place = random.randrange(len(token))
        letter = random.choice(_LETTERS)
        found = random.choice(
            (
                token[:place] + letter + token[place + 1 :],
                token[:place] + token[place + 1 :],
                token[:place] + letter + token[place:],
                token[:place],
                f"{random.randrange(10_000)}-{mark}-{signature}",
                f"{number}-{mark[::-1]}-{signature}",
                f"{number}-{mark}-{''.join(random.choices(_LETTERS, k=27))}",
                f"0{token}",
                f"{token}=",
                token.swapcase(),
                f"{number}-{mark}{signature}",
                "".join(random.choices(_LETTERS, k=len(token))),
            )
        )
        if found and found != token:
            yield found
