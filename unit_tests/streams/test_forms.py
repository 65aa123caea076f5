"""What can be read in one way only is read: each form of an answer gives the records of its plain form."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from source_pinterest.engine.slices import batch_slice, partition_slice
from source_pinterest.state.history import PlannedWindow
from source_pinterest.streams.analytics.levels import CampaignAnalytics
from source_pinterest.streams.organic.pins import Pins
from unit_tests.streams.analytics.syncs import window
from unit_tests.streams.pinterest import Pinterest, page, records_of

Records = list[dict[str, Any]]
Read = Callable[[Pinterest, Any], Records]

INEXACT = "Pinterest sent ids that are not exact"


def campaigns(pinterest: Pinterest, rows: Any) -> Records:
    """The records of campaigns' analytics."""
    pinterest.answers("ad_accounts/11/campaigns/analytics", {"text": json.dumps(rows)})
    found = batch_slice({"ad_account_id": "11"}, PlannedWindow(window(9, 0)), ("549760000001",), 0)
    return list(records_of(pinterest.stream(CampaignAnalytics).read_slice(found)))


def pins(pinterest: Pinterest, items: Any) -> Records:
    """The records of pins."""
    pinterest.answers("pins", page(items))
    return pinterest.read(Pins, partition_slice({}))


def row(**fields: Any) -> dict[str, Any]:
    return {"CAMPAIGN_ID": "549760000001", "AD_ACCOUNT_ID": "11", "DATE": "2026-07-01", **fields}


@pytest.mark.parametrize(
    ("read", "form", "plain", "warning"),
    [
        (campaigns, [row(CAMPAIGN_ID=549760000001)], [row()], ""),
        (campaigns, [row(CAMPAIGN_ID=549760000001.0)], [row()], ""),
        (campaigns, [row(ADVERTISER_ID=5.49760000001e11)], [row(ADVERTISER_ID="549760000001")], ""),
        (campaigns, [row(ADVERTISER_ID=2.0**53 - 1)], [row(ADVERTISER_ID="9007199254740991")], ""),
        (campaigns, [row(ADVERTISER_ID=2.0**53)], [row(ADVERTISER_ID=None)], INEXACT),
        (campaigns, [row(ADVERTISER_ID=2**60 + 1)], [row(ADVERTISER_ID="1152921504606846977")], ""),
        (
            campaigns,
            [row(ADVERTISER_ID=1.5), row(DATE="2026-06-30", PIN_ID=[5])],
            [row(), row(DATE="2026-06-30")],
            INEXACT,
        ),
        (pins, [{"id": 813.0, "board_id": 5.0}], [{"id": "813", "board_id": "5"}], ""),
        (pins, [{"id": "813", "board_id": 2.0**60}], [{"id": "813", "board_id": None}], INEXACT),
    ],
)
def test_a_form_is_read_like_the_plain_one(
    pinterest: Pinterest, caplog: pytest.LogCaptureFixture, read: Read, form: Any, plain: Any, warning: str
) -> None:
    found = read(pinterest, form)
    warned = [message for message in caplog.messages if "Pinterest sent" in message]

    assert found == read(pinterest, plain) != []
    assert len(warned) == bool(warning), warned
    assert warning in "".join(warned)
