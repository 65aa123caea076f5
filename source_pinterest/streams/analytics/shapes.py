"""The shapes of requests to Pinterest's synchronous analytics: how many ids and days."""

import math

from source_pinterest import limits


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
