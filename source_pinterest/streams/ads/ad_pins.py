"""The pins that ads promote. Each is requested by its id, because the list of pins need not have it."""

from collections.abc import Generator, Iterator, Mapping
from typing import Any

from source_pinterest.api.errors import GoneError, PinterestError, RefusedError, SliceError
from source_pinterest.api.rows import ListPage, Record, one_item
from source_pinterest.api.session import path_of
from source_pinterest.engine.ledger import FAILURES_IN_A_ROW
from source_pinterest.engine.pages import Page
from source_pinterest.engine.tasks import Task, batches
from source_pinterest.state.ad_pin_cursor import FIELD, AdPinCursor
from source_pinterest.state.cursor import StateStore
from source_pinterest.state.period import Setup
from source_pinterest.streams.ads.accounts import AdAccountStream
from source_pinterest.streams.ads.entities import Ads
from source_pinterest.streams.base.stream import ForeignKey, Rank, Sync, to_pin

_PINS_OF_A_TASK = 100
_FAILED_SYNCS_BEFORE_WARNING = 3
"""From this failed sync on, a pin no longer makes the stream incomplete."""

_AS_SENT = ("title", "description", "alt_text", "link", "creative_type", "board_id", "dominant_color", "created_at")


class AdPins(AdAccountStream):
    """The pin of each ad, with its picture, also if `pins` does not list it. https://developers.pinterest.com/docs/api/v5/pins-get."""

    primary_key: str | list[str] = ["ad_account_id", "pin_id"]  # noqa: RUF012 - an attribute of the framework's
    path_template = "pins"
    page_size = None
    scopes = ("ads:read", "boards:read", "pins:read")
    cursor_field = FIELD
    cost = "one request for each pin of a new or edited ad"
    rank = Rank.EACH
    needs = (Ads,)
    checkpoint: AdPinCursor
    foreign_keys = (
        to_pin("pin_id"),
        ForeignKey("boards", ("board_id",), unless="the board is somebody else's or deleted"),
    )

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        self._ads = sync.stream(Ads)

    def select(self) -> None:
        """Have the list of ads keep the pins."""
        super().select()
        self._ads.keeps_pins = True

    def new_cursor(self, setup: Setup, store: StateStore) -> AdPinCursor:
        """Return a cursor that holds which pins of each account are known."""
        del setup
        return AdPinCursor(store)

    def tasks_of_account(self, account: str) -> Iterator[Task]:
        """Yield a task for each batch of pins that are to be read; an empty one if all are known."""
        self._ads.ids.check((account,))
        promoted = self._ads.take_promoted(account)
        pins = self.checkpoint.plan(account, promoted)
        for number, batch in enumerate(batches(pins, _PINS_OF_A_TASK) or [()]):
            yield self._task_of_pins(account, number, {pin: promoted.made.get(pin) for pin in batch})

    def _task_of_pins(self, account: str, number: int, made: Mapping[str, int | None]) -> Task:
        return Task({"ad_account_id": account}, lambda task: self._read(task, made), named={"batch": number})

    def _read(self, task: Task, made: Mapping[str, int | None]) -> Generator[Page, None, None]:
        """Yield the records of pins. What was read is emitted before an error ends the task.

        Raises:
            FatalError: no further pin can be read.
            SliceError: pins could not be read, in the first or second sync.
        """
        records: list[Record] = []
        failed: list[str] = []
        error: PinterestError | None = None
        failures_in_a_row = 0
        for pin, created_time in made.items():
            try:
                records.append({**self._fetch(task, pin), FIELD: created_time})
                failures_in_a_row = 0
            except SliceError as failure:
                error = failure
                failed.append(pin)
                failures_in_a_row += 1
            except PinterestError as failure:
                error = failure
                break
            if failures_in_a_row == FAILURES_IN_A_ROW:
                break
        yield from self.to_pages(records)
        account, read = task["ad_account_id"], {record["pin_id"] for record in records}
        self.checkpoint.settle(account, read, failed)
        if error:
            self._end(error, account, [pin for pin in made if pin not in read], failures_in_a_row)

    def _end(self, error: PinterestError, account: str, unread: list[str], failures_in_a_row: int) -> None:
        """Raise an error if pins of a task are unread, or warn if all of them have failed often."""
        if not isinstance(error, SliceError):
            raise error
        syncs = {pin: self.checkpoint.failed_syncs(account, pin) for pin in unread}
        if fresh := [pin for pin, failed in syncs.items() if failed < _FAILED_SYNCS_BEFORE_WARNING]:
            others = f" and {len(fresh) - 1} more" if len(fresh) > 1 else ""
            raise SliceError(
                f"ad_pins: pin {fresh[0]}{others} of ad account {account} could not be read. The next sync asks for "
                f"them again. {error.message}",
                kind=error.kind,
                is_isolated=failures_in_a_row < FAILURES_IN_A_ROW,
            )
        for pin, failed in syncs.items():
            self.notices.warn(
                f"{account}/{pin}",
                f"pin {pin} of ad account {account} could not be read in {failed} syncs. The stream counts as complete "
                f"without it, and each sync asks for it again. {error.message}",
            )

    def _fetch(self, task: Task, pin_id: str) -> Record:
        """Request a pin. One that the user may not see, or that is gone, is a record without content.

        Raises:
            PinterestError: it can't be known what the pin is.
        """
        path = path_of(f"{self.path_template}/{{pin_id}}", {"pin_id": pin_id})
        try:
            response = self.client.get(path, dict(task.parents), self.parse)
        except (RefusedError, GoneError):
            return {**task.parents, "pin_id": pin_id, "is_readable": False}
        [pin] = self.records(response.value, task)
        media = pin.get("media")
        return {
            **{name: pin.get(name) for name in _AS_SENT},
            **task.parents,
            "pin_id": pin_id,
            "image_url": _widest_image(media),
            "video_cover_url": _first_of(media, "cover_image_url"),
            "media": media,
            "is_readable": True,
        }

    def parse(self, chunks: Iterator[bytes]) -> ListPage:
        """Return a pin as a page with one item.

        Raises:
            MalformedResponseError: the body is no pin.
        """
        return one_item(chunks)


def _first_of(media: Any, field: str) -> Any:
    """Return the field of the media, or else of the first picture or video in it that has one."""
    items = media.get("items") if isinstance(media, Mapping) else None
    parts = [media, *(items if isinstance(items, list) else ())]
    return next((part[field] for part in parts if isinstance(part, Mapping) and part.get(field)), None)


def _widest_image(media: Any) -> str | None:
    """Return the address of the first picture of a pin, in the largest size."""
    images = _first_of(media, "images")
    sizes = [size for size in images.values() if isinstance(size, Mapping)] if isinstance(images, Mapping) else []
    return max(sizes, key=_width, default={}).get("url")


def _width(size: Mapping[str, Any]) -> float:
    """Return the width of a picture; 0 if Pinterest gives no number, or one that is none."""
    try:
        return float(size.get("width") or 0)
    except (TypeError, ValueError):
        return 0
