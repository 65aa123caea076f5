"""What is every stream that has a slice for each business?"""

from abc import ABC
from collections.abc import Iterator

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.access import Access
from source_pinterest.api.errors import SliceError
from source_pinterest.api.rights import RightMissingError
from source_pinterest.engine.parent_ids import ParentIds
from source_pinterest.streams.base.child import ChildStream
from source_pinterest.streams.base.slices import failed_slice, partition_slice
from source_pinterest.streams.business.employers import SCOPE, BusinessEmployers

_BUSINESS_ID = "business_id"
_ADMIN = Access("the role Admin in the business", "Ask an admin of the business for it")


class BusinessStream(ChildStream, ABC):
    """One slice for each business: those that the user works for, and the user itself if it is one."""

    scopes = (SCOPE,)
    access = _ADMIN
    parent = BusinessEmployers
    parent_unless = "the business is the user itself"
    partition_keys = (_BUSINESS_ID,)

    def needed_ids(self) -> Iterator[ParentIds]:
        """The user itself as well."""
        yield from super().needed_ids()
        yield self.shared.stream(BusinessEmployers).own

    def slices(self) -> Iterator[StreamSlice]:
        """The employers first: without the permission there is nothing more to ask."""
        employers: set[str] = set()
        for stream_slice in super().slices():
            employers.update(stream_slice.partition.values())
            yield stream_slice
        try:
            own = set(self.shared.stream(BusinessEmployers).own.of(()))
        except RightMissingError as error:
            self.notices.warn("own business", f"A business of the user's own is left out. {error.message}")
        except SliceError as error:
            yield failed_slice({}, error)
        else:
            for business in own - employers:
                yield partition_slice({_BUSINESS_ID: business})
