"""`Settings` defines how the local Pinterest behaves, apart from its data."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from integration_tests.simulator.access.no_access import NoAccess
from integration_tests.simulator.access.oauth import ALL_SCOPES, Rotation
from integration_tests.simulator.faults.script import Fault

SEEN_REJECTED = ((30, 0, 0), (0, 0, 1), (1, 30, 1), (1, 60, 1), (1, 60, 30), (14, 1, 1), (14, 30, 1))
"""Days after a click, an engagement and a view that Pinterest was seen to reject together."""


@dataclass(kw_only=True)
class Settings:
    """The options of `Simulator`, beside its world."""

    profile: str = "standard"  # of the quotas: standard, trial, docs_2022, or one that is never used up: ample
    daily_share: float = 1  # of the allowances that last a day, for a short test
    clock: Callable[[], float] = time.time  # of quotas, tokens, bookmarks and report jobs
    faults: Sequence[Fault] = ()
    latency: float = 0  # seconds before each answer
    scopes: tuple[str, ...] = ALL_SCOPES
    refresh_rotation: Rotation = Rotation.KEEP
    max_url_length: int = 8_192  # which is what the CDN documents
    long_url_status: int | None = None  # with which a CDN rejects a longer one, without JSON; None: Pinterest's own 414
    page_cap: int | None = None  # so many items a page holds at most, whatever page_size requests
    report_seconds: float = 2  # until a report has finished
    rejected_names: Collection[
        str
    ] = ()  # columns, targeting types, metrics of pins and values of filters that cost a 400
    names_the_rejected: bool = True  # whether that 400 says which they are
    video_metrics_of_pictures: bool = True  # whether a request for pins without a video may name them; if not, a 400
    no_access: Mapping[str, NoAccess] = field(default_factory=dict)  # operations that this app or user may not call
    open_betas: Collection[str] = ()  # those of `BETAS` that this app may call
    approved: bool = True  # whether Pinterest has approved the app; every call of one that waits is rejected
    rejected_windows: Collection[tuple[int, int, int]] = SEEN_REJECTED  # click, engagement and view days

    def __post_init__(self) -> None:
        self.refresh_rotation = Rotation(self.refresh_rotation)
