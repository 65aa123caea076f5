"""The words and pictures of the shop that the demos show."""

import zlib
from base64 import b64encode
from collections.abc import Sequence
from struct import pack

ACCOUNTS = ("Linen & Clay", "Linen & Clay Deutschland", "Linen & Clay Australia")
COUNTRIES = (("US", "USD", "America/Los_Angeles"), ("DE", "EUR", "Europe/Berlin"), ("AU", "AUD", "Australia/Sydney"))
CAMPAIGNS = (
    "Spring launch",
    "Küche & Bad",
    "Σπίτι και κήπος",
    "Été à la plage",
    "Сад и огород",
    "Wedding ideas",
    "Niños",
    "Home office",
    "Wnętrza i łazienki",
    "Gift guide",
    "Summer sale",
    "Geschenkideen",
)
AD_GROUPS = (
    "Women 25 to 44",
    "Besucher der Website",
    "ガーデニング好き",
    "Amateurs de déco",
    "Новые покупатели",
    "Home owners",
)
PRODUCTS = (
    "Linen apron",
    "Olivenholzbrett",
    "ガラスの花器",
    "Panier en osier",
    "Льняная скатерть",
    "Ceramic mug",
    "Sombrero de paja",
    "Desk lamp",
    "Kubek z kamionki",
    "Terracotta pot",
)
_WIDTH, _HEIGHT = 40, 60
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def account(index: int) -> str:
    """The name of an ad account."""
    return _numbered(ACCOUNTS, index)


def product(index: int) -> str:
    """What a pin shows."""
    return _numbered(PRODUCTS, index)


def _numbered(names: Sequence[str], index: int) -> str:
    turn, place = divmod(index, len(names))
    return f"{names[place]} {turn + 1}" if turn else names[place]


def page(index: int) -> str:
    """Where an ad leads to."""
    return f"https://shop.example/products/{100 + index}"


def picture(bits: int) -> str:
    """A small PNG as an address that holds all of it: it shows wherever there is no network."""
    colours = [bytes(64 + (bits >> 8 * part + shift & 0x7F) for part in range(3)) for shift in (0, 24)]
    rows = (
        b"\0" + b"".join(colours[(x - _WIDTH // 2) ** 2 + (y - _HEIGHT // 2) ** 2 < 225] for x in range(_WIDTH))
        for y in range(_HEIGHT)
    )
    chunks = (
        (b"IHDR", pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"".join(rows), 9)),
        (b"IEND", b""),
    )
    body = b"".join(pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data)) for kind, data in chunks)
    return f"data:image/png;base64,{b64encode(_SIGNATURE + body).decode()}"
