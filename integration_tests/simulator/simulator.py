"""How does a test get a local Pinterest?

`with Simulator(World(boards=3), profile="standard") as sim:` serves on a free port of 127.0.0.1, from a thread.
"""

import asyncio
import socket
from collections.abc import Callable, Iterable
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self

import uvicorn

from integration_tests.simulator.app import BASE_PATH, build_app
from integration_tests.simulator.connections import OpenProtocol
from integration_tests.simulator.faults import Fault
from integration_tests.simulator.listing import Record
from integration_tests.simulator.oauth import CLIENT_ID, CLIENT_SECRET
from integration_tests.simulator.request_log import Entry
from integration_tests.simulator.service import Service
from integration_tests.simulator.settings import Settings
from integration_tests.simulator.world import World

_LARGEST_REQUEST = 4_194_304
_START_SECONDS = 10
_STOP_SECONDS = 2


class Simulator:
    """A local Pinterest API v5. Options: see `Settings`."""

    def __init__(self, world: World | None = None, *, port: int = 0, **settings: Any) -> None:
        self.world = world or World()
        self._service = Service(self.world, Settings(**settings))
        self._port = port
        self._server: _Server | None = None

    def __enter__(self) -> Self:
        listener = _listener(self._port)
        self._port = listener.getsockname()[1]
        self._server = _Server(self._service, listener)
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None
        if self._service.crashes and error is None:
            raise RuntimeError("The simulator is broken.") from self._service.crashes[0]

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def url(self) -> str:
        """The base URL of the API."""
        return self.origin + BASE_PATH

    # -- credentials

    def config(self, **overrides: Any) -> dict[str, Any]:
        """A connector config with OAuth credentials, the newest refresh token among them."""
        credentials = {
            "auth_method": "oauth2.0",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "refresh_token": self._service.tokens.refresh_token,
        }
        return {"credentials": credentials, **overrides}

    def access_token_config(self, **overrides: Any) -> dict[str, Any]:
        """A connector config with a fresh access token."""
        return {"credentials": {"auth_method": "access_token", "access_token": self.access_token()}, **overrides}

    def access_token(self) -> str:
        return self._service.tokens.issue_access_token()

    @property
    def secrets(self) -> list[str]:
        """Every secret ever in play: client secret, its Basic form, tokens, codes, signatures of download links."""
        return [*self._service.tokens.secrets, *self._service.reports.signatures]

    # -- what happened

    @property
    def log(self) -> list[Entry]:
        return self._service.log

    def calls(self, operation_id: str) -> list[Entry]:
        """The requests of one operation, in the order of their arrival."""
        return [entry for entry in self.log if entry.operation_id == operation_id]

    def fired(self, kind: str) -> int:
        """How often faults of a kind have hit a call."""
        return self._service.script.fired(kind)

    def expected(self, stream: str, **window: Any) -> dict[tuple[str, ...], Record]:
        """What a perfect sync holds, by primary key: see `World.expected`."""
        return self.world.expected(stream, **window)

    # -- what is to happen

    def add_fault(self, fault: Fault) -> None:
        self.add_faults([fault])

    def add_faults(self, faults: Iterable[Fault]) -> None:
        self._service.script.add(faults)

    def clear_faults(self) -> None:
        self._service.script.clear()

    def after(self, operation_id: str, count: int, action: Callable[[World], object]) -> None:
        """Lets something happen in the world right after the n-th call, from now on, of an operation."""
        self._service.hooks.add(operation_id, count, action)

    def advance(self, seconds: float) -> None:
        """Moves the clock of quotas, tokens, bookmarks, report jobs and the `Date` header."""
        self._service.advanced_seconds += seconds


def _listener(port: int) -> socket.socket:
    """A listening socket. asyncio switches Nagle's delay of 40 ms off only where the protocol is named."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(512)
    return listener


class _Server(uvicorn.Server):
    """uvicorn in a daemon thread, which stops at once whatever its connections do."""

    def __init__(self, service: Service, listener: socket.socket) -> None:
        super().__init__(
            uvicorn.Config(
                build_app(service),
                http=OpenProtocol,
                ws="none",
                loop="asyncio",
                lifespan="off",
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                date_header=False,
                timeout_keep_alive=300,
                timeout_graceful_shutdown=1,
                h11_max_incomplete_event_size=_LARGEST_REQUEST,
            ),
        )
        self._stopping = service.stopping
        self._listener = listener
        self._is_up = Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = Thread(target=self._run_in_thread, name="simulator", daemon=True)

    def start(self) -> None:
        self._thread.start()
        if not self._is_up.wait(_START_SECONDS):
            raise RuntimeError("The simulator did not start.")

    def stop(self) -> None:
        self.should_exit = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(_STOP_SECONDS)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self._is_up.set()

    async def main_loop(self) -> None:
        await self._stopping.wait()

    def _run_in_thread(self) -> None:
        self.run(sockets=[self._listener])
