"""A warning is given once per subject."""

import pytest

from source_pinterest.engine.progress import Notices


def test_a_warning_is_given_once_for_each_thing_it_is_about(caplog: pytest.LogCaptureFixture) -> None:
    notices = Notices("boards")
    given = [notices.warn(about, sentence) for about, sentence in [("1", "One."), ("1", "Again."), ("2", "Two.")]]

    assert given == [True, False, True]
    assert caplog.messages == ["boards: One.", "boards: Two."]


def test_streams_warn_for_themselves(caplog: pytest.LogCaptureFixture) -> None:
    assert all(Notices(stream).warn("1", "One.") for stream in ("boards", "pins"))
    assert caplog.messages == ["boards: One.", "pins: One."]


def test_each_kind_of_what_can_not_be_kept_as_it_was_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    notices = Notices("boards")
    for sentence in ("Half an emoji.", "A number.", "Half an emoji."):
        notices.replacement(sentence)

    assert caplog.messages == ["boards: Half an emoji.", "boards: A number."]
