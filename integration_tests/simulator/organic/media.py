"""Build the `media` object of a pin, with its images and videos.

https://developers.pinterest.com/docs/api/v5/pins-get: the `media` object has five shapes.
"""

from typing import Any

_SIZES = (("150x150", 150, 150), ("400x300", 400, 300), ("600x", 600, 900), ("1200x", 1200, 1800))


def pin_media(shape: int, name: str) -> dict[str, Any]:
    """One of the five shapes."""
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


def images(url: str) -> dict[str, Any]:
    """A picture in each size; the size stands in the address, if that has a place for it."""
    found: dict[str, Any] = {
        size: {"url": url.replace("{size}", size), "width": width, "height": height} for size, width, height in _SIZES
    }
    found["600x"]["height"] = None
    return found


def _images(name: str) -> dict[str, Any]:
    return images(f"https://i.pinimg.com/{{size}}/{name}.jpg")


def _video(name: str) -> dict[str, Any]:
    return {
        "cover_image_url": f"https://i.pinimg.com/videos/{name}.jpg",
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
