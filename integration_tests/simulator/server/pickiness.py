"""These checks reject requests because of the simulator's settings, not because of a rule of the API."""

from urllib.parse import urlencode

from integration_tests.simulator.access.no_access import BETAS, NoAccess
from integration_tests.simulator.calls.errors import ApiError, app_not_approved
from integration_tests.simulator.calls.operation import Arguments, Operation
from integration_tests.simulator.organic.pin_analytics import VIDEO_METRICS, is_picture
from integration_tests.simulator.reports.fields import FILTERS
from integration_tests.simulator.server.reply import Reply, rejection
from integration_tests.simulator.server.request_log import Entry
from integration_tests.simulator.server.settings import Settings
from integration_tests.simulator.world.world import World

_PINS_REJECTED = {
    "pins/analytics": ApiError(400, 400, "Invalid pins analytics parameters."),
    "multi_pins/analytics": ApiError(400, 1, "Invalid multi_pins analytics parameters."),
}
"""As the API's description words them."""
_REJECTABLE = ("columns", "targeting_types", "metric_types", "campaign_objective_types", *FILTERS)


def too_long(settings: Settings, entry: Entry) -> Reply | None:
    """The rejection of an address that is too long, by Pinterest or by a CDN in front of it."""
    url = f"{entry.path}?{urlencode(entry.query)}" if entry.query else entry.path
    if len(url) <= settings.max_url_length:
        return None
    if settings.long_url_status is None:
        return rejection(ApiError(414, 414, "URI too long."))
    return Reply(settings.long_url_status, b"<h1>Too long request string</h1>", media_type="text/html")


def reject_the_unapproved(settings: Settings) -> None:
    """Rejects every operation of an app that waits for its approval, with an `ApiError`."""
    if not settings.approved:
        raise app_not_approved()


def reject_the_shut_out(settings: Settings, operation: Operation) -> None:
    """Rejects an operation that this app or user may not call, with an `ApiError`."""
    name = operation.operation_id
    is_closed = name in BETAS and name not in settings.open_betas
    if rejection_of := settings.no_access.get(name, NoAccess.RESTRICTED if is_closed else None):
        raise rejection_of.error()


def reject_names(settings: Settings, operation: Operation, arguments: Arguments) -> None:
    """Rejects a request for a column, a targeting type, a metric or a value of a filter; an `ApiError` may name it."""
    for key in _REJECTABLE:
        asked = arguments.get(key) or ()
        for rejected in settings.rejected_names:
            if rejected in asked:
                allowed = [name for name in asked if name != rejected]
                words = {
                    "columns": f"Columns {rejected} are not available.",
                    "metric_types": f"Parameter 'metric_types' (value {rejected}) is not one of {', '.join(allowed)}",
                }
                if operation.method == "POST" or key not in words:
                    words[key] = f"'{rejected}' is not one of {allowed}"
                raise ApiError(400, 1, words[key] if settings.names_the_rejected else "Invalid parameters")


def reject_video_metrics(settings: Settings, world: World, operation: Operation, arguments: Arguments) -> None:
    """Rejects a request for the video metrics of pins of which one is a picture, with an `ApiError`."""
    rejection_of = _PINS_REJECTED.get(operation.operation_id)
    if settings.video_metrics_of_pictures or rejection_of is None:
        return
    pins = arguments.get("pin_ids") or (arguments["pin_id"],)
    if set(VIDEO_METRICS).intersection(arguments["metric_types"]) and any(is_picture(world, pin) for pin in pins):
        raise rejection_of
