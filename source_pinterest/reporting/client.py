"""How is a report created, asked for and fetched?

The file lies on another host, under a signed link that is good for five minutes: it gets neither our token nor
anybody else's, and it is fetched whole before its first row is emitted.
"""

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import requests
from requests.utils import requote_uri
from urllib3.util import parse_url

from source_pinterest import limits
from source_pinterest.api import Api
from source_pinterest.api.client import PinterestClient
from source_pinterest.api.errors import (
    AccessLostError,
    AccountUnreadableError,
    GoneError,
    MalformedResponseError,
    RefusedError,
    RejectedError,
)
from source_pinterest.api.retries import HandedBackTries, Tries
from source_pinterest.api.rows import parse_json
from source_pinterest.api.session import Address, ApiResponse, path_of
from source_pinterest.api.verdicts import ErrorResponse
from source_pinterest.dates import DateWindow
from source_pinterest.engine.refused_names import Names, RefusedNames
from source_pinterest.masking import SECRETS
from source_pinterest.reporting.job import JobStatus, ReportRequest

T = TypeVar("T")

_MAY_BE_REFUSED = ("columns", "targeting_types", "campaign_objective_types")


class ReportClient:
    """Pinterest's reports of one stream.

    Args:
        api: fetches the files.
        client: asks Pinterest on behalf of the stream.
        stream: whose reports they are, for messages.
        refused: the columns and targeting types that Pinterest refuses.
    """

    def __init__(self, api: Api, client: PinterestClient, stream: str, refused: RefusedNames) -> None:
        self._api = api
        self._client = client
        self.stream, self._refused = stream, refused

    def create(self, request: ReportRequest, before: HandedBackTries | None = None) -> str:
        """Ask for a report without what Pinterest refuses, and return the token that names it.

        Args:
            request: what is asked for.
            before: the tries so far, after each of which it was handed back.

        Raises:
            TryLaterError: it failed, and is to be asked for again after a pause.
            ReportRefusedError: Pinterest calls the request wrong.
            AccountUnreadableError: Pinterest does not know the account here.
            PinterestError: what the error table says of the answer.
        """
        a_day = replace(request, window=DateWindow(request.window.end, request.window.end))
        begun = [before] if before else []

        def create(names: Names) -> str:
            tries = begun.pop() if begun else self._client.handed_back(_path(request))
            tries.go_on()
            return self._created(request, names, tries)

        with _explained(request):
            return self._refused.request(_lists_in(request), create, partial(self._created, a_day))

    def try_out(self, request: ReportRequest) -> None:
        """Ask for a report as it stands.

        Raises:
            ReportRefusedError: Pinterest calls the request wrong.
            PinterestError: what the error table says of the answer.
        """
        with _explained(request):
            self._created(request, _lists_in(request))

    def _created(self, request: ReportRequest, names: Names, tries: Tries | None = None) -> str:
        body = {**request.as_json(), **{name: list(values) for name, values in names.items()}}
        return self._client.post(_path(request), body, _token_in, tries).value

    def poll(self, request: ReportRequest, token: str) -> tuple[JobStatus, str | None]:
        """How far a report is, and the link to its file once it is finished.

        Raises:
            AccessLostError: Pinterest took the order, and now refuses to say.
            PinterestError: what the error table says of the answer.
        """
        try:
            answer = self._status(request, token)
        except GoneError:
            return JobStatus.DOES_NOT_EXIST, None
        except RefusedError as error:
            raise AccessLostError(self.stream, _path(request), str(error.message)) from error
        return JobStatus(answer["report_status"]), answer.get("url")

    def fetch(self, request: ReportRequest, token: str, url: str, read: Callable[[Iterator[bytes]], T]) -> T:
        """What a reader makes of the file of a finished report.

        Args:
            request: what the report is about.
            token: names it.
            url: where its file lies; asked for again when it has expired.
            read: takes the file in chunks.

        Raises:
            UnavailableError: the file can't be had whole.
        """
        tries = Tries(self._api.retry_policy, self.stream, "the file of a report")
        while True:
            try:
                answer = self._downloaded(request, token, url, read)
            except (requests.ReadTimeout, MalformedResponseError) as error:
                tries.broke(error)
            except requests.RequestException as error:
                tries.unreached(error)
            else:
                if isinstance(answer, ApiResponse):
                    return answer.value
                tries.failed(f"HTTP {answer.status}.")
            url = self.poll(request, token)[1] or url  # a link is good for five minutes

    def _downloaded(
        self, request: ReportRequest, token: str, url: str, read: Callable[[Iterator[bytes]], T]
    ) -> ApiResponse[T] | ErrorResponse:
        self.refuse_elsewhere(self._api, url)
        received: list[int] = []
        answer = self._api.downloads.exchange(
            requests.Request("GET", url),
            lambda chunks: read(_noted(chunks, received)),
            self._api.file_bounds,
        )
        if isinstance(answer, ApiResponse) and not sum(received):
            self._confirm_empty(request, token)
        return answer

    @staticmethod
    def refuse_elsewhere(api: Api, url: str) -> None:
        """Follow a link into the internet alone, unless the API itself is a stand-in on this machine.

        Raises:
            MalformedResponseError: the file lies on this machine, in a private network, or in the open.
        """
        file, is_rehearsal = _address(url), Address.of(api.base_url).is_local
        if not file.is_public and not is_rehearsal:
            raise MalformedResponseError("A report lies in the internet.")
        if file.scheme != "https" and not (file.is_local and is_rehearsal):
            raise MalformedResponseError("A report lies behind https.")

    def _confirm_empty(self, request: ReportRequest, token: str) -> None:
        """Compare an empty file with the size that Pinterest gives.

        Raises:
            MalformedResponseError: the report is larger than an empty object.
        """
        size = self._status(request, token).get("size")
        if isinstance(size, int | float) and size > len("{}"):
            raise MalformedResponseError("The file is empty, and the report is not.")

    def _status(self, request: ReportRequest, token: str) -> Mapping[str, Any]:
        return self._client.get(_path(request), {"token": token}, _status_in).value


