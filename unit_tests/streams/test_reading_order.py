"""Do parents come before their children, and of the daily numbers those that are furthest behind?"""

from airbyte_cdk.models import AirbyteStateMessage
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager

from source_pinterest.streams import STREAMS
from source_pinterest.streams.selection import in_reading_order
from unit_tests.streams.pinterest import configured, state_of

EARLY, LATE = "2026-06-20", "2026-06-30"


def order(*names: str, state: list[AirbyteStateMessage] | None = None) -> list[str]:
    """The names in the order in which they are read."""
    catalog = in_reading_order([configured(name=name) for name in names], ConnectorStateManager(state or []))
    return [one.stream.name for one in catalog.streams]


def test_without_a_state_all_come_in_the_order_of_the_registry() -> None:
    names = [stream.stream_name() for stream in STREAMS]

    assert order(*reversed(names)) == names


def test_lists_come_in_the_order_of_the_registry_whatever_their_states() -> None:
    state = [*state_of("campaigns", "11", updated_time=9), *state_of("ads", "11", updated_time=1)]

    assert order("ads", "campaigns", "boards", state=state) == ["boards", "campaigns", "ads"]


def test_of_daily_numbers_those_furthest_behind_come_first_and_after_all_lists() -> None:
    state = [*state_of("ad_account_analytics", "11", DATE=LATE), *state_of("ad_analytics", "11", DATE=EARLY)]
    wanted = ("ad_account_analytics", "campaign_analytics", "ad_analytics", "pin_analytics", "trending_keywords")

    assert order(*wanted, state=state) == [
        "trending_keywords",
        "pin_analytics",
        "campaign_analytics",  # has not begun
        "ad_analytics",
        "ad_account_analytics",
    ]


def test_the_account_that_is_furthest_behind_counts() -> None:
    behind = state_of("ad_analytics", "11", DATE=LATE) + state_of("ad_analytics", "12", DATE=EARLY)
    both = behind[0]
    both.stream.stream_state.states += behind[1].stream.stream_state.states  # type: ignore[union-attr]
    state = [*state_of("campaign_analytics", "11", DATE="2026-06-25"), both]

    assert order("campaign_analytics", "ad_analytics", state=state) == ["ad_analytics", "campaign_analytics"]


def test_a_report_of_the_users_own_takes_its_turn_after_those_that_are_as_far() -> None:
    wanted = ("custom__weekly", "campaign_analytics", "advertiser_report", "boards")
    first = ["boards", "campaign_analytics", "advertiser_report", "custom__weekly"]
    assert order(*wanted) == first

    behind = state_of("campaign_analytics", "11", DATE=LATE) + state_of("custom__weekly", "11", DATE=EARLY)
    assert order(*wanted, state=behind) == ["boards", "advertiser_report", "custom__weekly", "campaign_analytics"]
