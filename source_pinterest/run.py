"""How does the process start, and how does it end? Tuned for records, and never hanging.

Workers that wait on a full queue would keep a failed process alive for ever, so that it ends hard, after its output
has been written.
"""

import gc
import os
import signal
import sys
import threading
from types import FrameType, TracebackType
from typing import NoReturn

from airbyte_cdk.entrypoint import launch
from airbyte_cdk.exception_handler import init_uncaught_exception_handler

from source_pinterest.source import LOGGER, SourcePinterest
from source_pinterest.sync.messages import flush_stdout

_COLLECT_EVERY_ALLOCATIONS = 50_000
"""Records are flat and short-lived; the default of 700 spends 40 % of the time on walking them."""

_LAST_WORDS_SECONDS = 5.0


def run() -> NoReturn:
    """Run the command of the command line, and exit with its code."""
    init_uncaught_exception_handler(LOGGER)
    signal.signal(signal.SIGTERM, _terminate)
    code = 1
    try:
        source = SourcePinterest()
        gc.set_threshold(_COLLECT_EVERY_ALLOCATIONS, 20, 100)
        gc.freeze()
        launch(source, sys.argv[1:])
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except KeyboardInterrupt:
        code = 128 + signal.SIGINT
    except BrokenPipeError:
        code = 1  # whoever read our output is gone; there is nobody left to tell
    except BaseException:  # noqa: BLE001 - the last line of defence: told, then the process must end
        sys.excepthook(*_raised())
    finally:
        _exit(code)


def _raised() -> tuple[type[BaseException], BaseException, TracebackType | None]:
    kind, error, traceback = sys.exc_info()
    if kind is None or error is None:
        raise RuntimeError("Called without an exception.")
    return kind, error, traceback


def _terminate(signum: int, frame: FrameType | None) -> NoReturn:
    del frame
    raise SystemExit(128 + signum)


def _exit(code: int) -> NoReturn:
    """End now, and even if nobody reads what is left to say."""
    last_resort = threading.Timer(_LAST_WORDS_SECONDS, os._exit, (code or 1,))
    last_resort.daemon = True
    last_resort.start()
    try:
        flush_stdout()
        sys.stderr.flush()
    except OSError:
        code = code or 1
    os._exit(code)