@contextmanager
def _explained(request: ReportRequest) -> Generator[None, None, None]:
    """What a refusal of the request means."""
    try:
        yield
    except RejectedError as error:
        raise request.endpoint.refused(request.body, error.answer) from error
    except GoneError as error:
        raise AccountUnreadableError(request.ad_account_id, str(error.message)) from error


def _lists_in(request: ReportRequest) -> Names:
    """What the request asks for, of which Pinterest may refuse a part."""
    return {name: request.body[name] for name in _MAY_BE_REFUSED if name in request.body}


def _noted(chunks: Iterator[bytes], sizes: list[int]) -> Iterator[bytes]:
    """The chunks, whose sizes are noted."""
    for chunk in chunks:
        sizes.append(len(chunk))
        yield chunk


def _path(request: ReportRequest) -> str:
    return path_of(request.endpoint.path, {"ad_account_id": request.ad_account_id})


def _token_in(chunks: Iterator[bytes]) -> str:
    """What names a report that was asked for."""
    token = _report(chunks).get("token")
    if not isinstance(token, str | int) or token == "":
        raise MalformedResponseError("A report that is asked for has a token.")
    return str(token)


def _status_in(chunks: Iterator[bytes]) -> Mapping[str, Any]:
    """How far a report is."""
    answer = _report(chunks)
    if "report_status" not in answer:
        raise MalformedResponseError("A report has a status.")
    return answer


def _report(chunks: Iterator[bytes]) -> Mapping[str, Any]:
    """What an answer says of a report; whoever has the link in it has the report."""
    answer = parse_json(b"".join(chunks))
    if isinstance(answer, Mapping) and isinstance(wrapped := answer.get("data"), Mapping):
        answer = wrapped  # as marketing mix reports answered before version 5.28 of the API
    if not isinstance(answer, Mapping):
        raise MalformedResponseError("A report is an object.")
    if url := answer.get("url"):
        _keep_secret(str(url))
    return answer


def _keep_secret(link: str) -> None:
    """Mask the query of a link, which signs it, as it is and as it is sent.

    Raises:
        MalformedResponseError: the link is no address, or too long.
    """
    if len(link) > limits.URL_CHARACTERS:
        raise MalformedResponseError(f"The link to a report has more than {limits.URL_CHARACTERS:,} characters.")
    SECRETS.keep_for_a_while(link.partition("?")[2])
    _address(link)
    SECRETS.keep_for_a_while(requote_uri(parse_url(link).url).partition("?")[2])


def _address(url: str) -> Address:
    try:
        return Address.of(url)
    except ValueError as error:
        raise MalformedResponseError("A report has an address.") from error
