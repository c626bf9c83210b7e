"""Starting the server, and telling where it is."""

from __future__ import annotations

import contextlib
import ipaddress
import secrets
import socket
import threading
import webbrowser
from dataclasses import dataclass, field

import typer
import uvicorn

from claim_aug import ScarSynthesizer
from claim_aug.errors import ClaimAugError, InputError, OutputError
from claim_aug.phantom import make_phantom
from claim_aug.plugins import load_plugins
from claim_aug_designer.folders import Folders
from claim_aug_designer.scan import Scan
from claim_aug_designer.server import Server
from claim_aug_designer.workspace import Workspace

#: Connections at a time; more are told to come back.
MOST_CONNECTIONS = 64


def check_host(host: str, *, open_to_network: bool) -> None:
    """Refuse an address that others can reach, unless it was asked for twice.

    Raises:
        InputError: such an address, or none.
    """
    try:
        alone = ipaddress.ip_address(host).is_loopback
    except ValueError:
        msg = f"--host needs an IP address such as 127.0.0.1, got {host!r}"
        raise InputError(msg) from None
    if not alone and not open_to_network:
        msg = f"at {host} others on the network could see the scan; add --open-to-network if that is wanted"
        raise InputError(msg)


@dataclass(frozen=True)
class Place:
    """Where a server listens.

    Attributes:
        host: address it listens at.
        listener: socket it listens on.
        token: secret of this start.
    """

    host: str
    listener: socket.socket
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    @classmethod
    def at(cls, host: str, port: int) -> Place:
        """Listen at an address; port 0 is a free one.

        Raises:
            OutputError: a port that cannot be had.
        """
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.socket(family)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, port))
        except OSError as error:
            listener.close()
            msg = f"port {port} of {host} cannot be used: {error.strerror}; leave --port away for a free one"
            raise OutputError(msg) from error
        return cls(host, listener)

    @property
    def authority(self) -> str:
        """Address and port as the header Host has them."""
        address = f"[{self.host}]" if ":" in self.host else self.host
        return f"{address}:{self.listener.getsockname()[1]}"

    @property
    def hosts(self) -> frozenset[str]:
        """What the header Host may say; empty for anything, where others on the network shall reach the server."""
        if not ipaddress.ip_address(self.host).is_loopback:
            return frozenset()
        return frozenset({self.authority, self.authority.replace(self.host, "localhost")})

    @property
    def address(self) -> str:
        """The address to open, with its token."""
        return f"http://{self.authority}/?token={self.token}"


def make_server(folders: Folders, scan: Scan | None, place: Place) -> uvicorn.Server:
    """A server that is ready to run on the place's listener."""
    app = Server(Workspace(folders, scan)).app(place.token, place.hosts)
    return uvicorn.Server(
        uvicorn.Config(
            app,
            log_level="error",
            access_log=False,  # it would show the token
            server_header=False,
            limit_concurrency=MOST_CONNECTIONS,
            timeout_graceful_shutdown=2,
        )
    )


def warm_up() -> None:
    """Let slow generators read their networks while the user is still looking at the page."""
    phantom = make_phantom(0, scar=False, shape=(64, 64, 3))
    for entry in load_plugins().generators:
        with contextlib.suppress(ClaimAugError):
            if getattr(entry.load(), "main_process_only", False):
                synthesizer = ScarSynthesizer("random", entry.name, labels="phantom", burden=10)
                synthesizer.sample(phantom.image, phantom.labels, affine=phantom.affine, seed=0)


def serve(folders: Folders, scan: Scan | None, host: str, port: int, *, browser: bool) -> None:
    """Serve until Ctrl-C."""
    place = Place.at(host, port)
    server = make_server(folders, scan, place)
    typer.echo(f"designer at {place.address}\nwhat you save goes to {folders.out}; stop with Ctrl-C")
    threading.Thread(target=warm_up, daemon=True).start()
    if browser:
        threading.Timer(0.3, webbrowser.open, [place.address]).start()
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[place.listener])
