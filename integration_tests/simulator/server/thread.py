"""Run the local Pinterest beside a test, with uvicorn in a thread of its own, and stop it."""

import asyncio
import socket
from threading import Event, Thread

import uvicorn

from integration_tests.simulator.server.app import build_app
from integration_tests.simulator.server.connections import OpenProtocol
from integration_tests.simulator.server.service import Service

_LARGEST_REQUEST = 4_194_304
_START_SECONDS = 10
_STOP_SECONDS = 10


def listening_on(port: int) -> socket.socket:
    """A listening socket. asyncio switches Nagle's delay of 40 ms off only where the protocol is named."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(512)
    return listener


class ServerThread(uvicorn.Server):
    """A server that stops at once, whatever its connections do, and leaves none of them open."""

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
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(_STOP_SECONDS)
        if self._thread.is_alive():
            raise RuntimeError("The simulator did not stop.")

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self._is_up.set()

    async def main_loop(self) -> None:
        await self._stopping.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002  # as uvicorn has it
        """Ends every connection. One that has just been accepted gets its transport from asyncio first.

        asyncio would forget it unclosed if its server were closed by then.
        """
        asyncio.get_running_loop().remove_reader(self._listener)
        while tasks := asyncio.all_tasks() - {asyncio.current_task()}:
            self._abort_connections()
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for server in self.servers:
            server.close()
        self._abort_connections()
        await asyncio.sleep(0)

    def _abort_connections(self) -> None:
        for connection in self.server_state.connections:
            connection.transport.abort()

    def _run_in_thread(self) -> None:
        self.run(sockets=[self._listener])
