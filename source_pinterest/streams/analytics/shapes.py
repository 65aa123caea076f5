"""The shapes of requests to Pinterest's synchronous analytics: how many ids and days, and how long a URL."""

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence

from source_pinterest import limits
from source_pinterest.api.errors import ConfigError
from source_pinterest.engine.asks import COMMA

LONGEST_ID = "9" * limits.MAX_ID_DIGITS


def request_shape(
    ids: int, days: int, rows_a_day: int = 1, max_ids: int = limits.IDS_PER_ANALYTICS_REQUEST
) -> tuple[int, int]:
    """Return the number of ids and of days in a request, for the fewest requests within Pinterest's limits.

    Of shapes with as many requests, it is the one with the longest windows, because the state moves window by window.

    Args:
        ids: the number of entities.
        days: the number of days.
        rows_a_day: the rows that an entity has on a day.
        max_ids: the most ids that fit into a request.
    """
    cells = limits.ROWS_PER_ANALYTICS_REQUEST // rows_a_day
    windows = range(math.ceil(days / limits.ANALYTICS_WINDOW_DAYS), days + 1)
    lengths = (math.ceil(days / number) for number in windows)
    shapes = ((min(max_ids, max(1, cells // length)), length) for length in lengths)
    return min(shapes, key=lambda shape: math.ceil(ids / shape[0]) * math.ceil(days / shape[1]))


def check_url_length(columns: Sequence[str], length_with: Callable[[Sequence[str]], int], min_ids: int) -> None:
    """Check that a URL with these columns has room for ids of the largest length.

    Args:
        columns: the columns of the user's choice.
        length_with: returns the length of a URL with some of them, and no ids.
        min_ids: the number of ids that must fit.

    Raises:
        ConfigError: they do not fit.
    """
    max_length = limits.URL_CHARACTERS - min_ids * (len(LONGEST_ID) + len(COMMA))
    counts = range(1, len(columns) + 1)
    fit = bisect_right(counts, max_length, key=lambda count: length_with(columns[:count]))
    if fit < len(columns):
        raise ConfigError(
            f"Analytics Columns: {len(columns)} columns make the URL of a request too long for Pinterest; {fit} of "
            "them fit. Remove the others, or read them with Custom Reports, whose columns are not part of a URL.",
        )
