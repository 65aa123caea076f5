"""`Spread` defines which other requests a fault affects."""

from enum import StrEnum


class Spread(StrEnum):
    """Which other calls a fault spoils."""

    NOWHERE = "nowhere"
    QUOTA = "quota"
    """Those that count against the same quota."""
    EVERYWHERE = "everywhere"
