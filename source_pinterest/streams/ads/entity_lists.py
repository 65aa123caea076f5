"""The base of lists that Pinterest gives for one campaign or ad group at a time, and product group promotions.

A task is an ad account and holds the ids of its entities, archived ones included. Each entity takes a request.
"""

import logging
from abc import ABC
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from source_pinterest import limits
from source_pinterest.api.errors import GoneError, NothingLeftError
from source_pinterest.api.rows import ListPage
from source_pinterest.api.session import ApiResponse
from source_pinterest.config import STATUSES
from source_pinterest.engine.asks import Ids
from source_pinterest.engine.tasks import Key, Task
from source_pinterest.streams.ads.accounts import AdAccountStream
from source_pinterest.streams.ads.entities import AdGroups, EntityStream
from source_pinterest.streams.base.listing import Listed, SeenIds, part_of_list
from source_pinterest.streams.base.stream import ForeignKey, Rank, Sync, to_pin

LOGGER = logging.getLogger("airbyte")

EntityFilter = Mapping[str, Any]
"""The parameter that names the entities of one request; empty for the account itself."""


class EntityListStream(AdAccountStream, ABC):
    """One task per ad account, and one list per entity in the account."""

    listed_by: ClassVar[Mapping[str, type[EntityStream]]]
    """The parameters that name an entity, with the streams of these entities."""
    cost = f"one request for each ad group and {limits.PAGE_SIZE} records"
    rank = Rank.EACH

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        self.needs = (*self.needs, *self.listed_by.values())

    def tasks_of_account(self, account: str) -> Iterator[Task]:
        """Yield the task of an account, once its entities are listed."""
        for stream in self.listed_by.values():
            self.shared.stream(stream).ids.of((account,))
        yield self.task({"ad_account_id": account})

    def entities_of(self, account: str, parameter: str) -> Ids:
        """Return the ids of the account's entities that a parameter names, those of a list that broke off included."""
        return tuple(self.shared.stream(self.listed_by[parameter]).ids.listed((account,)))

    def check_entities(self, account: str) -> None:
        """Raise the error of a list of the account's entities that broke off."""
        for stream in self.listed_by.values():
            self.shared.stream(stream).ids.check((account,))

    def list_ids(self, key: Key) -> Iterator[str]:
        """Yield the ids that children need of an account, without emitting its records."""
        for task in self.account_tasks(key):
            if task.error:
                raise task.error
            self.check_entities(task["ad_account_id"])
            for listed in self.listing(task):
                yield from self.ids_for_children(listed.records)

    def listing(self, task: Task) -> Iterator[Listed]:
        """Yield the records of all lists of an account. A record that another list had is dropped."""
        seen = SeenIds(self.shape.key)
        for listed in super().listing(task):
            yield listed._replace(records=seen.new(listed.records))

    def responses(self, task: Task, **more: Any) -> Iterator[ApiResponse[ListPage]]:
        """Yield the pages of all lists of an account.

        Raises:
            RefusedError: the account can't be read.
            AccessLostError: only some lists of the account can be read.
            NothingLeftError: none of several entities exists any more.
            SliceError: a list of the account's entities broke off. Raised after the entities before.
        """
        del more
        path, requested, has_any = self.path(stream_slice=task), 0, False
        for number, entity_filter in enumerate(self.filters(task)):
            requested += _entities_in(entity_filter)
            with part_of_list(self.name, path, has_begun=number > 0):
                for response in self.pages_of_list(task, entity_filter):
                    has_any = has_any or bool(entity_filter)
                    yield response
        if requested > 1 and not has_any:
            raise NothingLeftError(self.name, requested, f"The path was {path}.")
        self.check_entities(task["ad_account_id"])

    def filters(self, task: Task) -> Iterator[EntityFilter]:
        """Yield the filter of each list of an account."""
        for parameter in self.listed_by:
            for entity in self.entities_of(task["ad_account_id"], parameter):
                yield {parameter: entity}

    def pages_of_list(self, task: Task, entity_filter: EntityFilter) -> Iterator[ApiResponse[ListPage]]:
        """Yield the pages of one list; none if its entity was deleted during the sync."""
        try:
            yield from self.request_pages(task, entity_filter)
        except GoneError as error:
            if not entity_filter:
                raise
            [(parameter, entity)] = entity_filter.items()
            kind = parameter.removesuffix("_id").replace("_", " ")
            LOGGER.warning(f"{self.name}: {kind} {entity} was deleted during the sync. {error.message}.")

    def request_pages(self, task: Task, entity_filter: EntityFilter) -> Iterator[ApiResponse[ListPage]]:
        """Yield the pages of one list, and raise whatever error ends it."""
        return super().responses(task, **entity_filter)


class ProductGroupPromotions(EntityListStream):
    """Product groups promoted in each ad group. https://developers.pinterest.com/docs/api/v5/product_group_promotions-list."""

    path_template = "ad_accounts/{ad_account_id}/product_group_promotions"
    needs_user_token = True
    listed_by: ClassVar[Mapping[str, type[EntityStream]]] = {"ad_group_id": AdGroups}
    foreign_keys = (
        ForeignKey("ad_groups", ("ad_group_id",)),
        ForeignKey("catalogs_product_groups", ("catalog_product_group_id",), unless="the catalog is somebody else's"),
        to_pin("collections_hero_pin_id"),
    )

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add every status that may have delivered."""
        return {**super().request_params(*args, **kwargs), "entity_statuses": list(STATUSES)}


def _entities_in(entity_filter: EntityFilter) -> int:
    return sum(len(ids) if isinstance(ids, list) else 1 for ids in entity_filter.values())
