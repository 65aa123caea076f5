"""A key that may lead nowhere says when it does."""

from source_pinterest.streams.base.stream import ForeignKey, to_pin


def test_a_promoted_pin_need_not_be_among_the_users_own() -> None:
    assert to_pin("pin_id") == ForeignKey("pins", ("pin_id",), "the pin is somebody else's or deleted")
