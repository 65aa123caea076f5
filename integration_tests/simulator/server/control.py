"""How does another process drive a running simulator?

Endpoints under /_simulator/, outside the API: no token, no quota, no log entry.
"""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from integration_tests.simulator.faults.script import Fault
from integration_tests.simulator.server.service import Service
from integration_tests.simulator.world.world import PRIMARY_KEYS

Command = Callable[[Any], Any]


def control_routes(service: Service) -> list[Route]:
    def add_faults(body: Any) -> None:
        service.script.add(Fault(**fault) for fault in body)

    def advance(body: Any) -> None:
        service.advanced_seconds += body["seconds"]

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
        ("faults", "DELETE", lambda _body: service.script.clear()),
        ("advance", "POST", advance),
        ("restate", "POST", restate),
        ("edit", "POST", edit),
    )
    routes = [Route(f"/_simulator/{name}", _endpoint(run), methods=[method]) for name, method, run in commands]
    return [*routes, Route("/_simulator/expected", _expected(service))]


def _endpoint(run: Command) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        body = await request.body()
        return Response(orjson.dumps(run(orjson.loads(body) if body else None)), media_type="application/json")

    return endpoint


def _expected(service: Service) -> Callable[[Request], Awaitable[Response]]:
    """Record counts of every stream, or of `?stream=…`, with `start` and `end` dates for analytics."""

    async def endpoint(request: Request) -> Response:
        query = request.query_params
        window: dict[str, Any] = {name: date.fromisoformat(query[name]) for name in ("start", "end") if name in query}
        streams = query.getlist("stream") or list(PRIMARY_KEYS)
        counts = {stream: sum(1 for _ in service.world.records(stream, **window)) for stream in streams}
        return Response(orjson.dumps(counts), media_type="application/json")

    return endpoint
