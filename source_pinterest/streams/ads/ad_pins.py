"""The pins that ads promote. Each is requested by its id, because the list of pins need not have it."""

from collections.abc import Generator, Iterator, Mapping
from functools import partial
from typing import Any

from source_pinterest.api.errors import AccessDeniedError, NotFoundError, TaskError, UnavailableError
from source_pinterest.api.session import path_of
from source_pinterest.engine.record_batches import RecordBatch
from source_pinterest.engine.tasks import Task
from source_pinterest.state.ad_pin_cursor import FIELD, AdPinCursor
from source_pinterest.state.cursor import StateStore
from source_pinterest.state.formats import PIN_KEY
from source_pinterest.streams.ads.accounts import AdAccountStream
from source_pinterest.streams.ads.entities import PROMOTED, Ads
from source_pinterest.streams.base.declaration import ForeignKey, Parent, ReadPriority, to_pin
from source_pinterest.streams.base.sync import SyncContext

_AS_SENT = ("title", "description", "alt_text", "link", "creative_type", "board_id", "dominant_color", "created_at")


class AdPins(AdAccountStream):
    """The pin of each ad, with its picture, also if `pins` does not list it. https://developers.pinterest.com/docs/api/v5/pins-get."""

    key = ("ad_account_id", "pin_id")
    path_template = "pins"
    page_size = None
    list_field = None
    scopes = ("ads:read", "boards:read", "pins:read")
    cursor_field = FIELD
    cost = "one request for each pin of a new or edited ad"
    rank = ReadPriority.EACH
    parents = (Parent(Ads, wants=PROMOTED),)
    state_cursor: AdPinCursor
    foreign_keys = (
        to_pin("pin_id"),
        ForeignKey("boards", ("board_id",), unless="the board is somebody else's or deleted"),
    )

    def __init__(self, sync: SyncContext) -> None:
        super().__init__(sync)
        self._ads = sync.stream(Ads)

    def new_cursor(self, store: StateStore) -> AdPinCursor:
        return AdPinCursor(store)

    def tasks_of_account(self, account: str) -> Iterator[Task]:
        """Yield a task for each unread pin. Five pins in a row that fail again stop only the others of this kind."""
        self._ads.ids.check((account,))
        promoted = self._ads.promoted.pop(account)
        for pin, failed_syncs in self.state_cursor.plan(account, promoted).items():
            task = Task({"ad_account_id": account, PIN_KEY: pin}, partial(self._read, promoted.made.get(pin)))
            if failed_syncs:
                task.group, task.failed_syncs = (account, "unread"), failed_syncs
            yield task

    def _read(self, created_time: int | None, task: Task) -> Generator[RecordBatch, None, None]:
        """Request a pin, and yield its record. It has no content if the user may not see the pin, or if it is gone.

        A pin that has failed before is requested once, without retries.

        Raises:
            FatalError: no further pin can be read.
            TaskError: the pin can't be read.
        """
        path = path_of(f"{self.path_template}/{{{PIN_KEY}}}", task.parents)
        params = {"ad_account_id": task["ad_account_id"]}
        try:
            response = self.client.send(path, params, self.parse, 0 if task.failed_syncs else None)
            [pin] = self.records(response.value, task)
            media = pin.get("media")
            record = {
                **{name: pin.get(name) for name in _AS_SENT},
                "image_url": _widest_image(media),
                "video_cover_url": _first_of(media, "cover_image_url"),
                "media": media,
                "is_readable": True,
            }
        except (AccessDeniedError, NotFoundError) as error:
            if isinstance(error, AccessDeniedError):
                about = f"{task[PIN_KEY]} of ad account {task['ad_account_id']} is not readable, so it has no content."
                later = "An edit of its ad, a full refresh or clearing the stream's data requests it again."
                self.notices.warn(task[PIN_KEY], f"{about} {later} {error.message}.")
            record = {"is_readable": False}
        except TaskError as error:
            raise TaskError(
                f"{self.name}: pin {task[PIN_KEY]} of ad account {task['ad_account_id']} could not be read. The next "
                f"sync requests it again. {error.message}",
                kind=error.kind,
                is_isolated=task.failed_syncs > 0 and not isinstance(error, UnavailableError),
            ) from error
        yield from self.to_record_batches([{**record, **task.parents, FIELD: created_time}])


def _first_of(media: Any, field: str) -> Any:
    """Return the field of the media, otherwise of the first picture or video in it that has one."""
    items = media.get("items") if isinstance(media, Mapping) else None
    parts = [media, *(items if isinstance(items, list) else ())]
    return next((part[field] for part in parts if isinstance(part, Mapping) and part.get(field)), None)


def _widest_image(media: Any) -> str | None:
    """Return the address of the first picture of a pin, in the largest size."""
    images = _first_of(media, "images")
    sizes = [size for size in images.values() if isinstance(size, Mapping)] if isinstance(images, Mapping) else []
    return max(sizes, key=_width, default={}).get("url")


def _width(size: Mapping[str, Any]) -> float:
    """Return the width of a picture; 0 without a valid number."""
    try:
        return float(size.get("width") or 0)
    except (TypeError, ValueError):
        return 0
