"""The attribution parameters of requests."""

from typing import Any

from source_pinterest.config import Config, attribution_of
from unit_tests.configs import TODAY, config


def asked(**options: Any) -> dict[str, Any]:
    return attribution_of(Config.from_mapping(config(**options), TODAY))


def test_pinterests_own_attribution_is_not_asked_for() -> None:
    assert asked() == {}


def test_chosen_attribution_is_asked_for() -> None:
    assert asked(attribution_window="7/7/0", conversion_report_time="TIME_OF_CONVERSION") == {
        "click_window_days": 7,
        "engagement_window_days": 7,
        "view_window_days": 0,
        "conversion_report_time": "TIME_OF_CONVERSION",
    }
