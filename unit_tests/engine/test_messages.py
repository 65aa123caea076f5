"""Errors leave without secrets."""

import pytest
from airbyte_cdk.models import AirbyteMessage, FailureType, StreamDescriptor
from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest.engine.output import sanitize_message
from source_pinterest.masking import SECRETS


def trace(kind: FailureType = FailureType.system_error, sentence: str = "It failed.") -> AirbyteMessage:
    error = AirbyteTracedException(message=sentence, internal_message=f"{sentence} Inside.", failure_type=kind)
    with pytest.raises(AirbyteTracedException) as raised:
        raise error
    return raised.value.as_airbyte_message(StreamDescriptor(name="boards"))


def test_an_error_is_one_line_of_printable_characters_and_its_trace_several() -> None:
    SECRETS.keep("false-secret-8675309")
    sentence = "board \x1b[2J\u202e12\x07 false-secret-8675309\n"
    error = sanitize_message(trace(sentence=sentence)).trace.error  # type: ignore[union-attr]

    assert error.message == "board \ufffd[2J\ufffd12\ufffd **** "  # type: ignore[union-attr]
    shown = f"{error.internal_message}{error.stack_trace}"  # type: ignore[union-attr]
    assert not [text for text in ("\x1b", "8675309") if text in shown]
    assert str(error.stack_trace).count("\n") > 1  # type: ignore[union-attr]
