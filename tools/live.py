"""`make live` records how Pinterest answers each request that the connector makes, without the account's content.

It reads all streams as the configuration has them. The first request of each kind reaches Pinterest; the others are
answered here, so that an account of any size takes a few hundred requests. `make live REQUEST='GET boards/1'` sends
that request alone. docs/development/live.md lists questions as requests to send.
"""

import argparse
import json
import logging
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any
from unittest import mock
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests
from airbyte_cdk.utils import AirbyteTracedException
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from source_pinterest import limits
from source_pinterest.api import Api, api_base_url
from source_pinterest.api.errors import PinterestError
from source_pinterest.cli.catalog import configured
from source_pinterest.config import Config
from source_pinterest.config.files import read_object
from source_pinterest.engine.token_store import SAVE_TOKENS_VARIABLE, TokenStore
from source_pinterest.source import SourcePinterest

MOST_REQUESTS = 400
"""Trial access has 1,000 requests a day."""
RECORD = Path("live.jsonl")
_POSTED = ("/reports", "/mmm_reports", "/reports/brand_category_sku", "/bulk/download")
"""Ends of the paths that take POST. They have a file made, and change nothing."""
_QUICK: Mapping[str, Any] = {"max_retries": 0, "max_wait_minutes": 1}
_NOT_SENT = {"code": 29, "message": "make live sends one request of each kind."}
_LONGEST_TEXT, _ITEMS_SHOWN = 60, 2
_CODES = 10_000
"""Pinterest's codes of rejections are below."""
_SHOWN_HEADERS = ("content-type", "content-encoding", "x-ratelimit-limit", "retry-after")


def _package_texts() -> Iterator[str]:
    for pattern in ("schemas/**/*.json", "*.json", "*.tsv"):
        for path in Path(str(files("source_pinterest"))).glob(pattern):
            yield path.read_text(encoding="utf-8")


_MORE = re.findall(
    r"\w+",
    "DATE HOUR TARGETING_TYPE TARGETING_VALUE items bookmark message code details error error_description "
    "access_token refresh_token scope",
)
WORDS = frozenset(
    word
    for text in (*_package_texts(), *_MORE)
    for word in re.findall(r"\w+", text)
    if not word.startswith("ADE_") and not word.isdigit()
)
"""Fields, constants and words of this package's schemas. No other word of a response is shown."""
_OF_MESSAGES = {word.lower() for word in WORDS} | set(
    re.findall(r"\w+", "authentication authorization failed permitted missing found sorry restricted consumer")
)


def masked(value: Any, name: str = "") -> Any:
    """Return a JSON value with its form and without its content.

    Names of known fields and constants stay, and all but the words of a message that this package does not have are
    masked: `Summer 2026` becomes `Xxxxxx 0000`, 1234 becomes 1000, 12.75 becomes 0.5, a list its first two items.
    """
    match value:
        case dict():
            shown: Any = {key if key in WORDS else masked_text(key): masked(part, key) for key, part in value.items()}
        case list():
            shown = [masked(part, name) for part in value[:_ITEMS_SHOWN]]
            shown += [f"{len(value)} in all"] if len(value) > _ITEMS_SHOWN else []
        case str() if name in {"message", "error_description", "details"}:
            shown = re.sub(
                r"\w+", lambda word: word[0] if word[0].lower() in _OF_MESSAGES else masked_text(word[0]), value
            )
        case str():
            shown = value if value in WORDS and value.isupper() else masked_text(value)
        case bool() | None:
            shown = value
        case int() if name == "code" and 0 <= value < _CODES:
            shown = value
        case int():
            shown = (-1 if value < 0 else 1) * 10 ** (len(str(abs(value))) - 1) if value else 0
        case _:
            shown = 1e5 if repr(value).strip("-.0123456789") else 1.0 if value == int(value) else 0.5
    return shown


def masked_text(text: str) -> str:
    """Return a text with x for each letter and 0 for each digit."""
    marked = "".join(
        "0" if one.isdigit() else ("X" if one.isupper() else "x") if one.isalpha() else one for one in text
    )
    shown = re.sub(r"[^\x20-\x7e]", "?", marked)
    return shown if len(shown) <= _LONGEST_TEXT else f"{shown[:_LONGEST_TEXT]}... {len(shown)} characters"


