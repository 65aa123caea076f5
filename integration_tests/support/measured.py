"""Measure a command's memory and processor time: `python measured.py usage.json command ...`.

A process of its own, and a small one: a child starts out with its parent's memory as its peak, and a test session is
large.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

# Linux counts in KiB, macOS in bytes.
PEAK_UNIT_BYTES = 1 if sys.platform == "darwin" else 1024


def main(usage_file: str, command: list[str]) -> int:
    """Run the command, note what it took, and end as it did."""
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    taken = {"peak_bytes": usage.ru_maxrss * PEAK_UNIT_BYTES, "cpu_seconds": usage.ru_utime + usage.ru_stime}
    Path(usage_file).write_text(json.dumps(taken), encoding="utf-8")
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
