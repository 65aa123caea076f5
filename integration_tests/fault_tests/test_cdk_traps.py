"""Ways in which the framework loses data, hangs or tells secrets when a Python source uses it plainly.

Each test goes red without what the connector does about one of them. The others are held where the connector's own
promise is: pages after the first (`sync_tests/test_full.py`), states before their records
(`state_tests/test_crash_points.py`), windows of several accounts and failed windows
(`unit_tests/properties/test_day_cursors.py`), timeouts (`unit_tests/api/test_session.py`), processes that never end
(`unit_tests/test_run.py`), and rate limit headers (`cost_tests/test_budget_saturation.py`).
"""

from itertools import islice

import pytest
import requests

from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from source_pinterest.api import Api
from source_pinterest.config import Config
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.base.sync import SyncContext
from source_pinterest.streams.organic.boards import Boards


def test_the_sequential_reader_of_the_framework_reads_a_stream_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with Simulator(World(boards=300)) as sim:
        monkeypatch.setenv("PINTEREST_API_URL", sim.url)
        boards = _sync(sim).stream(Boards)
        # The framework's sequential reader, cut off where it would go round again.
        assert len(list(islice(boards.read_only_records(), 700))) == 300
        assert len(sim.calls("boards/list")) == 2


def test_the_trace_of_a_concurrent_stream_has_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(stream: PinterestStream, _body: object) -> None:
        request = stream.api.authenticator(requests.Request("GET", stream.url_base).prepare())
        raise RuntimeError(f"{stream.name} was sent {request.headers['Authorization']}")

    monkeypatch.setattr(Boards, "parse", broken)
    with Simulator() as sim:
        output = run_sync(sim, ["boards"])
        traces = output.errors_of("boards")
        text = "".join(f"{trace.message}{trace.internal_message}{trace.stack_trace}" for trace in traces)
        assert "boards was sent Bearer ****" in text  # where the source line that a trace quotes has {stream.name}
        assert not [secret for secret in sim.secrets if secret in text]


def _sync(sim: Simulator) -> SyncContext:
    config = Config.from_mapping(sim.config())
    return SyncContext(Api.connect(config, lambda _: None), config)
