"""The streams that a look names, and the answers in its report."""

from collections.abc import Mapping
from typing import Any

from source_pinterest.streams import STREAMS


def state_of(report: Mapping[str, Any], question: str) -> tuple[str, str]:
    told = report["questions"][question]
    return told["state"], told["means"]


NAMES = {stream.stream_name() for stream in STREAMS}
SPLITS = {name for name in NAMES if name.startswith("user_account_analytics_by_")}
FIRST_LEVELS = {
    *("keyword_report", "product_group_report", "product_item_report"),
    *("campaign_analytics_report", "campaign_targeting_report"),
}
