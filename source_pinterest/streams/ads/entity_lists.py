"""Which lists does Pinterest give for one campaign or ad group at a time only?

One slice per ad account holds the ids of its entities, archived ones included, and the calls name them one by one.
"""

import logging
from abc import ABC
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest import limits
from source_pinterest.api.errors import AccessLostError, GoneError, NothingLeftError, RefusedError, SliceError
from source_pinterest.api.rows import ListPage
from source_pinterest.api.session import Answer
from source_pinterest.config import STATUSES
from source_pinterest.engine.parents import ParentIds
from source_pinterest.engine.slices import Key, failed_slice, failure_of, partition_slice
from source_pinterest.streams.ads.accounts import AdAccountStream
from source_pinterest.streams.ads.entities import AdGroups, EntityStream
from source_pinterest.streams.base.stream import ForeignKey, to_pin

LOGGER = logging.getLogger("airbyte")

Filter = Mapping[str, Any]
"""The parameter that names the entities of one call; none for the account itself."""


class EntityListStream(AdAccountStream, ABC):
    """One slice per ad account, one list per entity in it."""

    listed_by: ClassVar[Mapping[str, type[EntityStream]]]
    """The parameters that name an entity."""
    cost = f"1 an ad group and page of {limits.PAGE_SIZE}"

    def needed_ids(self) -> Iterator[ParentIds]:
        """Those of the entities that the lists are asked for by."""
        yield from super().needed_ids()
        yield from (self.shared.stream(entities).ids for entities in self.listed_by.values())

    def account_slices(self, accounts: Iterable[str]) -> Iterator[StreamSlice]:
        """A slice for each account, with the ids of its entities; one that raises where they can't be listed."""
        for account in accounts:
            partition = {"ad_account_id": account}
            try:
                ids: dict[str, Any] = {
                    name: tuple(self.shared.stream(of).ids.of((account,))) for name, of in self.listed_by.items()
                }
            except SliceError as error:
                yield failed_slice(partition, error)
            else:
                yield partition_slice(partition, **ids)

    def list_ids(self, key: Key) -> Iterator[str]:
        """The ids of an account, without its records."""
        for stream_slice in self.account_slices(key):
            if failure := failure_of(stream_slice):
                raise failure
            for listed in self.listing(stream_slice):
                yield from self.ids_for_children(listed.records)

    def answers(self, stream_slice: StreamSlice, **more: Any) -> Iterator[Answer[ListPage]]:
        """The pages of all lists of an account.

        Raises:
            RefusedError: the account can't be read.
            AccessLostError: only part of it can.
            NothingLeftError: of several entities not one is there.
        """
        del more
        path, asked, is_any_there = self.path(stream_slice=stream_slice), 0, False
        for number, wanted in enumerate(self.filters(stream_slice)):
            asked += _entities_in(wanted)
            try:
                for answer in self.filtered(stream_slice, wanted):
                    is_any_there = is_any_there or bool(wanted)
                    yield answer
            except RefusedError as error:
                if number:
                    raise AccessLostError(self.name, path, str(error.message)) from error
                raise
        if asked > 1 and not is_any_there:
            raise NothingLeftError(self.name, asked, f"The path was {path}.")

    def filters(self, stream_slice: StreamSlice) -> Iterator[Filter]:
        """What each list of a slice is asked for by."""
        for name in self.listed_by:
            for entity in stream_slice.extra_fields[name]:
                yield {name: entity}

    def filtered(self, stream_slice: StreamSlice, wanted: Filter) -> Iterator[Answer[ListPage]]:
        """The pages of one list; none if its entity was deleted during the sync."""
        try:
            yield from self.ask(stream_slice, wanted)
        except GoneError as error:
            if not wanted:
                raise
            [(parameter, entity)] = wanted.items()
            kind = parameter.removesuffix("_id").replace("_", " ")
            LOGGER.warning(f"{self.name}: {kind} {entity} was deleted during the sync. {error.message}.")

    def ask(self, stream_slice: StreamSlice, wanted: Filter) -> Iterator[Answer[ListPage]]:
        """The pages of one list, whatever becomes of it."""
        return super().answers(stream_slice, **wanted)


def _entities_in(wanted: Filter) -> int:
    return sum(len(ids) if isinstance(ids, list) else 1 for ids in wanted.values())


class ProductGroupPromotions(EntityListStream):
    """Product groups promoted in each ad group. https://developers.pinterest.com/docs/api/v5/product_group_promotions-list."""

    path_template = "ad_accounts/{ad_account_id}/product_group_promotions"
    listed_by: ClassVar[Mapping[str, type[EntityStream]]] = {"ad_group_id": AdGroups}
    foreign_keys = (
        ForeignKey("ad_groups", ("ad_group_id",)),
        ForeignKey("catalogs_product_groups", ("catalog_product_group_id",), unless="the catalog is somebody else's"),
        to_pin("collections_hero_pin_id"),
    )

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The page, and every status that may have delivered."""
        return {**super().request_params(*args, **kwargs), "entity_statuses": list(STATUSES)}