def masked_body(body: bytes) -> Any:
    """Return a body as masked JSON; of any other, the first line with its known words."""
    try:
        return masked(json.loads(body, parse_constant=str))
    except (ValueError, RecursionError):
        first = body.decode("utf-8", "replace").partition("\n")[0]
        return re.sub(r"\w+", lambda word: word[0] if word[0] in WORDS else masked_text(word[0]), first)[:500]


def kind_of(request: requests.PreparedRequest, base_url: str) -> str:
    """Return a request with IDs, days and tokens masked. Requests of one kind differ in these alone."""
    url, base = urlsplit(str(request.url)), urlsplit(base_url)
    if url.netloc != base.netloc:
        return f"{request.method} a file"
    parts = url.path.removeprefix(f"{base.path}/").split("/")
    path = "/".join(part if re.fullmatch("[a-z_]+", part) else "{id}" for part in parts)
    query = urlencode(
        [*dict.fromkeys((name, _shown(name, value)) for name, value in parse_qsl(url.query))], safe="{},/"
    )
    body = request.body if isinstance(request.body, bytes) else str(request.body or "").encode()
    shown = ""
    with suppress(ValueError):  # a request for a token has a form, with secrets
        shown = json.dumps({name: _shown(name, value) for name, value in json.loads(body).items()})
    return " ".join(filter(None, [request.method, path + "?" * bool(query) + query, shown]))


def _shown(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_shown(name, part) for part in value[:_ITEMS_SHOWN]]
    text = str(value)
    if re.search(r"(^|_)ids?$", name) or name in {"bookmark", "token"}:
        return "{ids}" if "," in text else f"{{{name}}}"
    if re.fullmatch(r"\d{4}-\d\d-\d\d.*", text):
        return "{day}"
    is_known = set(re.findall(r"\w+", text)) <= WORDS or re.fullmatch(r"\d{1,3}|[A-Z0-9_,]*[A-Z_][A-Z0-9_,]*", text)
    return value if is_known else f"{{{name}}}"


@dataclass
class Recorder:
    """Lets requests through to Pinterest, and keeps what came.

    Attributes:
        base_url: of the API.
        most: how many requests may be sent.
        is_read: whether a request of a kind that was sent is answered here.
        exchanges: what came, one for each request that was sent.
    """

    base_url: str
    most: int
    is_read: bool = True
    exchanges: list[dict[str, Any]] = field(default_factory=list)
    _seen: Counter[str] = field(default_factory=Counter)
    _sent: int = 0
    _lock: Lock = field(default_factory=Lock)

    def send(self, adapter: HTTPAdapter, request: requests.PreparedRequest, **settings: Any) -> requests.Response:
        """Take the place of `HTTPAdapter.send`: send a request, and return its response with a body to be read."""
        kind = kind_of(request, self.base_url)
        with self._lock:
            is_repeated = self._seen[kind] and "token={token}" not in kind and not kind.endswith("a file")
            self._seen[kind] += 1
            is_sent = self._sent < self.most and not (self.is_read and is_repeated)
            self._sent += is_sent
        if not is_sent:
            return _answered_here(adapter, request)
        response = _SEND(adapter, request, **settings)
        body: bytes = response.raw.read(decode_content=False)
        response.raw = HTTPResponse(BytesIO(body), response.headers, response.status_code, preload_content=False)
        shown = HTTPResponse(BytesIO(body), response.headers, response.status_code, preload_content=False)
        self._keep(kind, response, shown.read(decode_content=True))
        return response

    def _keep(self, kind: str, response: requests.Response, body: bytes) -> None:
        headers = {
            name: value if name.lower() in _SHOWN_HEADERS else masked_text(value)
            for name, value in response.headers.items()
        }
        exchange = {"request": kind, "status": response.status_code, "headers": headers, "bytes": len(body)}
        with self._lock:
            self.exchanges.append({**exchange, "body": masked_body(body)})

    def write(self, path: Path) -> None:
        """Write a line for each exchange, those that are alike once."""
        lines = dict.fromkeys(
            json.dumps(exchange) for exchange in sorted(self.exchanges, key=lambda one: one["request"])
        )
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


