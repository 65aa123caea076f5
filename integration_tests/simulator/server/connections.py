"""These response classes send a reply over a healthy or a broken connection.

Starlette responses, one for each way in which a connection can fail its client.
"""

import asyncio
import socket
import struct
from collections.abc import Mapping
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
    if fault is not None and fault in _BREAKING:
        return _BREAKING[fault](reply.body, reply.status, headers, reply.media_type)
    if fault == FaultKind.RESET_BEFORE_BODY:
        return _ResetBeforeBody()
    if fault == FaultKind.NEVER_ANSWERS:
        return _Silence(stopping)
    if reply.rest is not None:
        return StreamingResponse(chain((reply.body,), reply.rest), reply.status, headers, reply.media_type)
    return Response(reply.body, reply.status, headers, reply.media_type)


class _Broken(Response):
    async def start(self, send: Send, part: int) -> None:
        """Sends the whole head, Content-Length included, and only a part of the body."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": bytes(self.body)[:part], "more_body": True})


class _CutBody(_Broken):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.start(send, len(self.body) // 2)
        scope["state"]["transport"].close()
        await _disconnected(receive)


class _ResetInsideBody(_Broken):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.start(send, min(_SMALL_PART, len(self.body) // 2))
        _reset(scope)
        await _disconnected(receive)


class _ResetAfterBody(Response):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await super().__call__(scope, receive, send)
        _reset(scope)


class _ResetBeforeBody(Response):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  # the ASGI signature
        _reset(scope)
        await _disconnected(receive)


class _Silence(Response):
    def __init__(self, stopping: asyncio.Event) -> None:
        super().__init__()
        self._stopping = stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  # the ASGI signature
        waits: list[asyncio.Task[Any]] = [
            asyncio.create_task(self._stopping.wait()),
            asyncio.create_task(_disconnected(receive)),
        ]
        _, pending = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        _reset(scope)
        await _disconnected(receive)


_BREAKING: Mapping[str, type[Response]] = {
    FaultKind.CUT_BODY: _CutBody,
    FaultKind.DOWNLOAD_CUT: _CutBody,
    FaultKind.RESET_INSIDE_BODY: _ResetInsideBody,
    FaultKind.RESET_AFTER_BODY: _ResetAfterBody,
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
