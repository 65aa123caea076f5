"""`Service` takes a request through each check and returns the response.

The order of Pinterest's own checks: the URL's length, the token, the quota, the scopes, the parameters, the account;
then the answer. Faults, latency and the log go around it.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from itertools import count
from urllib.parse import parse_qsl, urlencode

import orjson
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from integration_tests.simulator.access.oauth import Tokens
from integration_tests.simulator.access.quotas import UNIVERSAL, Quotas
from integration_tests.simulator.calls import errors
from integration_tests.simulator.calls.bookmarks import Bookmarks
from integration_tests.simulator.calls.errors import ApiError, BrokenRule
from integration_tests.simulator.calls.fields import json_body
from integration_tests.simulator.calls.operation import Call, Operation
from integration_tests.simulator.faults import misbehaviour
from integration_tests.simulator.faults.alterations import Alteration
from integration_tests.simulator.faults.script import DOWNLOAD, Fault, FaultKind, FaultScript
from integration_tests.simulator.reports.downloads import download
from integration_tests.simulator.reports.jobs import ReportJobs, ReportStatus
from integration_tests.simulator.server import pickiness
from integration_tests.simulator.server.connections import response
from integration_tests.simulator.server.reply import Reply, rejection
from integration_tests.simulator.server.request_log import Entry
from integration_tests.simulator.server.settings import Settings
from integration_tests.simulator.world.seeding import mix
from integration_tests.simulator.world.world import World

_REPORT_ENDINGS: dict[str, ReportStatus] = {
    FaultKind.REPORT_FAILED: ReportStatus.FAILED,
    FaultKind.REPORT_CANCELLED: ReportStatus.CANCELLED,
    FaultKind.REPORT_EXPIRED: ReportStatus.EXPIRED,
}


@dataclass
class Service:
    """The local Pinterest, without its socket."""

    world: World
    settings: Settings
    log: list[Entry] = field(default_factory=list)
    alterations: dict[str, list[Alteration]] = field(default_factory=dict)  # by operation
    crashes: list[Exception] = field(default_factory=list)
    script: FaultScript = field(default_factory=FaultScript)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    advanced_seconds: float = 0

    def __post_init__(self) -> None:
        settings = self.settings
        self.tokens = Tokens(self.clock, scopes=settings.scopes, rotation=settings.refresh_rotation)
        self.quotas = Quotas(settings.profile, self.clock, settings.daily_share)
        self.bookmarks = Bookmarks(self.clock)
        self.reports = ReportJobs(self.clock, settings.report_seconds)
        self.script.add(settings.faults)
        self._serial = count(1)
        self._started_at = self.clock()
        self._calls: Counter[str] = Counter()
        self._due: dict[tuple[str, int], list[Callable[[World], object]]] = {}

    def clock(self) -> float:
        """The clock of quotas, tokens, bookmarks and report jobs. `world.now` is what it showed at the start."""
        return self.settings.clock() + self.advanced_seconds

    def after(self, operation_id: str, count: int, action: Callable[[World], object]) -> None:
        """Has something happen in the world right after the n-th call, from now on, of an operation."""
        self._due.setdefault((operation_id, self._calls[operation_id] + count), []).append(action)

    async def call(self, request: Request, operation: Operation) -> Response:
        """Serves an API operation."""
        body = json_body(request.headers.get("content-type", ""), await request.body())
        entry = self._note(request, operation.operation_id, operation.category)
        entry.body = body
        entry.level, entry.size = self.reports.level(entry), self.reports.days(entry) or entry.rows()

        def proper(faults: Sequence[Fault]) -> Reply:
            self._admit(request, operation)
            pickiness.reject_the_unapproved(self.settings)
            self.tokens.check_scopes(operation.scopes)
            pickiness.reject_the_shut_out(self.settings, operation)
            arguments = operation.read(entry.path_parameters, entry.query) | operation.read_body(entry.body)
            operation.permit(self.world, arguments)
            pickiness.reject_names(self.settings, operation, arguments)
            pickiness.reject_video_metrics(self.settings, self.world, operation, arguments)
            unpaged = sorted((name, value) for name, value in entry.query if name != "bookmark")
            identity = f"{entry.path}?{urlencode(unpaged)}"
            port = request.url.port or 80
            call = Call(self.world, arguments, identity, self.bookmarks, self.reports, port, faults, self.settings)
            if any(fault.kind is FaultKind.EMPTY_PAGE_WITH_BOOKMARK for fault in faults):
                empty = {"items": [], "bookmark": self.bookmarks.issue(call.offset, call.identity)}
                return Reply(200, orjson.dumps(empty))
            return Reply(200, operation.answer(call))

        return await self._respond(entry, proper)

    async def token(self, request: Request) -> Response:
        """Serves POST /oauth/token."""
        body = (await request.body()).decode()
        entry = self._note(request, "oauth/token", "org_read")

        def proper(_faults: Sequence[Fault]) -> Reply:
            if not self.quotas.spend(entry.category):
                raise errors.rate_limited(self.quotas.wait_seconds(entry.category))
            if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
                raise errors.bad_request("The body must be a form.")
            form = dict(parse_qsl(body, keep_blank_values=True))
            return Reply(200, orjson.dumps(self.tokens.grant(request.headers.get("authorization", ""), form)))

        return await self._respond(entry, proper)

    async def consent(self, request: Request) -> Response:
        """Serves the page that asks a user, and sends them back with their answer."""
        answer = dict(parse_qsl((await request.body()).decode())).get("answer")
        entry = self._note(request, "oauth", UNIVERSAL)
        try:
            if request.method == "GET":
                entry.status = 200
                return HTMLResponse(self.tokens.consent_page(request.query_params))
            target = self.tokens.authorize(request.query_params, is_declined=answer == "decline")
        except ApiError as error:
            entry.status = error.status
            return response(rejection(error), None, self.stopping)
        entry.status = 302
        return RedirectResponse(target, entry.status)

    async def download(self, request: Request) -> Response:
        """Serves the file of a report."""
        entry = self._note(request, DOWNLOAD, "")
        entry.query = []
        key = request.path_params["key"]
        if (job := self.reports.by_key(key)) is not None:
            entry.account, entry.level = job.account_id, job.request.level

        def proper(_faults: Sequence[Fault]) -> Reply:
            authorization = request.headers.get("authorization")
            return download(self.world, self.reports, key, request.query_params, authorization)

        return await self._respond(entry, proper)

    async def unknown(self, request: Request, error: ApiError) -> Response:
        """Serves every path or method that the API doesn't have."""
        entry = self._note(request, "", UNIVERSAL)

        def proper(_faults: Sequence[Fault]) -> Reply:
            raise error

        return await self._respond(entry, proper)

    def _admit(self, request: Request, operation: Operation) -> None:
        self.tokens.check(request.headers.get("authorization", ""), takes_app_token=operation.takes_app_token)
        account = request.path_params.get("ad_account_id", "")
        if not self.quotas.spend(operation.category, operation.operation_id, account):
            raise errors.rate_limited(self.quotas.wait_seconds(operation.category, operation.operation_id))

    async def _respond(self, entry: Entry, proper: Callable[[Sequence[Fault]], Reply]) -> Response:
        faults = self.script.due(entry)
        reply = self._reply(entry, faults, proper)
        if entry.category:
            is_told = not any(fault.kind is FaultKind.RATE_LIMITED for fault in faults)
            told = self.quotas.headers(entry.category, entry.operation_id) if is_told else {}
            reply.headers = {**told, **reply.headers, **self._standing_headers()}
        self._alter(entry, reply)
        for fault in faults:
            reply = misbehaviour.spoiled(fault, reply, entry)
        entry.fault = faults[-1].kind if faults else None
        self._calls[entry.operation_id] += 1
        for action in self._due.pop((entry.operation_id, self._calls[entry.operation_id]), ()):
            action(self.world)
        await self._pause(self.settings.latency + sum(f.seconds for f in faults if f.kind is FaultKind.SLOW))
        entry.status = reply.status
        if reply.rest is not None:
            reply.rest = self._watched(reply.rest)
        return response(reply, entry.fault, self.stopping)

    def _reply(self, entry: Entry, faults: Sequence[Fault], proper: Callable[[Sequence[Fault]], Reply]) -> Reply:
        try:
            if (too_long := pickiness.too_long(self.settings, entry)) is not None:
                return too_long
            for fault in faults:
                self._take_effect(fault, entry)
                if (reply := misbehaviour.instead(fault)) is not None:
                    return reply
            return proper(faults)
        except ApiError as error:
            entry.broken_rule = error.message if isinstance(error, BrokenRule) else ""
            return rejection(error)
        except Exception as error:  # noqa: BLE001  # a defect of the simulator fails the test that stops it
            self.crashes.append(error)
            return rejection(ApiError(500, 500, f"The simulator is broken: {error!r}"))

    def _alter(self, entry: Entry, reply: Reply) -> None:
        """Alters a proper answer; an error stays what it is."""
        alterations = self.alterations.get(entry.operation_id, ()) if reply.status == HTTPStatus.OK else ()
        if alterations and reply.rest is not None:
            reply.body, reply.rest = b"".join((reply.body, *reply.rest)), None
        for alteration in alterations:
            reply.body = orjson.dumps(alteration(entry, orjson.loads(reply.body)))

    def _take_effect(self, fault: Fault, entry: Entry) -> None:
        if fault.kind is FaultKind.TOKEN_EXPIRED:
            self.tokens.expire_access()
        elif fault.kind is FaultKind.TOKEN_REVOKED:
            self.tokens.revoke(fault.status)
        elif fault.kind is FaultKind.ACCOUNT_VANISHES:
            self.world.vanish(fault.account)
        elif fault.kind in _REPORT_ENDINGS:
            self.reports.end(entry, _REPORT_ENDINGS[fault.kind])

    def _watched(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Notes what goes wrong after the answer has begun."""
        try:
            yield from chunks
        except Exception as error:
            self.crashes.append(error)
            raise

    def _standing_headers(self) -> dict[str, str]:
        now = self.world.now.astimezone(UTC) + timedelta(seconds=self.clock() - self._started_at)
        now = min(now, datetime.combine(self.world.today, time.max, UTC))  # the day of its numbers never ends
        return {
            "x-pinterest-rid": f"{mix(next(self._serial)) % 10**16:016}",
            "Date": format_datetime(now, usegmt=True),
        }

    async def _pause(self, seconds: float) -> None:
        if seconds > 0:
            try:
                await asyncio.wait_for(self.stopping.wait(), seconds)
            except TimeoutError:
                return

    def _note(self, request: Request, operation_id: str, category: str) -> Entry:
        """Puts a request into the log, once it has come in whole: a sync may end while one is under way."""
        query = parse_qsl(request.url.query, keep_blank_values=True)
        entry = Entry(
            operation_id=operation_id,
            category=category,
            method=request.method,
            path=request.url.path,
            time=self.clock(),
            path_parameters=dict(request.path_params),
            account=request.path_params.get("ad_account_id") or dict(query).get("ad_account_id", ""),
            query=query,
        )
        self.log.append(entry)
        return entry
