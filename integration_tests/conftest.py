"""What every whole sync stands on: no network but loopback, child processes included."""

import gc
import os
from collections.abc import Generator, Iterator

import pytest
from airbyte_cdk.sources.streams import Stream

from integration_tests.network_guard import confine_to_loopback
from source_pinterest.masking import SECRETS, Secrets

# Set by a platform or by a developer's shell, either would change what the connector does.
OUTSIDE_SETTINGS = ("DEPLOYMENT_MODE", "PINTEREST_API_URL", "PINTEREST_SAVE_TOKENS")

confine_to_loopback()
for setting in OUTSIDE_SETTINGS:
    os.environ.pop(setting, None)


def pytest_collection_finish() -> None:
    """What was imported stays; the collector went through all of it a thousand times, a quarter of the whole time."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Of a failure in a module with `SHOWS_LOG = False`, show the assertion alone. The log is there with -s."""
    report = yield
    if not getattr(getattr(item, "module", None), "SHOWS_LOG", True):
        report.sections.clear()
    return report


@pytest.fixture(autouse=True)
def _forget_streams() -> Iterator[None]:
    """The framework's cache of schemas holds on to every stream of every sync."""
    yield
    Stream.get_json_schema.cache_clear()


@pytest.fixture(autouse=True)
def _forget_secrets() -> None:
    """A process that a user starts knows the secrets of its own config only."""
    vars(SECRETS).update(vars(Secrets()))
