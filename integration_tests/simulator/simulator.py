"""`Simulator` runs a local Pinterest for a test.

`with Simulator(World(boards=3), profile="standard") as sim:` serves on a free port of 127.0.0.1, from a thread.
"""

from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, Self

from integration_tests.simulator.access.oauth import CLIENT_ID, CLIENT_SECRET
from integration_tests.simulator.faults.alterations import Alteration
from integration_tests.simulator.faults.script import Fault
from integration_tests.simulator.server.app import BASE_PATH
from integration_tests.simulator.server.request_log import Entry
from integration_tests.simulator.server.service import Service
from integration_tests.simulator.server.settings import Settings
from integration_tests.simulator.server.thread import ServerThread, listening_on
from integration_tests.simulator.world.world import World


class Simulator:
    """A local Pinterest API v5. Options: see `Settings`."""

    def __init__(self, world: World | None = None, *, port: int = 0, **settings: Any) -> None:
        self.world = world or World()
        self._service = Service(self.world, Settings(**settings))
        self._port = port
        self._server: ServerThread | None = None

    def __enter__(self) -> Self:
        listener = listening_on(self._port)
        self._port = listener.getsockname()[1]
        self._server = ServerThread(self._service, listener)
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

    @property
    def credentials(self) -> dict[str, str]:
        """What an app gets access tokens with: its id, its secret and the newest refresh token."""
        refresh_token = self._service.tokens.refresh_token
        return {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "refresh_token": refresh_token}

    def access_token(self) -> str:
        """A fresh access token."""
        return self._service.tokens.issue_access_token()

    @property
    def secrets(self) -> list[str]:
        """Every secret ever in play: client secret, its Basic form, tokens, codes, signatures of download links."""
        return [*self._service.tokens.secrets, *self._service.reports.signatures]

    @property
    def log(self) -> list[Entry]:
        return self._service.log

    def calls(self, operation_id: str) -> list[Entry]:
        """The requests of one operation, in the order of their arrival."""
        return [entry for entry in self.log if entry.operation_id == operation_id]

    def fired(self, kind: str) -> int:
        """How often faults of a kind have hit a call."""
        return self._service.script.fired(kind)

    def add_fault(self, fault: Fault) -> None:
        self.add_faults([fault])

    def add_faults(self, faults: Iterable[Fault]) -> None:
        self._service.script.add(faults)

    def clear_faults(self) -> None:
        self._service.script.clear()

    def after(self, operation_id: str, count: int, action: Callable[[World], object]) -> None:
        """Lets something happen in the world right after the n-th call, from now on, of an operation."""
        self._service.after(operation_id, count, action)

    def alter(self, operation_id: str, alteration: Alteration) -> None:
        """Has each proper answer of an operation altered, from now on."""
        self._service.alterations.setdefault(operation_id, []).append(alteration)

    def clear_alterations(self) -> None:
        self._service.alterations.clear()

    def advance(self, seconds: float) -> None:
        """Moves the clock of quotas, tokens, bookmarks, report jobs and the `Date` header."""
        self._service.advanced_seconds += seconds
