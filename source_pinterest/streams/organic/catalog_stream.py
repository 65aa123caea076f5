"""How is a list of a merchant's catalogs read?"""

import logging
from abc import ABC
from collections.abc import Iterator
from typing import Any, ClassVar

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.bodies import ListPage
from source_pinterest.api.errors import NoCatalogError
from source_pinterest.api.session import Answer
from source_pinterest.streams.organic.base import OrganicStream

LOGGER = logging.getLogger("airbyte")


class CatalogStream(OrganicStream, ABC):
    """What a merchant has. Whoever has no catalog has nothing, which is no error."""

    scopes: ClassVar[tuple[str, ...]] = ("catalogs:read",)

    def answers(self, stream_slice: StreamSlice, **more: Any) -> Iterator[Answer[ListPage]]:
        """The pages of a list; none of them without a catalog."""
        try:
            yield from super().answers(stream_slice, **more)
        except NoCatalogError:
            LOGGER.info(f"{self.name}: there is no catalog, so the stream is empty.")
