"""The server: a page, its files, and a handful of answers in JSON."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anyio
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from claim_aug.errors import ClaimAugError
from claim_aug.plugins import load_plugins
from claim_aug_designer.backends import describe_backends
from claim_aug_designer.folders import UPLOADS, as_json, written_whole
from claim_aug_designer.guard import LARGE, Guard
from claim_aug_designer.workspace import Workspace

STATIC = Path(__file__).parent / "static"
#: Requests that may wait for their turn; one is worked on at a time.
MOST_WAITING = 16


class Server:
    """Routes from addresses to a workspace. One request is worked on at a time, and an outdated one not at all.

    Args:
        workspace: folders and scan.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace, self.backends = workspace, describe_backends()
        self.turn, self.waiting = anyio.Lock(), 0
        self.newest: dict[str, int] = {}

    def app(self, token: str, hosts: frozenset[str]) -> Guard:
        """The application behind its guard; see ``Guard`` for the arguments."""
        work = self.workspace
        routes = [
            Route("/", self.page),
            Route("/api/start", self.start),
            Route("/api/voxels", self.voxels),
            Route("/api/upload/{role}/{name}", self.upload, methods=["PUT"]),
            Mount("/static", StaticFiles(directory=STATIC)),
        ]
        for name, answer in (
            ("open", work.open), ("sample", work.sample), ("code", work.code),
            ("save", work.save), ("series", work.series),
        ):  # fmt: skip
            routes.append(Route(f"/api/{name}", self.answering(answer), methods=["POST"]))
        return Guard(Starlette(routes=routes), token, hosts)

    async def page(self, request: Request) -> Response:
        """The page itself."""
        return FileResponse(STATIC / "index.html")

    async def start(self, request: Request) -> Response:
        """What the page needs at first: the scan, priors and generators, label schemes."""
        schemes = [entry.name for entry in load_plugins().schemes]
        known = {"backends": self.backends, "schemes": schemes, "largest": LARGE}
        return JSONResponse(known | self.workspace.describe())

    async def voxels(self, request: Request) -> Response:
        """The voxels of the scan, as ``Scan.voxels`` has them."""
        return await self.in_turn(lambda: Response(self.workspace.opened().voxels()))

    def answering(self, answer: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> Callable[[Request], Any]:
        """The endpoint of one method of the workspace."""

        async def endpoint(request: Request) -> Response:
            body = await request.body()
            asked = as_json_object(body)
            if isinstance(asked, Response):
                return asked
            page, number = str(asked.get("page", "")), asked.get("number", 0)
            number = number if isinstance(number, int) else 0
            if page and number:
                if len(self.newest) > 1000:
                    self.newest.clear()
                self.newest[page] = max(number, self.newest.get(page, 0))

            def work() -> Response:
                if page and number and number < self.newest.get(page, 0):
                    return JSONResponse({"outdated": True})
                return JSONResponse(answer(asked))

            return await self.in_turn(work)

        return endpoint

    async def in_turn(self, work: Callable[[], Response]) -> Response:
        """Do the work in a thread when its turn comes; errors of ours are sentences for the page."""
        if self.waiting >= MOST_WAITING:
            return JSONResponse({"error": "the server is busy; try again in a moment"}, 503, {"retry-after": "1"})
        self.waiting += 1
        try:
            async with self.turn:
                return await anyio.to_thread.run_sync(work)
        except ClaimAugError as error:
            return JSONResponse({"error": str(error)}, 422)
        except Exception as error:
            traceback.print_exc()
            return JSONResponse({"error": f"unexpected {type(error).__name__}: {error}"}, 500)
        finally:
            self.waiting -= 1

    async def upload(self, request: Request) -> Response:
        """Take a file of a scan; it is read and checked when it is opened."""
        try:
            size = int(request.headers.get("content-length", 0))
            path = self.workspace.folders.upload(**request.path_params, size=size)
        except ClaimAugError as error:
            return JSONResponse({"error": str(error)}, 422)
        try:
            with written_whole(path) as hidden, hidden.open("wb") as stream:
                async for part in request.stream():
                    stream.write(part)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        return JSONResponse({"path": str(path), "folder": UPLOADS})


def as_json_object(body: bytes) -> dict[str, Any] | Response:
    """The object that a page sent, or the answer to anything else."""
    try:
        given = as_json(body)
    except ClaimAugError as error:
        return JSONResponse({"error": str(error)}, 422)
    return given if isinstance(given, dict) else JSONResponse({"error": "an object is needed"}, 422)
