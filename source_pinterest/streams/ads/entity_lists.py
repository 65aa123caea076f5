"""The base of lists that Pinterest gives for one campaign or ad group at a time, and product group promotions.

A task is an ad account and holds the ids of its entities, archived ones included. Each entity takes a request.
"""

import logging
from abc import ABC
from collections.abc import Iterator, Mapping
from typing import Any

from airbyte_cdk.models import FailureType

from source_pinterest import limits
from source_pinterest.api.bodies import Page
from source_pinterest.api.errors import (
    AccessDeniedError,
    AccessLostError,
    AllTasksDeniedError,
    NotFoundError,
    TaskError,
)
from source_pinterest.config import STATUSES
from source_pinterest.engine.task_tracker import FAILURES_IN_A_ROW
from source_pinterest.engine.tasks import ParentIds, Task
from source_pinterest.streams.ads.accounts import AdAccountStream
from source_pinterest.streams.ads.entities import AdGroups
from source_pinterest.streams.base.declaration import ForeignKey, Parent, ReadPriority, to_pin
from source_pinterest.streams.base.listing import unseen

LOGGER = logging.getLogger("airbyte")

EntityFilter = Mapping[str, Any]
"""The parameter that names the entities of one request; empty for the account itself."""


class EntityListStream(AdAccountStream, ABC):
    """One task per ad account, and one list per entity in the account: each id of a parent with a `parameter`."""

    cost = f"one request for each ad group and {limits.PAGE_SIZE} records"
    rank = ReadPriority.EACH

    def list_ids(self, parents: ParentIds) -> Iterator[str]:
        """Yield the ids that children need of an account, without emitting its records."""
        for task in self.account_tasks(parents):
            if task.error:
                raise task.error
            for page in self.pages(task):
                yield from self.collect(page, task)

    def pages(self, task: Task) -> Iterator[Page]:
        """Yield the pages of all lists of an account. A record that another list had is dropped.

        If the list of one entity fails, the others are read, until several have failed in a row.

        Raises:
            AccessDeniedError: the account can't be read.
            TaskError: lists of the account, or of its entities, could not be read. Raised after those that could.
            AllTasksDeniedError: none of several entities exists any more.
        """
        account, path, filters = task["ad_account_id"], self.path(stream_slice=task), list(self.filters(task))
        failed, failures_in_a_row, seen = dict[str, TaskError](), 0, set[Any]()
        has_begun = has_any = False
        for entity_filter in filters:
            try:
                for page in self.list_pages(task, entity_filter):
                    has_begun, has_any = True, has_any or bool(entity_filter)
                    yield page._replace(items=unseen(page.items, self.own_key, seen))
                failures_in_a_row = 0
            except TaskError as error:
                if not entity_filter:
                    raise
                named = _named(entity_filter)
                if isinstance(error, NotFoundError):
                    LOGGER.warning(f"{self.name}: {named} was deleted during the sync. {error.message}.")
                    failures_in_a_row = 0
                    continue
                is_lost = has_begun and isinstance(error, AccessDeniedError)
                failed[named] = AccessLostError(self.name, path, str(error.message)) if is_lost else error
                failures_in_a_row += 1
            if failures_in_a_row == FAILURES_IN_A_ROW:
                break
        if failed:
            raise self._unread(account, failed) if has_begun else next(iter(failed.values()))
        if len(filters) > 1 and not has_any:
            raise AllTasksDeniedError(self.name, len(filters), f"The path was {path}.")
        for stream in self.listed_by.values():
            stream.ids.check((account,))

    def filters(self, task: Task) -> Iterator[EntityFilter]:
        for parameter, stream in self.listed_by.items():
            for entity in tuple(stream.ids.get_readable((task["ad_account_id"],))):
                yield {parameter: entity}

    def _unread(self, account: str, failed: Mapping[str, TaskError]) -> TaskError:
        """Return the error for entities that could not be read while others of their account were."""
        first, error = next(iter(failed.items()))
        more = f" and {len(failed) - 1:,} more" if len(failed) > 1 else ""
        return TaskError(
            f"{self.name}: {first}{more} of ad account {account} could not be read. "
            f"The next sync requests them again. {error.message}",
            kind=FailureType.transient_error if isinstance(error, AccessDeniedError) else error.kind,
            is_isolated=len(failed) < FAILURES_IN_A_ROW,
        )


class ProductGroupPromotions(EntityListStream):
    """Product groups promoted in each ad group. https://developers.pinterest.com/docs/api/v5/product_group_promotions-list."""

    path_template = "ad_accounts/{ad_account_id}/product_group_promotions"
    needs_user_token = True
    parents = (Parent(AdGroups, parameter="ad_group_id"),)
    foreign_keys = (
        ForeignKey("ad_groups", ("ad_group_id",)),
        ForeignKey("catalogs_product_groups", ("catalog_product_group_id",), unless="the catalog is somebody else's"),
        to_pin("collections_hero_pin_id"),
    )
    params: Mapping[str, Any] = {"entity_statuses": list(STATUSES)}  # every one that may have delivered


def _named(entity_filter: EntityFilter) -> str:
    """Return the entity of a filter as a user knows it, such as "ad group 268"."""
    [(parameter, entity)] = entity_filter.items()
    return f"{parameter.removesuffix('_id').replace('_', ' ')} {entity}"
