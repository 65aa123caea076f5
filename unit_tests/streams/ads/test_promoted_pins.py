"""A pin that Pinterest shows has its largest picture."""

from typing import Any

import pytest

from source_pinterest.streams.ads.ad_pins import _first_of, _widest_image


def picture(width: Any, url: str) -> dict[str, Any]:
    return {"width": width, "url": url}


@pytest.mark.parametrize(
    ("media", "image_url", "video_cover_url"),
    [
        (None, None, None),
        ("a text", None, None),
        ({"images": {"150x": picture(150, "s"), "600x": picture(600, "l"), "o": picture(None, "?")}}, "l", None),
        ({"images": {"236x": picture("236", "small"), "600x": picture(600, "large")}}, "large", None),
        ({"images": {"600x": picture(600, "still")}, "cover_image_url": "cover"}, "still", "cover"),
        ({"items": [None, {"cover_image_url": "cover"}, {"images": {"a": picture(1, "x")}}]}, "x", "cover"),
        ({"images": {}, "items": []}, None, None),
    ],
)
def test_the_first_picture_is_shown_in_its_largest_size(
    media: Any, image_url: str | None, video_cover_url: str | None
) -> None:
    assert (_widest_image(media), _first_of(media, "cover_image_url")) == (image_url, video_cover_url)
