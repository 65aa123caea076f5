"""Which fields of a stream's records name a record of another stream?"""

from typing import NamedTuple


class ForeignKey(NamedTuple):
    """Fields that name a record of another stream by its primary key.

    Attributes:
        stream: the other stream's name.
        fields: as many as its primary key has, in its order, or all but the first where that is the ad account by which
            organic streams tell several owners apart. If one of them is empty, no record is named.
        unless: when the other stream lacks the record; empty where it never does.
    """

    stream: str
    fields: tuple[str, ...]
    unless: str = ""


def to_pin(field: str) -> ForeignKey:
    """What names a pin that need not be the user's own: whoever advertises may promote somebody else's."""
    return ForeignKey("pins", (field,), unless="the pin is somebody else's or deleted")
