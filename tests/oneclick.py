"""Unsubscribing as mail services do it: a bare request, with nothing of a browser's."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from string import ascii_letters, digits

from starlette.applications import Starlette

from bare import send_bare

HOST = "papers.example"
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
    sent = {"host": HOST, "content-length": str(len(body)), "user-agent": agent}
    if kind:
        sent["content-type"] = kind
    sent = {name: value for name, value in sent.items() if value}
    return await send_bare(
        app, method, path, sent, body, scheme="https", server=(HOST, 443), client="192.0.2.7"
    )


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
