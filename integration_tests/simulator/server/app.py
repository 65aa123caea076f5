"""Build the Starlette application, which routes each path to the service."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Host, Route, Router

from integration_tests.simulator.calls.errors import ApiError
from integration_tests.simulator.calls.operation import Operation
from integration_tests.simulator.endpoints import CREATE_REPORTS, ENDPOINTS
from integration_tests.simulator.reports.downloads import DOWNLOAD_HOST
from integration_tests.simulator.reports.jobs import DOWNLOAD_PATH
from integration_tests.simulator.server.service import Service

BASE_PATH = "/v5"


def build_app(service: Service) -> Starlette:
    routes = [
        Host(DOWNLOAD_HOST, Router([Route(DOWNLOAD_PATH, service.download)])),
        *(_route(service, operation) for operation in (*ENDPOINTS, *CREATE_REPORTS)),
        Route(f"{BASE_PATH}/oauth/token", service.token, methods=["POST"]),
        Route("/oauth/", service.consent, methods=["GET", "POST"]),
    ]

    async def not_found(request: Request, _error: Exception) -> Response:
        return await service.unknown(request, ApiError(404, 404, "No such path."))

    async def not_allowed(request: Request, _error: Exception) -> Response:
        return await service.unknown(request, ApiError(405, 5, "Method not allowed."))

    app = Starlette(routes=routes, exception_handlers={404: not_found, 405: not_allowed})
    app.router.redirect_slashes = False
    return app


def _route(service: Service, operation: Operation) -> Route:
    async def endpoint(request: Request) -> Response:
        return await service.call(request, operation)

    return Route(BASE_PATH + operation.path, endpoint, methods=[operation.method])
