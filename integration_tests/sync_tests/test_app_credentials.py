"""The token of an app itself reads what Pinterest serves to it, and no request is rejected."""

from datetime import timedelta

from integration_tests.simulator.endpoints import CREATE_REPORTS, ENDPOINTS
from integration_tests.support.assertions import assert_exact
from integration_tests.support.pinterest import Simulator
from integration_tests.support.syncs import run_sync
from integration_tests.support.worlds import small_world
from source_pinterest.api.auth import APP_SCOPES
from source_pinterest.limits import SYNC_HISTORY_DAYS
from source_pinterest.streams import STREAMS
from source_pinterest.streams.base.stream import PinterestStream
from tools.stream_table import operation_of

THROTTLED = 429
"""A fast machine may meet the limit of a second, which says nothing of permissions."""

TAKING_APP_TOKENS = {one.operation_id for one in (*ENDPOINTS, *CREATE_REPORTS) if one.takes_app_token}
OPEN = [stream for stream in STREAMS if not stream.needs_user_token]


def takes_app_token(stream: type[PinterestStream]) -> bool:
    """Whether Pinterest serves a stream to the app itself, and the list that its ids come from."""
    listed_by = next((parent.stream for parent in reversed(stream.parents)), None)
    is_open = operation_of(stream).replace("-", "/") in TAKING_APP_TOKENS
    return is_open and (listed_by is None or takes_app_token(listed_by))


def test_streams_are_closed_to_the_app_where_their_operations_are() -> None:
    closed = {stream.stream_name() for stream in STREAMS if stream.needs_user_token}
    assert closed == {stream.stream_name() for stream in STREAMS if not takes_app_token(stream)}


def test_streams_that_take_a_users_token_alone_say_so_and_the_others_are_whole() -> None:
    names = [stream.stream_name() for stream in STREAMS]
    with Simulator(small_world(), open_betas=["multi_pins/analytics"]) as sim:
        output = run_sync(sim, names, config=sim.app_config(trend_regions=["US"]))
        readable = [name for name in names if output.status(name) == "COMPLETE"]
        assert readable == [stream.stream_name() for stream in OPEN]
        assert not [entry for entry in sim.log if entry.status >= 400 and entry.status != THROTTLED]
        assert_exact(output, sim, ["campaigns", "boards", "pins", "catalogs_feeds"])
        for name in set(names) - set(readable):
            [error] = output.errors_of(name)
            assert str(error.message).startswith(f"{name} can't be read with App Credentials")


def test_older_days_are_left_to_users_because_they_come_from_reports() -> None:
    world = small_world()
    world.first_day = start = world.today - timedelta(days=200)
    with Simulator(world) as sim:
        config = sim.app_config(start_date=str(start))
        output = run_sync(sim, ["campaign_analytics"], config=config, destination="append")
        assert output.status("campaign_analytics") == "COMPLETE"
        days = sorted(record["DATE"] for record in output.records["campaign_analytics"])
        assert days[0] == str(sim.world.today - timedelta(days=SYNC_HISTORY_DAYS))
        assert not [entry for entry in sim.log if entry.method == "POST" and entry.operation_id != "oauth/token"]
        assert not [entry for entry in sim.log if entry.status >= 400 and entry.status != THROTTLED]


def test_the_app_requests_the_permissions_of_its_streams() -> None:
    needed = {scope for stream in OPEN for scope in stream.scopes}

    assert set(APP_SCOPES.split(",")) == needed | {"boards:read_secret", "pins:read_secret"}
