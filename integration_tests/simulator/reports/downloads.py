"""Serve the files of finished reports, as Pinterest's download host does.

Another origin than the API, with manners of its own: a signed link instead of a token, no quota, rejections in XML.
"""

from collections.abc import Iterator, Mapping
from itertools import chain

from integration_tests.simulator.reports.jobs import ReportJobs, ReportStatus
from integration_tests.simulator.reports.request import ReportRequest
from integration_tests.simulator.reports.rows import report_file
from integration_tests.simulator.server.reply import Reply
from integration_tests.simulator.world.world import World

DOWNLOAD_HOST = "localhost"
_XML = "application/xml"
_FILE = "binary/octet-stream"


def download(world: World, jobs: ReportJobs, key: str, query: Mapping[str, str], authorization: str | None) -> Reply:
    """The file behind a link, or why it isn't given."""
    if authorization is not None:
        return xml_error(400, "InvalidArgument", "Only one auth mechanism allowed")
    job = jobs.by_key(key)
    if job is None or jobs.status(job) is not ReportStatus.FINISHED:
        return xml_error(404, "NoSuchKey", "The specified key does not exist.")
    if not jobs.is_signed(job, query):
        return xml_error(403, "SignatureDoesNotMatch", "The request signature does not match.")
    if not jobs.is_fresh(query):
        return expired_link()
    account = world.account_index(job.account_id)
    return _file(iter(()) if account is None else report_file(world, account, job.request))


def file_size(world: World, account: int, request: ReportRequest) -> int | None:
    """How many bytes a file has, where that is known without making all of it."""
    first, second = _start(report_file(world, account, request))
    return len(first) if second is None else None


def expired_link() -> Reply:
    return xml_error(403, "AccessDenied", "Request has expired")


def slow_down() -> Reply:
    return xml_error(503, "SlowDown", "Please reduce your request rate.")


def xml_error(status: int, code: str, message: str) -> Reply:
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Reply(status, body.encode(), media_type=_XML)


def _file(chunks: Iterator[bytes]) -> Reply:
    first, second = _start(chunks)
    rest = None if second is None else chain((second,), chunks)
    return Reply(200, first, media_type=_FILE, rest=rest)


def _start(chunks: Iterator[bytes]) -> tuple[bytes, bytes | None]:
    return next(chunks, b"{}"), next(chunks, None)
