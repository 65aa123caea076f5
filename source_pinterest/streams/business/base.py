"""What is every stream that has a slice for each business?"""

from abc import ABC
from collections.abc import Iterator

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.access import Access
from source_pinterest.api.errors import SliceError
from source_pinterest.streams.base.child import ChildStream
from source_pinterest.streams.base.slices import failed_slice, partition_slice
from source_pinterest.streams.business.employers import SCOPE, BusinessEmployers

_BUSINESS_ID = "business_id"
_ADMIN = Access("the role Admin in the business", "Ask an admin of the business for it")


class BusinessStream(ChildStream, ABC):
    """One slice for each business: those that the user works for, and the user itself if it is one."""

    scopes = (SCOPE, "user_accounts:read")
    access = _ADMIN
    parent = BusinessEmployers
    partition_keys = (_BUSINESS_ID,)

    def slices(self) -> Iterator[StreamSlice]:
        """The user's own business first."""
        try:
            own = list(self.shared.stream(BusinessEmployers).own.of(()))
        except SliceError as error:
            yield failed_slice({}, error)
            own = []
        for business in own:
            yield partition_slice({_BUSINESS_ID: business})
        for stream_slice in super().slices():
            if stream_slice.partition.get(_BUSINESS_ID) not in own:
                yield stream_slice
