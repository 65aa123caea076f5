"""Does a full refresh go on from a state, or does it begin anew?

A platform hands a full refresh the state of an earlier attempt of the same job; on a command line it may be any state.
So the state of a full refresh says which refresh it belongs to, and whether the stream came to its end:
`{"full_refresh": {"generation": 7, "ended": false}, ...}`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from airbyte_cdk.models import ConfiguredAirbyteStream, SyncMode

MARK = "full_refresh"


@dataclass(frozen=True)
class FullRefresh:
    """One full refresh of a stream.

    Attributes:
        generation: the catalog's number for it; None where the platform gives none.
    """

    generation: int | None

    @classmethod
    def of(cls, configured: ConfiguredAirbyteStream | None) -> Self | None:
        """The refresh that a connection wants; None for a stream that is read incrementally, or not at all."""
        if configured is None or configured.sync_mode is not SyncMode.full_refresh:
            return None
        return cls(configured.generation_id)

    def has_ended(self, state: Mapping[str, Any]) -> bool:
        """Whether an earlier attempt of this same refresh has read the whole stream."""
        mark = _mark_of(state)
        return mark is not None and mark.ended and self._is(mark)

    def goes_on_from(self, state: Mapping[str, Any]) -> bool:
        """Whether the state is of an earlier attempt of this refresh, or may well be."""
        mark = _mark_of(state)
        if mark is None:
            return False
        are_known = self.generation is not None and mark.generation is not None
        return self._is(mark) or (not mark.ended and not are_known)

    def mark(self, *, ended: bool) -> dict[str, Any]:
        """What a state of this refresh says of it."""
        return {"generation": self.generation, "ended": ended}

    def _is(self, mark: "_Mark") -> bool:
        return self.generation is not None and self.generation == mark.generation


@dataclass(frozen=True)
class _Mark:
    generation: int | None
    ended: bool


def _mark_of(state: Mapping[str, Any]) -> _Mark | None:
    mark = state.get(MARK)
    if not isinstance(mark, Mapping) or not isinstance(mark.get("ended"), bool):
        return None
    generation = mark.get("generation")
    return _Mark(generation if isinstance(generation, int) else None, mark["ended"])
