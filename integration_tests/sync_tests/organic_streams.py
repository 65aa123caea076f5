"""The streams of profiles, boards and pins, and a state that has their settled days."""

from datetime import timedelta

from integration_tests.support.pinterest import World
from integration_tests.support.truth import PRIMARY_KEYS

EVERYTHING = tuple(
    name for name in PRIMARY_KEYS if name.startswith(("user_account", "board", "pin", "top_", "following"))
)


def settled_two_days_ago(world: World, since: int = 89) -> dict[str, str]:
    """The cursor of an owner whose days were read up to today, the last two of which are still counted."""
    first, settled, today = (str(world.today - timedelta(days=age)) for age in (since, 2, 0))
    return {"date": settled, "from": first, "settled": settled, "read": today}
