"""Send a reply over a healthy connection, or over one that fails its client."""

import asyncio
import socket
import struct
from itertools import chain
from typing import Any

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from integration_tests.simulator.faults.script import FaultKind
from integration_tests.simulator.server.reply import Reply

_CLOSE_WITH_RESET = struct.pack("ii", 1, 0)
_SMALL_PART = 1_000


class OpenProtocol(H11Protocol):
    """uvicorn's HTTP/1.1, with its transport in reach of the responses below."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as h11_impl has it
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


def response(reply: Reply, fault: str | None, stopping: asyncio.Event) -> Response:
    """The response that carries the reply, on a connection as healthy as the fault allows."""
    headers = dict(reply.headers)
    if fault in _BREAKING:
        return _Broken(fault, stopping, reply.body, reply.status, headers, reply.media_type)
    if reply.rest is not None:
        return StreamingResponse(chain((reply.body,), reply.rest), reply.status, headers, reply.media_type)
    return Response(reply.body, reply.status, headers, reply.media_type)


class _Broken(Response):
    """An answer whose connection is closed or reset before, inside or after the body, or that never comes."""

    def __init__(self, fault: str | None, stopping: asyncio.Event, *healthy: Any) -> None:
        super().__init__(*healthy)
        self._fault, self._stopping = fault, stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        half = len(self.body) // 2
        if self._fault == FaultKind.RESET_AFTER_BODY:
            await super().__call__(scope, receive, send)
        elif self._fault == FaultKind.RESET_INSIDE_BODY:
            await self._begin(send, min(_SMALL_PART, half))
        elif self._fault == FaultKind.NEVER_ANSWERS:
            await self._wait(receive)
        elif self._fault != FaultKind.RESET_BEFORE_BODY:
            await self._begin(send, half)
            scope["state"]["transport"].close()
        _reset(scope)
        await _disconnected(receive)

    async def _begin(self, send: Send, part: int) -> None:
        """Sends the whole head, Content-Length included, and only a part of the body."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": bytes(self.body)[:part], "more_body": True})

    async def _wait(self, receive: Receive) -> None:
        """Waits until the client or the simulator has had enough."""
        waits: list[asyncio.Task[Any]] = [
            asyncio.create_task(self._stopping.wait()),
            asyncio.create_task(_disconnected(receive)),
        ]
        _, pending = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()


_BREAKING = {
    FaultKind.CUT_BODY,
    FaultKind.DOWNLOAD_CUT,
    FaultKind.RESET_BEFORE_BODY,
    FaultKind.RESET_INSIDE_BODY,
    FaultKind.RESET_AFTER_BODY,
    FaultKind.NEVER_ANSWERS,
}


def _reset(scope: Scope) -> None:
    transport = scope["state"]["transport"]
    connection: socket.socket | None = transport.get_extra_info("socket")
    if connection is not None and not transport.is_closing():
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _CLOSE_WITH_RESET)
        transport.abort()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
