"""Logs and other printed text show no secret and are otherwise unchanged."""

import io
import json
import logging
import threading

import pytest
from airbyte_cdk.utils.airbyte_secrets_utils import update_secrets

from source_pinterest.engine.output import MaskedLogFormatter, MaskedStream, mask_logs
from source_pinterest.masking import SECRETS
from unit_tests.threads import PATIENCE_SECONDS

SECRET = 'false "secret" 8675309'


@pytest.fixture(autouse=True)
def _known() -> None:
    SECRETS.keep(SECRET, "message")


def record(level: int, text: str, *arguments: object, error: BaseException | None = None) -> logging.LogRecord:
    exc_info = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("airbyte", level, "file", 1, text, arguments, exc_info)


@pytest.mark.parametrize("level", [logging.INFO, logging.WARNING, logging.ERROR])
def test_a_log_line_is_masked_and_still_a_message(level: int) -> None:
    logged = record(level, "A message about %s", SECRET, error=ValueError(f"{SECRET}, a message"))
    line = json.loads(MaskedLogFormatter().format(logged))

    assert line["type"] == "LOG"
    assert line["log"]["message"].startswith("A **** about ****\n")
    assert line["log"]["message"].endswith("ValueError: ****, a ****")
    assert "8675309" not in json.dumps(line)


def test_a_stack_trace_is_masked_though_the_framework_s_own_list_was_replaced() -> None:
    """As it is at the beginning of each command."""
    update_secrets([])
    line = MaskedLogFormatter().format(record(logging.ERROR, "It failed", error=ValueError(SECRET)))

    assert json.loads(line)["log"]["message"].endswith("ValueError: ****")


def test_a_debug_line_is_masked_too() -> None:
    line = json.loads(MaskedLogFormatter().format(record(logging.DEBUG, f"GET {SECRET}")))

    assert line == {"type": "DEBUG", "message": "GET ****", "data": {}}


def test_the_record_itself_stays_as_it_was_for_other_handlers() -> None:
    logged = record(logging.INFO, "About %s", SECRET)
    MaskedLogFormatter().format(logged)

    assert logged.getMessage() == f"About {SECRET}"


def test_what_is_printed_is_masked() -> None:
    stream = io.StringIO()
    print(f"Two: {SECRET}", "and", file=MaskedStream(stream), flush=True)

    assert stream.getvalue() == "Two: **** and\n"


def test_what_a_thread_dies_of_is_logged(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    formatters = [(handler, handler.formatter) for handler in logging.getLogger().handlers]
    try:
        mask_logs()
        assert formatters
        for handler, _ in formatters:
            assert "Two: ****" in handler.format(record(logging.INFO, "Two: %s", SECRET))
        thread = threading.Thread(target=lambda: {}["id"])
        thread.start()
        thread.join(PATIENCE_SECONDS)
    finally:
        for handler, formatter in formatters:
            handler.setFormatter(formatter)

    [logged] = caplog.records
    assert logged.levelno == logging.ERROR
    assert logged.exc_info
    assert isinstance(logged.exc_info[1], KeyError)
