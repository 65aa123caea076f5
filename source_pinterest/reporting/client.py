"""How is a report created, asked for and fetched?

The file lies on another host, under a signed link that is good for five minutes: it gets neither our token nor
anybody else's, and it is fetched whole before its first row is taken.
"""

import logging
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any
from urllib.parse import parse_qsl, urlsplit

import orjson
import requests
from airbyte_cdk.sources.streams.http import HttpClient
from airbyte_cdk.utils import AirbyteTracedException
from airbyte_cdk.utils.airbyte_secrets_utils import add_to_secrets

from source_pinterest.api import LOOPBACK, Api
from source_pinterest.api.errors import (
    AccessLostError,
    AccountUnreadableError,
    GoneError,
    MalformedAnswerError,
    PinterestError,
    RefusedError,
    RejectedError,
    ReportRefusedError,
    UnavailableError,
)
from source_pinterest.api.handler import PinterestErrorHandler, last_answer_of
from source_pinterest.reporting.job import JobStatus, ReportRequest
from source_pinterest.reporting.reader import Filed, report_rows

LOGGER = logging.getLogger("airbyte")

_SCOPES = ("ads:read",)
_DOWNLOADS = 5
_SIGNATURE_CHARACTERS = 32
_FIRST_PAUSE_SECONDS = 0.5
_CHUNK_BYTES = 1024 * 1024


class ReportClient:
    """Pinterest's reports of one stream.

    Args:
        api: the one way to Pinterest.
        stream: whose reports they are, for messages.
        pause: waits so many seconds before a file is fetched again.
    """

    def __init__(self, api: Api, stream: str, pause: Callable[[float], None] = time.sleep) -> None:
        self._api = api
        self._stream = stream
        self._pause = pause
        self._http = HttpClient(
            name=stream,
            logger=LOGGER,
            error_handler=PinterestErrorHandler(stream, _SCOPES, api.authenticator, api.max_retries, _parse),
            session=api.session_of(stream),
            authenticator=api.authenticator,
        )

    def create(self, request: ReportRequest) -> str:
        """Ask for a report, and return the token that names it.

        Raises:
            ReportRefusedError: Pinterest calls the request wrong.
            AccountUnreadableError: Pinterest does not know the account here.
            PinterestError: what the error table says of the answer.
        """
        try:
            answer = self._call("POST", request.ad_account_id, json=request.as_json())
        except RejectedError as error:
            raise ReportRefusedError(str(error.message)) from error
        except GoneError as error:
            raise AccountUnreadableError(request.ad_account_id, str(error.message)) from error
        return str(answer["token"])

    def poll(self, ad_account_id: str, token: str) -> tuple[JobStatus, str | None]:
        """How far a report is, and the link to its file once it is finished.

        Raises:
            AccessLostError: Pinterest took the order, and now refuses to say.
            PinterestError: what the error table says of the answer.
        """
        try:
            answer = self._call("GET", ad_account_id, params={"token": token})
        except GoneError:
            return JobStatus.DOES_NOT_EXIST, None
        except RefusedError as error:
            raise AccessLostError(self._stream, _path(ad_account_id), str(error.message)) from error
        return JobStatus(answer["report_status"]), answer.get("url")

    @contextmanager
    def rows(
        self,
        ad_account_id: str,
        token: str,
        url: str,
        new_check: Callable[[], Callable[[str, dict[str, Any]], None]],
    ) -> Iterator[Iterator[Filed]]:
        """The rows of a finished report, from a whole file on disk: memory does not grow with it.

        Args:
            ad_account_id: whose report it is.
            token: names it.
            url: where its file lies; asked for again when it has expired.
            new_check: makes what looks at every row of a file before the first is taken.

        Raises:
            UnavailableError: the file can't be had whole.
        """
        trouble = ""
        for attempt in range(_DOWNLOADS):
            if attempt:
                self._pause(_FIRST_PAUSE_SECONDS * 2 ** (attempt - 1))
                url = self.poll(ad_account_id, token)[1] or url  # a link is good for five minutes
            with tempfile.TemporaryFile() as file:
                try:
                    self._download(url, file)
                    if not file.tell():
                        self._ask_whether_it_is_empty(ad_account_id, token)
                    file.seek(0)
                    check = new_check()
                    for entity, row in report_rows(file):
                        check(entity, row)
                except (requests.RequestException, MalformedAnswerError) as error:
                    trouble = f"{type(error).__name__}"
                    continue
                file.seek(0)
                yield report_rows(file)
                return
        raise UnavailableError(self._stream, "the file of a report", _DOWNLOADS, f"Last: {trouble}.")

    def _ask_whether_it_is_empty(self, ad_account_id: str, token: str) -> None:
        """Compare an empty file with the size that Pinterest tells.

        Raises:
            MalformedAnswerError: the report is larger than an empty object.
        """
        size = self._call("GET", ad_account_id, params={"token": token}).get("size")
        if isinstance(size, int | float) and size > len("{}"):
            raise MalformedAnswerError("The file is empty, and the report is not.")

    def _download(self, url: str, file: IO[bytes]) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise MalformedAnswerError("A report lies behind https.")
        with self._api.downloads.get(url, stream=True) as response:
            response.raise_for_status()
            if response.status_code != requests.codes.ok:
                raise MalformedAnswerError("A report is given whole and at once.")
            for chunk in response.iter_content(_CHUNK_BYTES):
                file.write(chunk)

    def _call(self, method: str, ad_account_id: str, **arguments: Any) -> Mapping[str, Any]:
        path = _path(ad_account_id)
        try:
            _, response = self._http.send_request(method, f"{self._api.base_url}/{path}", {}, **arguments)
        except PinterestError:
            raise
        except AirbyteTracedException as error:
            raise UnavailableError(self._stream, path, self._api.max_retries + 1, last_answer_of(error)) from error
        return orjson.loads(response.content)  # type: ignore[no-any-return]


def _path(ad_account_id: str) -> str:
    return f"ad_accounts/{ad_account_id}/reports"


def _parse(response: requests.Response) -> None:
    answer = orjson.loads(response.content)
    if not isinstance(answer, Mapping) or not ("report_status" in answer or "token" in answer):
        raise MalformedAnswerError("A report has a status.")
    for _, signature in parse_qsl(urlsplit(str(answer.get("url") or "")).query):
        if len(signature) >= _SIGNATURE_CHARACTERS:
            add_to_secrets(signature)  # whoever has the link has the report