_SEND = HTTPAdapter.send


def _answered_here(adapter: HTTPAdapter, request: requests.PreparedRequest) -> requests.Response:
    """End a list, and reject all else: the connector then leaves the account out or continues with another stream."""
    is_list = "page_size" in dict(parse_qsl(urlsplit(str(request.url)).query))
    status, body = (200, {"items": [], "bookmark": None}) if is_list else (403, _NOT_SENT)
    raw = HTTPResponse(BytesIO(json.dumps(body).encode()), {"Content-Type": "application/json"}, status,
                       preload_content=False)  # fmt: skip
    return adapter.build_response(request, raw)


def read_all(path: Path) -> None:
    """Read all streams of a configuration, and drop the messages. A rotated token goes into the file."""
    source = SourcePinterest()
    config = {**source.read_config(str(path)), **_QUICK}
    for _line in source.read_record_batches(config, configured((), config), []):
        pass


def send_one(path: Path, text: str) -> None:
    """Send a request such as `GET boards/1` or `POST ad_accounts/1/reports {"level": "CAMPAIGN", ...}`.

    Raises:
        SystemExit: it is no such request.
    """
    found = re.fullmatch(r"(?P<method>GET|POST) /?(?P<path>\S+)( (?P<body>\{.*\}))?", text)
    if not found or (found["method"] == "POST" and not urlsplit(found["path"]).path.endswith(_POSTED)):
        raise SystemExit("Name a request, such as REQUEST='GET boards/1'. POST works for reports and bulk files.")
    raw = read_object(path)
    store = TokenStore(raw, lambda _message: None, path, saves=True)
    api = Api.connect(Config.from_mapping({**raw, **_QUICK}), store.save_rotated)
    body = json.loads(found["body"]) if found["body"] else None
    request = requests.Request(found["method"], f"{api.base_url}/{found['path']}", json=body)
    api.session.exchange(request, b"".join, limits.RESPONSE_BYTES)


def main(arguments: Sequence[str] | None = None) -> int:
    """Record, and return the exit code: 0 if any response came."""
    parser = argparse.ArgumentParser(prog="make live", description=__doc__)
    parser.add_argument("request", nargs="*", help="one request; without it, all streams are read")
    parser.add_argument("--config", type=Path, default=Path("secrets/config.json"))
    parser.add_argument("--record", type=Path, default=RECORD, help=f"the file to write (default: {RECORD})")
    given = parser.parse_args(arguments)
    text = " ".join(given.request)
    logging.disable(logging.CRITICAL)  # what the connector logs names accounts
    recorder = Recorder(api_base_url(), 2 if text else MOST_REQUESTS, is_read=not text)
    sys.stdout.write(
        f"It sends at most {recorder.most} requests to {recorder.base_url}, which change nothing. "
        f"It writes {given.record}, on this machine.\n"
    )
    if input("Type yes to go on: ").strip().lower() != "yes":
        raise SystemExit("Nothing was sent.")

    def send(adapter: HTTPAdapter, request: requests.PreparedRequest, **settings: Any) -> requests.Response:
        return recorder.send(adapter, request, **settings)

    with (
        mock.patch.object(HTTPAdapter, "send", send),
        mock.patch.dict(os.environ, {SAVE_TOKENS_VARIABLE: "1"}),
    ):
        try:
            if text:
                send_one(given.config, text)
            else:
                read_all(given.config)
        except (AirbyteTracedException, PinterestError, requests.RequestException) as error:
            if not recorder.exchanges:  # otherwise, it names what was answered here
                why = getattr(error, "message", None) or type(error).__name__
                sys.stdout.write(f"{why}\nNo response came. Nothing was written.\n")
                return 1
    recorder.write(given.record)
    statuses = Counter(exchange["status"] for exchange in recorder.exchanges)
    told = ", ".join(f"{count} x {status}" for status, count in sorted(statuses.items()))
    sys.stdout.write(
        f"{len(recorder.exchanges)} responses ({told}) are in {given.record}. Read it before sharing it.\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
