"""The source reads the config before anything else, and says what it makes of it."""

import logging

import pytest
from airbyte_cdk.utils import AirbyteTracedException

from integration_tests.support.catalogs import catalog_of
from source_pinterest.source import SourcePinterest
from unit_tests.configs import config

LOGGER = logging.getLogger("airbyte")


def test_a_bad_config_is_one_config_error_of_each_command() -> None:
    subject, bad = SourcePinterest(), config(start_date="yesterday")
    for command in (
        lambda: subject.check(LOGGER, bad),
        lambda: subject.discover(LOGGER, bad),
        lambda: list(subject.read(LOGGER, bad, catalog_of(["boards"]), [])),
    ):
        with pytest.raises(AirbyteTracedException, match="Start Date"):
            command()


def test_a_clamped_option_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        SourcePinterest().streams(config(start_date="2001-01-01"))

    assert caplog.text.count("Start Date 2001-01-01 is older") == 1
