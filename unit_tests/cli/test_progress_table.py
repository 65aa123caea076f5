"""The progress table of a sync."""

import io

from airbyte_cdk.models import AirbyteStreamStatus
from rich.console import Console

from source_pinterest.api.usage import Usage
from source_pinterest.cli.progress_table import table_of
from source_pinterest.engine.progress import Progress


def test_streams_that_run_come_first_and_the_others_with_their_end() -> None:
    progress = Progress(Usage(), ["boards", "pins", "ads", "[red]campaigns", "ad_groups"])
    for name in progress.streams[:-1]:
        progress.usage.stream(name).count("sent")
        progress.usage.stream(name).count("tasks")
    progress.usage.stream("[red]campaigns").count("reports", 2)
    progress.usage.stream("[red]campaigns").count("reports done")
    progress.records["pins"] = 12_345
    progress.ended |= {"boards": AirbyteStreamStatus.COMPLETE, "ads": AirbyteStreamStatus.INCOMPLETE}
    console = Console(file=io.StringIO(), width=80, height=24, record=True)
    console.print(table_of(progress, 61.4, 4))
    title, _, _, *rows = [line.split() for line in console.export_text().splitlines()]

    assert " ".join(title) == "Pinterest, 0:01:01: 12,345 records, 2 of 5 streams ended"
    assert [row[0] for row in rows] == ["pins", "[red]campaigns", "boards", "ads"]
    assert rows[0] == ["pins", "12,345", "0", "of", "1", "1", "running"]
    assert rows[1][-4:] == ["1", "of", "2", "reports"]
    assert [row[-1] for row in rows[2:]] == ["done", "incomplete"]
