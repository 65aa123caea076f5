"""What a stream says about other streams: its parents, the records that its fields name, and how early it is read."""

from collections.abc import Callable
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from source_pinterest.config import Config

if TYPE_CHECKING:
    from source_pinterest.streams.base.stream import PinterestStream


class Parent(NamedTuple):
    """A stream that another stream is read by. The child lists it in `parents`, and says there what it needs of it.

    | declared                                    | the child                                              |
    |---------------------------------------------|--------------------------------------------------------|
    | `Parent(Boards, "board_id")`                | has a task and a foreign key for each id of the parent |
    | `Parent(Campaigns, parameter="campaign_id")`| names the ids in a parameter of its requests           |
    | `Parent(Keywords)`                          | requests the ids by itself                             |
    | `Parent(Pins, wants="pin_metrics")`         | also needs what is requested, or kept, only if wanted  |

    Attributes:
        stream: the parent.
        field: the field of tasks and records that holds the parent's id.
        parameter: the parameter of requests that names ids of the parent.
        wants: what the parent requests, or keeps of its records, only for children that want it.
        unless: when the parent lacks the parent of a record, for the documentation; empty if it never does.
        when: whether the stream has this parent, by the config.
    """

    stream: "type[PinterestStream]"
    field: str = ""
    parameter: str = ""
    wants: str = ""
    unless: str = ""
    when: Callable[[Config], bool] = lambda _: True


class ForeignKey(NamedTuple):
    """Fields that name a record of another stream by its primary key.

    Attributes:
        stream: the other stream's name.
        fields: one for each field of the other stream's primary key, in the same order. The ad account by which organic
            streams distinguish owners may be missing. If a field is empty, the record names no other record.
        unless: when the other stream lacks the record; empty if it never does.
    """

    stream: str
    fields: tuple[str, ...]
    unless: str = ""


def to_pin(field: str) -> ForeignKey:
    """Return the foreign key of a field that names a pin. An ad may promote a pin of another user."""
    return ForeignKey("pins", (field,), unless="the pin is somebody else's or deleted")


class ReadPriority(IntEnum):
    """How early a stream is read. Under a small quota, people wait for the numbers of their ads first."""

    ADS = 1
    """Analytics of ads, reports, the lists that these need, and the profile."""
    LIST = 2
    """Any other list of the user or of an ad account."""
    EACH = 3
    """A request for each campaign, ad group, product group, keyword, interest or pin of a new ad."""
    EACH_PIN = 4
    """A request for each board, section or pin, of which there are most."""
