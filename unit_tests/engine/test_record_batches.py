"""Records become finished lines, in batches of bounded size that wait on disk or in memory."""

import errno
import io
import tempfile
from typing import Any

import pytest
from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.models import AirbyteMessage, AirbyteRecordMessage, Type

from source_pinterest.api.errors import ConfigError, ResponseTooLargeError
from source_pinterest.engine.record_batches import (
    RecordBatch,
    batch_records,
    buffer_until_complete,
)
from source_pinterest.limits import ROW_BYTES

STREAM = 'custom_"best"\\ones'
NOW = 1_764_093_000_123
RECORDS: list[dict[str, Any]] = [
    {"id": "1", "title": None, "media": {"url": None, "sizes": [None, {"width": None}]}},
    {"title": 'Äpfel 🎄 \u2028 " \\ \n', "empty": ""},
    {"all": None, "of": None, "them": None},
    {},
    {"rate": float("nan"), "small": 1e-7, "large": 1e22, "whole": 3.0},
    {"most": 2**64 - 1, "least": -(2**63)},
    {"yes": True, "no": False, "list": [1, "a", []], "object": {}},
]


def batch_with(*records: dict[str, Any]) -> RecordBatch:
    [batch] = batch_records(STREAM, records, clock=lambda: NOW * 1_000_000 + 999_999)
    return batch


def ordinary(record: dict[str, Any]) -> AirbyteMessage:
    message = AirbyteRecordMessage(stream=STREAM, data=dict(record), emitted_at=NOW)
    return AirbyteMessage(type=Type.RECORD, record=message)


def written_by_the_framework(record: dict[str, Any]) -> str:
    return AirbyteEntrypoint.airbyte_message_to_string(ordinary(record))


def test_a_line_is_the_frameworks_byte_for_byte() -> None:
    lines = "".join(f"{written_by_the_framework(record)}\n" for record in RECORDS)

    assert batch_with(*RECORDS) == RecordBatch(STREAM, lines.encode(), len(RECORDS))


def test_a_bundle_ends_before_it_grows_too_large() -> None:
    records = [{"id": str(number), "text": "x" * 10_000} for number in range(300)]
    record_batches = list(batch_records(STREAM, records))

    assert [record for batch in record_batches for record in batch.records()] == records
    assert [batch.count for batch in record_batches] == [103, 103, 94]
    assert all(batch.lines.endswith(b"\n") and batch.lines.count(b"\n") == batch.count for batch in record_batches)
    assert list(batch_records(STREAM, [])) == []


def test_a_record_is_bounded_like_a_row() -> None:
    assert batch_with({"name": "x" * (ROW_BYTES - 20)}).count == 1
    with pytest.raises(ResponseTooLargeError, match=r": a record has more than 1,048,576 bytes\."):
        batch_with({"name": "x" * ROW_BYTES})


# ---- Batches that wait

#: Three batches.
LARGE_RECORDS = [{"text": f"{number:05}" * 20_000} for number in range(30)]


def test_bundles_that_wait_come_back_from_the_disk_as_they_went(monkeypatch: pytest.MonkeyPatch) -> None:
    disk = io.BytesIO()
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: disk)
    record_batches = list(batch_records(STREAM, LARGE_RECORDS))

    assert list(buffer_until_complete(record_batches[:1])) == record_batches[:1]
    assert not disk.getvalue(), "one batch waits in memory"
    waiting = buffer_until_complete(record_batches)
    assert len(disk.getvalue()) == sum(len(batch.lines) for batch in record_batches)
    assert list(waiting) == record_batches
    assert disk.closed


@pytest.mark.parametrize(
    ("folder", "error", "sentence"),
    [
        ("/somewhere", OSError(errno.ENOSPC, "No space left on device"), "folder /somewhere can't be used (No space"),
        (None, FileNotFoundError(errno.ENOENT, "None found"), "The temporary folder of this machine can't be used"),
    ],
)
def test_a_disk_that_is_full_or_missing_is_a_sentence_that_names_the_folder(
    monkeypatch: pytest.MonkeyPatch, folder: str | None, error: OSError, sentence: str
) -> None:
    class Broken(io.BytesIO):
        def write(self, _: Any) -> int:
            raise error

    def opened(**_: object) -> Broken:
        if not folder:
            raise error
        return Broken()

    monkeypatch.setattr(tempfile, "TemporaryFile", opened)
    monkeypatch.setattr(tempfile, "tempdir", folder)
    with pytest.raises(ConfigError) as raised:
        buffer_until_complete(batch_records(STREAM, LARGE_RECORDS))
    assert sentence in str(raised.value.message)
