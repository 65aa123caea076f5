"""Serve the analytics of the product groups of ad groups.

https://developers.pinterest.com/docs/api/v5/product_groups-analytics: rows as of the other levels, with the product
group's id on each, though it is no column that can be asked for. The numbers are those of reports.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from integration_tests.simulator.analytics.operation import AnalyticsOperation
from integration_tests.simulator.analytics.subjects import Subject
from integration_tests.simulator.calls.operation import Arguments
from integration_tests.simulator.reports.request import ReportRequest
from integration_tests.simulator.reports.subjects import entities
from integration_tests.simulator.world.world import World

KEY = "PRODUCT_GROUP_ID"


def product_groups(world: World, account: int, ids: Sequence[str] | None = None) -> Iterator[Subject]:
    """The product groups asked for, or all of them; ids that aren't this account's are passed over."""
    filters = {} if ids is None else {"product_group_ids": tuple(ids)}
    request = ReportRequest(
        level="PRODUCT_GROUP", start_date=world.today, end_date=world.today, columns=(), filters=filters
    )
    return (replace(part.subject, row_key=KEY) for part in entities(world, account, request))


@dataclass(frozen=True)
class ProductGroupOperation(AnalyticsOperation):
    """The analytics of product groups."""

    def subjects(self, world: World, account: int, arguments: Arguments, ids: Sequence[str]) -> Iterator[Subject]:
        del arguments
        return product_groups(world, account, ids)
