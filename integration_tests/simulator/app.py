"""Which path leads to what? The Starlette application around the service."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from integration_tests.simulator.control import control_routes
from integration_tests.simulator.endpoints import ENDPOINTS
from integration_tests.simulator.errors import ApiError
from integration_tests.simulator.operation import Operation
from integration_tests.simulator.service import Service

BASE_PATH = "/v5"


def build_app(service: Service) -> Starlette:
    routes = [Route(BASE_PATH + operation.path, _endpoint(service, operation)) for operation in ENDPOINTS]
    routes += [
        Route(f"{BASE_PATH}/oauth/token", service.token, methods=["POST"]),
        Route("/oauth/", service.consent),
        *control_routes(service),
    ]

    async def not_found(request: Request, _error: Exception) -> Response:
        return await service.unknown(request, ApiError(404, 404, "No such path."))

    async def not_allowed(request: Request, _error: Exception) -> Response:
        return await service.unknown(request, ApiError(405, 5, "Method not allowed."))

    app = Starlette(routes=routes, exception_handlers={404: not_found, 405: not_allowed})
    app.router.redirect_slashes = False
    return app


def _endpoint(service: Service, operation: Operation) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return await service.call(request, operation)

    return endpoint
