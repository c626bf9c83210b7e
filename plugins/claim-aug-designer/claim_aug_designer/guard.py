"""Who may speak to the server: the page that it served, with the token of this start, and nobody else."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from starlette.responses import PlainTextResponse

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

TOKEN = "x-claim-aug-token"
#: Most bytes of a request, and of a file that is uploaded.
SMALL, LARGE = 4 << 20, 512 << 20
UPLOAD = "/api/upload/"
#: Nothing but what this server sends may load, run or be spoken to; no other page may frame it.
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}


@dataclass(frozen=True)
class Guard:
    """An ASGI application that lets through what is allowed.

    Attributes:
        app: application behind it.
        token: secret of this start.
        hosts: values of the header Host that are allowed; empty for any.
    """

    app: Callable[[Message, Receive, Send], Awaitable[None]]
    token: str
    hosts: frozenset[str]

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it before anything of it is read."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message["headers"] = [*message.get("headers", ()), *own]
            await send(message)

        limit = LARGE if scope["path"].startswith(UPLOAD) else SMALL
        refused = self.refusal(scope, headers, limit)
        if refused is not None:
            # What is still being sent is not read: the connection ends with the answer.
            await PlainTextResponse(refused[1], refused[0], {"connection": "close"})(scope, receive, send_guarded)
            return
        await self.app(scope, receive, send_guarded)

    def refusal(self, scope: Message, headers: dict[str, str], limit: int) -> tuple[int, str] | None:
        """Status and reason of a request that is refused; ``None`` where it is not."""
        host = headers.get("host", "")
        if self.hosts and host not in self.hosts:
            return 403, "this server answers to its own address alone"
        if headers.get("origin", f"http://{host}") != f"http://{host}":
            return 403, "another page may not use this server"
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return 403, "another page may not use this server"
        if not self.knows_token(scope, headers):
            return 403, "the token is missing or wrong; open the address that claim-aug design printed"
        if "transfer-encoding" in headers:
            return 411, "the request does not say how long it is"  # the server reads no more than a request says
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > limit:
            return 413, f"the request is larger than {limit >> 20} MB"
        return None

    def knows_token(self, scope: Message, headers: dict[str, str]) -> bool:
        """Whether the token came with the request: in the address of the page, else in a header.

        The scripts, styles and pictures of the wheel are no secret. A header is something that another page cannot
        send without being allowed to, and a cookie is not.
        """
        if scope["path"].startswith("/static/"):
            return True
        asked = parse_qs(scope["query_string"].decode("latin-1"))
        given = asked.get("token", [""])[0] if scope["path"] == "/" else headers.get(TOKEN, "")
        return secrets.compare_digest(given.encode("utf-8"), self.token.encode("utf-8"))
