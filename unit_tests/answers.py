"""What does an answer of Pinterest look like to the connector? Built by hand, without a server."""

import json
from collections.abc import Mapping
from typing import Any

import requests
from requests.structures import CaseInsensitiveDict


def answer(
    status: int = 200,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
    token: str = "false-access-token",  # noqa: S107 - obviously false
) -> requests.Response:
    """An answer to a call that went out with `token`; a body of bytes is sent as it is."""
    response = requests.Response()
    response.status_code = status
    response.reason = "Scripted"
    response.headers = CaseInsensitiveDict(headers or {})
    response._content = body if isinstance(body, bytes) else json.dumps(body).encode()
    response.request = requests.Request(
        "GET", "https://api.pinterest.com/v5/boards", headers={"Authorization": f"Bearer {token}"}
    ).prepare()
    return response


def refusal(
    status: int, code: int | None = None, message: str = "Scripted refusal", **headers: str
) -> requests.Response:
    """An error of Pinterest's own shape."""
    return answer(
        status, {"code": code, "message": message}, {name.replace("_", "-"): v for name, v in headers.items()}
    )
