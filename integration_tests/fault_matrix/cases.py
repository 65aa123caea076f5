"""Which faults are there? Every kind that the simulator knows, some in several guises."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from integration_tests.fault_matrix.kinds import KINDS, Place
from integration_tests.simulator import REPORT_FAULT_KINDS, FaultKind, Hint, Rotation

EVERYWHERE = tuple(kind.name for kind in KINDS)
LISTS = ("list", "child list", "entity")
FILES = {"report": (Place.LAST,)}
"""A file that was made stays when its account goes."""
ONE_HIT = (Place.FIRST, Place.MIDDLE, Place.LAST)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A row of the matrix.

    Attributes:
        kind: of the simulator's fault.
        title: what the table calls it.
        details: what else the fault takes.
        on: the kinds of stream that it can hit.
        places: where it can hit.
        spared: places at which it is no fault, for a kind of stream.
        spreads: whether it spoils the calls of other streams as well.
        settings: of the simulator.
        config: of the connection.
    """

    kind: FaultKind
    title: str
    details: Mapping[str, Any] = field(default_factory=dict)
    on: tuple[str, ...] = EVERYWHERE
    places: tuple[Place, ...] = tuple(Place)
    spared: Mapping[str, tuple[Place, ...]] = field(default_factory=dict)
    spreads: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)

    def places_on(self, kind: str) -> tuple[Place, ...]:
        """Where it hits a kind of stream."""
        return tuple(place for place in self.places if place not in self.spared.get(kind, ()))


_throttled = partial(Case, kind=FaultKind.RATE_LIMITED)
_TOO_LARGE = (FaultKind.TOO_LARGE_413, FaultKind.TOO_LARGE_414, FaultKind.TOO_LARGE_431)

CASES = (
    _throttled(title="429, code 8, reset in seconds", details={"seconds": 0.2}),
    _throttled(
        title="429 without a code, reset in a list", details={"seconds": 0.2, "code": None, "hint": Hint.RESET_LIST}
    ),
    _throttled(title="429 with Retry-After", details={"seconds": 0.2, "hint": Hint.RETRY_AFTER}),
    _throttled(title="429 that tells no time", details={"hint": Hint.NONE}),
    _throttled(title="429 for two hours", details={"seconds": 7_200}, spreads=True),
    Case(kind=FaultKind.RETRY_AFTER_400, title='400 "Retry after 0.2 seconds"', details={"seconds": 0.2}),
    Case(kind=FaultKind.LAST_90_DAYS_400, title='400 "last 90 days" for a legal range'),
    Case(kind=FaultKind.TRANSIENT_400, title='400, code 12, "something went wrong"'),
    Case(kind=FaultKind.SERVER_ERROR, title="500"),
    Case(kind=FaultKind.BAD_GATEWAY_HTML, title="502, an HTML page"),
    Case(kind=FaultKind.UNAVAILABLE, title="503"),
    Case(kind=FaultKind.GATEWAY_TIMEOUT, title="504"),
    Case(kind=FaultKind.TRUNCATED_JSON, title="truncated JSON"),
    Case(kind=FaultKind.MALFORMED_JSON, title="malformed JSON"),
    Case(kind=FaultKind.EMPTY_BODY, title="empty body"),
    Case(kind=FaultKind.CUT_BODY, title="connection closed inside the body"),
    Case(kind=FaultKind.RESET_BEFORE_BODY, title="connection reset before the body"),
    Case(kind=FaultKind.RESET_INSIDE_BODY, title="connection reset inside the body"),
    Case(kind=FaultKind.RESET_AFTER_BODY, title="connection reset after the body"),
    Case(kind=FaultKind.NEVER_ANSWERS, title="no answer ever", config={"request_timeout_seconds": 0.4}),
    Case(kind=FaultKind.SLOW, title="slow answer", details={"seconds": 0.2}),
    Case(kind=FaultKind.TOKEN_EXPIRED, title="access token expires", places=ONE_HIT),
    Case(
        kind=FaultKind.TOKEN_EXPIRED,
        title="access token expires, refresh token is replaced",
        places=ONE_HIT,
        settings={"refresh_rotation": Rotation.REVOKE},
    ),
    Case(kind=FaultKind.TOKEN_REVOKED, title="token revoked", spreads=True),
    Case(kind=FaultKind.MISSING_SCOPE, title="401, a permission is missing"),
    Case(kind=FaultKind.FORBIDDEN, title="403"),
    Case(kind=FaultKind.GONE, title="404"),
    *(Case(kind=kind, title=f"{kind[-3:]}, call too large") for kind in _TOO_LARGE),
    Case(kind=FaultKind.REPEATED_BOOKMARK, title="repeated bookmark", on=LISTS),
    Case(kind=FaultKind.EMPTY_PAGE_WITH_BOOKMARK, title="empty page with a bookmark", on=LISTS, places=ONE_HIT),
    Case(
        kind=FaultKind.ACCOUNT_VANISHES,
        title="ad account gone",
        on=EVERYWHERE[2:],
        places=ONE_HIT,
        spreads=True,
        spared=FILES,
    ),
    Case(kind=FaultKind.PIN_CAP, title="cap of pins of a board", details={"items": 2}, on=("child list",)),
    *(
        Case(kind=kind, title=kind.replace("_", " "), details={"seconds": 0.5}, on=("report",))
        for kind in REPORT_FAULT_KINDS
    ),
)
