"""What does this Pinterest refuse because a test wants it to, although no rule of the API says so?"""

from urllib.parse import urlencode

from integration_tests.simulator.calls.errors import ApiError
from integration_tests.simulator.calls.operation import Arguments
from integration_tests.simulator.server.reply import Reply, refusal
from integration_tests.simulator.server.request_log import Entry
from integration_tests.simulator.server.settings import Settings

_REFUSABLE = ("columns", "targeting_types", "metric_types")


def too_long(settings: Settings, entry: Entry) -> Reply | None:
    """The refusal of an address that is too long, by Pinterest or by a CDN in front of it."""
    url = f"{entry.path}?{urlencode(entry.query)}" if entry.query else entry.path
    if len(url) <= settings.max_url_length:
        return None
    if settings.long_url_status is None:
        return refusal(ApiError(414, 414, "URI too long."))
    return Reply(settings.long_url_status, b"<h1>Too long request string</h1>", media_type="text/html")


def refuse_names(settings: Settings, arguments: Arguments) -> None:
    """Refuses a request for a column, a targeting type or a metric; an `ApiError` that may name it."""
    asked = [name for key in _REFUSABLE for name in arguments.get(key) or ()]
    if refused := [name for name in asked if name in settings.refused_names]:
        named = f"Not supported: {refused[0]}" if settings.names_the_refused else "Invalid parameters"
        raise ApiError(400, 1, named)
