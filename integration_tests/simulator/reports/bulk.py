"""Files of the campaigns, ad groups or ads of an ad account, which are ordered and polled like reports.

https://developers.pinterest.com/docs/api/v5/bulk_download-create and bulk_request-get: "only active entities will
return data". Nobody has recorded a file; here it is an object of lists by entity type.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import orjson

from integration_tests.simulator.ads.entities import ad_groups, ads, campaigns
from integration_tests.simulator.calls.errors import ApiError
from integration_tests.simulator.calls.fields import ListField, read_fields, text
from integration_tests.simulator.calls.operation import Call, Operation
from integration_tests.simulator.calls.parameters import Choice
from integration_tests.simulator.reports.jobs import ReportJob, ReportStatus
from integration_tests.simulator.reports.request import ReportRequest
from integration_tests.simulator.world.listing import Listing
from integration_tests.simulator.world.world import World

_LISTS: Mapping[str, Callable[..., Listing]] = {"CAMPAIGN": campaigns, "AD_GROUP": ad_groups, "AD": ads}
FIELDS = (
    ListField("entity_types", item=text(Choice("entity_types", values=tuple(_LISTS))), max_items=6, required=True),
    text(Choice("output_format", values=("JSON",), default="JSON")),
)
_STATUSES = {ReportStatus.IN_PROGRESS: "RUNNING", ReportStatus.FINISHED: "SUCCEEDED"}


@dataclass(frozen=True)
class CreateBulkDownload(Operation):
    """POST, with everything in its JSON body."""

    method: ClassVar[str] = "POST"

    def read_body(self, body: Any) -> dict[str, Any]:
        return read_fields(FIELDS, body)

    def answer(self, call: Call) -> bytes:
        today, types = call.world.today, call.arguments["entity_types"]
        request = ReportRequest(
            level="", start_date=today, end_date=today, columns=types, operation_id=self.operation_id
        )
        job = call.reports.create(call.arguments["ad_account_id"], request, 0)
        return orjson.dumps({"request_id": str(int(job.key, 16))})


@dataclass(frozen=True)
class GetBulkRequest(Operation):
    """The poll: a status, and a link once the file is there."""

    def answer(self, call: Call) -> bytes:
        job = call.reports.by_key(f"{int(call.arguments['bulk_request_id']):016x}")
        if job is None or job.account_id != call.arguments["ad_account_id"] or not is_bulk(job):
            raise ApiError(404, 50, "Bulk request not found.")
        status = call.reports.status(job)
        url = f"http://localhost:{call.port}{call.reports.link(job)}" if status is ReportStatus.FINISHED else None
        return orjson.dumps({"status": _STATUSES.get(status, "FAILED"), "result_url": url})


def is_bulk(job: ReportJob) -> bool:
    """Whether a job makes a bulk file."""
    return job.request.operation_id == CREATE_BULK_DOWNLOAD.operation_id


def bulk_file(world: World, job: ReportJob) -> Iterator[bytes]:
    """The file of a job."""
    arguments = {"ad_account_id": job.account_id, "entity_statuses": ("ACTIVE",)}
    listings = {kind: _LISTS[kind](world, arguments) for kind in job.request.columns}
    yield orjson.dumps({kind: listing.page(0, len(listing)) for kind, listing in listings.items()})


_BULK = "/ad_accounts/{ad_account_id}/bulk"
CREATE_BULK_DOWNLOAD = CreateBulkDownload("bulk_download/create", f"{_BULK}/download", "ads_read", ("ads:read",), ())
BULK_ENDPOINTS: tuple[Operation, ...] = (
    CREATE_BULK_DOWNLOAD,
    GetBulkRequest(
        "bulk_request/get", f"{_BULK}/{{bulk_request_id}}", "ads_read", ("ads:read",), (), takes_app_token=True
    ),
)
