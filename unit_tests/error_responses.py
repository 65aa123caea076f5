"""Responses of Pinterest as the connector gets them, built by hand, without a server."""

import json
from collections.abc import Mapping
from typing import Any

from requests.structures import CaseInsensitiveDict

from source_pinterest.api.error_mapping import ErrorResponse


def error_response(status: int, body: Any = None, headers: Mapping[str, str] | None = None) -> ErrorResponse:
    """An answer that does not hold what was requested; a body of bytes is sent as it is."""
    return ErrorResponse(
        status,
        "Scripted",
        CaseInsensitiveDict(headers or {}),
        body if isinstance(body, bytes) else json.dumps(body).encode(),
    )


def api_error(
    status: int, code: int | None = None, message: str = "Scripted rejection", **headers: str
) -> ErrorResponse:
    """An error of Pinterest's own shape."""
    return error_response(
        status, {"code": code, "message": message}, {name.replace("_", "-"): v for name, v in headers.items()}
    )


def mocked_error(
    status: int, code: int | None = None, message: str = "Scripted rejection", **headers: str
) -> dict[str, Any]:
    """The same, for `requests_mock`."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return {"status_code": status, "json": {"code": code, "message": message}, "headers": told}
