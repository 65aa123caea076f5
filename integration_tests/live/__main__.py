"""A look at a real account: `python -m integration_tests.live secrets/config.json` prints a report without its data."""

import json
import logging
import os
import sys
from pathlib import Path

from integration_tests.live.look import look
from integration_tests.live.questions import QUESTIONS
from integration_tests.support.documents import table
from source_pinterest.engine.token_store import SAVE_TOKENS_VARIABLE
from source_pinterest.source import LOGGER, SourcePinterest


def main(path: Path) -> str:
    """The report."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(sys.stderr)  # what the connector logs names accounts, which the report must not
    os.environ[SAVE_TOKENS_VARIABLE] = "1"  # a rotated token would be lost otherwise
    source = SourcePinterest()
    is_fine, message = source.check_connection(LOGGER, source.read_config(str(path)))
    told, seen = look(json.loads(path.read_text(encoding="utf-8")), path)
    return "\n\n".join(
        [
            f"check: {'passed' if is_fine else 'failed'}{', with something to say' if message else ''}",
            table(("Stream", "One page"), told.items()),
            table(("Question", "Answer"), [(question.title, question.answer(seen)) for question in QUESTIONS]),
        ]
    )


if __name__ == "__main__":
    config = Path(*sys.argv[1:2]) if sys.argv[1:] else Path("secrets/config.json")
    if not config.is_file():
        sys.exit(f"make live needs {config}: a connector config with credentials of a Pinterest account.")
    sys.stdout.write(f"{main(config)}\n")
