"""Requests to an application itself, as bare as they can be: nothing of a browser's in them."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.types import Message


async def send_bare(
    app: Starlette,
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes | None = b"",
    *,
    scheme: str = "http",
    server: tuple[str, int] = ("127.0.0.1", 8000),
    client: str = "127.0.0.1",
) -> tuple[int, dict[str, str]]:
    """Status and headers of the answer to one request from the address of a client. Without a body
    it hangs up before the body has come."""
    heard: list[Message] = []

    async def receive() -> Message:
        if body is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        heard.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": scheme,
        "server": server,
        "client": (client, 50_000),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }
    await app(scope, receive, send)
    start = heard[0]
    return start["status"], {name.decode(): value.decode() for name, value in start["headers"]}
