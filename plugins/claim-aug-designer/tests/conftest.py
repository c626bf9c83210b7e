"""A designer that runs, a browser for it, and requests to it."""

import http.client
import json
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from browser import axe, chromium  # noqa: F401  fixtures
from claim_aug_designer.folders import Folders
from claim_aug_designer.scan import Scan
from claim_aug_designer.serve import Place, make_server

from claim_aug.cli import Orientation
from claim_aug.phantom import make_phantom, write_emidec

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def heart(tmp_path_factory):
    """Image and labels of a small phantom on the disk."""
    root = write_emidec(make_phantom(3, scar=False, shape=(80, 80, 5)), tmp_path_factory.mktemp("scans"), "heart")
    return root / "Images" / "heart.nii.gz", root / "Contours" / "heart.nii.gz"


@pytest.fixture(scope="session")
def scan(heart):
    return Scan.from_files(*heart, "phantom", Orientation())


@dataclass(frozen=True)
class Running:
    """A server that runs, and how it is spoken to."""

    place: Place
    out: Path

    def ask(self, method, path, body=None, **headers):
        """Status, headers and body of the answer; names of headers have ``_`` for ``-``."""
        given = {"Host": self.place.authority, "x-claim-aug-token": self.place.token}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        host, _, port = self.place.authority.rpartition(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=60)
        try:
            connection.request(method, path, body, {name: value for name, value in given.items() if value is not None})
            answer = connection.getresponse()
            return answer.status, dict(answer.headers), answer.read()
        finally:
            connection.close()

    def post(self, name, **asked):
        """Status and JSON of an answer."""
        status, _, body = self.ask("POST", f"/api/{name}", json.dumps(asked))
        return status, json.loads(body)


@pytest.fixture
def serve(tmp_path):
    """``serve(scan, readable)`` starts a server; it ends with the test."""
    running = []

    def started(scan=None, readable=()):
        place, out = Place.at("127.0.0.1", 0), tmp_path / "designed"
        server = make_server(Folders(out, tuple(readable)), scan, place)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [place.listener]}, daemon=True)
        thread.start()
        running.append((server, thread))
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        return Running(place, out)

    yield started
    for server, thread in running:
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def open_designer(chromium):  # noqa: F811
    """``open_designer(server, width)`` opens the page; it keeps what went wrong in ``page.trouble``."""
    contexts = []

    def opened(server, width=1440, height=900, scheme="light"):
        context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.trouble = []
        page.on("console", lambda message: page.trouble.append(message.text))
        page.on("pageerror", lambda error: page.trouble.append(str(error)))

        def watch(route):
            if route.request.url.startswith(f"http://{server.place.authority}/"):
                route.continue_()
            else:
                page.trouble.append(route.request.url)
                route.abort()

        context.route("**/*", watch)
        page.goto(server.place.address)
        page.wait_for_selector("body[data-ready=true]")
        return page

    yield opened
    for context in contexts:
        context.close()
