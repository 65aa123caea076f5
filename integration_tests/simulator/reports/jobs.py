"""Report jobs keep the status of asynchronous reports and the links to their files.

https://developers.pinterest.com/docs/api/v5/analytics-get_report: a job in progress, then a file that is kept for an
hour, behind links that each hold for five minutes.
"""

import hmac
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import count
from urllib.parse import urlencode

import orjson

from integration_tests.simulator.reports.request import ReportRequest
from integration_tests.simulator.server.request_log import Entry
from integration_tests.simulator.world.seeding import mix

REPORT_SECONDS = 3_600
LINK_SECONDS = 300
DOWNLOAD_PATH = "/async_reporting_v3/{key}/metrics_report.txt"
_KEY = b"simulator"
_STAMP = "%Y%m%dT%H%M%SZ"


class ReportStatus(StrEnum):
    """What a poll may answer."""

    DOES_NOT_EXIST = "DOES_NOT_EXIST"
    FINISHED = "FINISHED"
    IN_PROGRESS = "IN_PROGRESS"
    EXPIRED = "EXPIRED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


_USABLE = (ReportStatus.IN_PROGRESS, ReportStatus.FINISHED)


@dataclass
class ReportJob:
    """One report of one ad account."""

    account_id: str
    request: ReportRequest
    token: str
    key: str  # of its file
    created: float
    ready: float
    ended_as: ReportStatus | None = None

    def status(self, now: float) -> ReportStatus:
        if self.ended_as is not None:
            return self.ended_as
        if now < self.ready:
            return ReportStatus.IN_PROGRESS
        return ReportStatus.FINISHED if now < self.ready + REPORT_SECONDS else ReportStatus.EXPIRED


class ReportJobs:
    """All report jobs of the local Pinterest."""

    def __init__(self, clock: Callable[[], float], seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._serial = count(1)
        self._by_token: dict[str, ReportJob] = {}
        self._by_key: dict[str, ReportJob] = {}
        self._newest: dict[str, ReportJob] = {}
        self.signatures: list[str] = []

    def create(self, account_id: str, request: ReportRequest, delay: float) -> ReportJob:
        """A new job, or the one that the same request of the last hour began."""
        now = self._clock()
        identity = f"{account_id} {request!r}"
        newest = self._newest.get(identity)
        if newest and newest.status(now) in _USABLE and now < newest.created + REPORT_SECONDS:
            return newest
        number = next(self._serial)
        # A plus, a slash and an equals sign: a token that isn't escaped in the query is another token.
        token = b64encode(b"\xfb\xff" + hmac.new(_KEY, b"%d" % number, "sha256").digest()).decode()
        job = ReportJob(account_id, request, token, f"{mix(number):016x}", now, now + self._seconds + delay)
        self._by_token[job.token] = self._by_key[job.key] = self._newest[identity] = job
        return job

    def by_token(self, token: str) -> ReportJob | None:
        return self._by_token.get(token)

    def level(self, entry: Entry) -> str:
        """The level of the report that a request creates or polls, "" for any other request."""
        if isinstance(entry.body, dict):
            return str(entry.body.get("level", ""))
        return next((job.request.level for job in self._named(entry)), "")

    def days(self, entry: Entry) -> int:
        """The days of the report that a request is for, 0 for any other request."""
        return next(((job.request.end_date - job.request.start_date).days + 1 for job in self._named(entry)), 0)

    def end(self, entry: Entry, status: ReportStatus) -> None:
        """Lets the job that a request is for end badly."""
        for job in self._named(entry):
            job.ended_as = status

    def by_key(self, key: str) -> ReportJob | None:
        return self._by_key.get(key)

    def status(self, job: ReportJob) -> ReportStatus:
        return job.status(self._clock())

    def link(self, job: ReportJob) -> str:
        """Path and query of a download link that holds from now on."""
        stamp = datetime.fromtimestamp(self._clock(), UTC).strftime(_STAMP)
        signature = _signature(job.key, stamp)
        self.signatures.append(signature)
        query = {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Date": stamp,
            "X-Amz-Expires": LINK_SECONDS,
            "X-Amz-Signature": signature,
        }
        return f"{DOWNLOAD_PATH.format(key=job.key)}?{urlencode(query)}"

    def is_signed(self, job: ReportJob, query: Mapping[str, str]) -> bool:
        """Whether the link was given out for this job."""
        expected = _signature(job.key, query.get("X-Amz-Date", ""))
        return hmac.compare_digest(expected.encode(), query.get("X-Amz-Signature", "").encode())

    def is_fresh(self, query: Mapping[str, str]) -> bool:
        """Whether a signed link still holds."""
        issued = datetime.strptime(query["X-Amz-Date"], _STAMP).replace(tzinfo=UTC).timestamp()
        return self._clock() < issued + LINK_SECONDS

    def _named(self, entry: Entry) -> list[ReportJob]:
        return [self._by_token[token] for token in entry.values("token") if token in self._by_token]


def poll_answer(status: ReportStatus, url: str | None = None, size: int | None = None) -> bytes:
    """The body of an answer to a poll."""
    return orjson.dumps({"report_status": status, "url": url, "size": size})


def _signature(key: str, stamp: str) -> str:
    return hmac.new(_KEY, f"{key} {stamp}".encode(), "sha256").hexdigest()
