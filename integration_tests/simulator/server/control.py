"""Control endpoints let another process drive a running simulator.

Endpoints under /_simulator/, outside the API: no token, no quota, no log entry.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from integration_tests.simulator.faults.script import Fault
from integration_tests.simulator.server.service import Service

Command = Callable[[Any], Any]


def control_routes(service: Service) -> list[Route]:
    def add_faults(body: Any) -> None:
        service.script.add(Fault(**fault) for fault in body)

    def restate(body: Any) -> None:
        service.world.restate(body["days_back"])

    def edit(body: Any) -> None:
        service.world.edit(**body)

    def log(_body: Any) -> list[dict[str, Any]]:
        return [entry.as_json() for entry in service.log]

    commands: tuple[tuple[str, str, Command], ...] = (
        ("log", "GET", log),
        ("log", "DELETE", lambda _body: service.log.clear()),
        ("faults", "POST", add_faults),
        ("restate", "POST", restate),
        ("edit", "POST", edit),
    )
    return [Route(f"/_simulator/{name}", _endpoint(run), methods=[method]) for name, method, run in commands]


def _endpoint(run: Command) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        body = await request.body()
        return Response(orjson.dumps(run(orjson.loads(body) if body else None)), media_type="application/json")

    return endpoint
