"""A stream that a look knows nothing of makes one request by itself, and no other."""

from collections.abc import Iterator
from typing import Any

import pytest
from airbyte_cdk.sources.types import StreamSlice

from integration_tests.support.looks import small_account
from integration_tests.support.pinterest import Simulator
from integration_tests.tools.live.calls import Calls
from integration_tests.tools.live.pages import NothingToAskError, Pages
from integration_tests.tools.live.seen import Seen
from source_pinterest.api import Api
from source_pinterest.config import Config
from source_pinterest.engine.slices import partition_slice
from source_pinterest.streams.ads.lists import Audiences
from source_pinterest.streams.base.listing import Listed
from source_pinterest.streams.base.stream import PinterestStream, Sync
from source_pinterest.streams.organic.boards import Boards


class BoardsByKind(Boards):
    """Boards in slices of their own."""

    def slices(self) -> Iterator[StreamSlice]:
        """Two of them."""
        yield from (partition_slice({"kind": kind}) for kind in ("ours", "theirs"))

    def get_json_schema(self) -> Any:
        """That of boards."""
        return {**self.shared.stream(Boards).get_json_schema()}


class BoardsAtOnce(Boards):
    """Boards of which none is emitted before all are listed."""

    def listing(self, stream_slice: StreamSlice) -> Iterator[Listed]:
        """All pages as one."""
        yield from list(super().listing(stream_slice))

    def get_json_schema(self) -> Any:
        """That of boards."""
        return {**self.shared.stream(Boards).get_json_schema()}


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator(small_account(boards=3), page_cap=1) as simulator:
        yield simulator


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def pages(sim: Simulator, seen: Seen, monkeypatch: pytest.MonkeyPatch) -> Pages:
    monkeypatch.setenv("PINTEREST_API_URL", sim.url)
    config = Config.from_mapping(sim.access_token_config())
    api = Api.connect(config, lambda _: None, lambda: None)
    return Pages(Sync(api, config), Calls(api, sim.advance), seen)


def test_it_reads_a_page_of_its_first_slice(sim: Simulator, pages: Pages, seen: Seen) -> None:
    pages.read_by_itself(BoardsByKind, None)
    assert [entry.operation_id for entry in sim.log] == ["boards/list"]
    assert seen.shapes["boards_by_kind"].as_json() == {
        "records": 1,
        "fits_the_schema": True,
        "fields_the_schema_lacks": {"kind": ["string"]},
        "fields_of_another_type": {},
        "fields_not_named_here": 0,
    }


def test_one_that_goes_on_before_it_gives_anything_is_stopped(sim: Simulator, pages: Pages) -> None:
    pages.read_by_itself(BoardsAtOnce, None)
    assert [entry.operation_id for entry in sim.log] == ["boards/list"]


def test_one_that_needs_calls_of_others_makes_none(sim: Simulator, pages: Pages) -> None:
    with pytest.raises(NothingToAskError):
        pages.read_by_itself(Audiences, None)
    assert sim.log == []


@pytest.mark.parametrize("of", [Boards, Audiences])
def test_its_own_client_is_back_afterwards(of: type[PinterestStream], pages: Pages) -> None:
    client = pages.sync.stream(of).client
    pages.read_by_itself(of, partition_slice({} if of is Boards else {"ad_account_id": "1"}))
    assert pages.sync.stream(of).client is client
