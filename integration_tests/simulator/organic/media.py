"""Build the `media` object of a pin, with its images and videos.

https://developers.pinterest.com/docs/api/v5/pins-get: the `media` object has five shapes.
"""

from typing import Any

_SIZES = (("150x150", 150, 150), ("400x300", 400, 300), ("600x", 600, 900), ("1200x", 1200, 1800))


def pin_media(shape: int, name: str) -> dict[str, Any]:
    """One of the five shapes. The name of a picture may be an address that holds all of it."""
    match shape % 5:
        case 0:
            return {"media_type": "image", "images": _images(name)}
        case 1:
            return {"media_type": "video", "images": _images(name), **_video(name)}
        case 2:
            return {"media_type": "multiple_images", "items": [_image_item(name), _image_item(f"{name}-2")]}
        case 3:
            return {"media_type": "multiple_videos", "items": [_video_item(name), _video_item(f"{name}-2")]}
        case _:
            return {"media_type": "multiple_mixed", "items": [_image_item(name), _video_item(name)]}


def _images(name: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        size: {"url": _url(size, name), "width": width, "height": height} for size, width, height in _SIZES
    }
    found["600x"]["height"] = None
    return found


def _url(folder: str, name: str) -> str:
    return name if name.startswith("data:") else f"https://i.pinimg.com/{folder}/{name}.jpg"


def _video(name: str) -> dict[str, Any]:
    return {
        "cover_image_url": _url("videos", name),
        "video_url": None,
        "video_url_hls": f"https://v.pinimg.com/{name}.m3u8",
        "duration": 10_640.5,
        "width": 720,
        "height": 1280,
    }


def _image_item(name: str) -> dict[str, Any]:
    return {"item_type": "image", "title": None, "description": "Ein Bild", "link": None, "images": _images(name)}


def _video_item(name: str) -> dict[str, Any]:
    return {"item_type": "video", **_video(name)}
