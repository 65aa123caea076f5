"""The words and pictures of the shop that the demos show."""

import zlib
from base64 import b64encode
from collections.abc import Sequence
from struct import pack

ACCOUNTS = ("Linen & Clay", "Linen & Clay Deutschland", "Linen & Clay Australia")
COUNTRIES = (("US", "USD", "America/Los_Angeles"), ("DE", "EUR", "Europe/Berlin"), ("AU", "AUD", "Australia/Sydney"))
CAMPAIGNS = (
    ("Spring launch", "Wedding registry", "Gift guide", "Summer table"),
    ("Küche & Bad", "Gartenfest", "Geschenkideen", "Sommerküche"),
    ("Entertaining at home", "Mother's Day", "Autumn sale", "Winter warmers"),
)
AD_GROUPS = (
    ("Women 25 to 44", "Newlyweds", "Website visitors", "Home owners"),
    ("Frauen 25 bis 44", "Gartenfreunde", "Besucher der Website", "Hobbyköche"),
    ("Weekend hosts", "Daughters and sons", "Past buyers", "Interior lovers"),
)
PRODUCTS = (
    ("Linen apron", "Olive wood board", "Ceramic mug", "Table runner", "Terracotta pot"),
    ("Leinenschürze", "Olivenholzbrett", "Steingutbecher", "Tischläufer", "Übertopf"),
    ("Cake stand", "Stoneware bowl", "Rattan tray", "Linen throw", "Picnic basket"),
)
"""The names of each ad account, in its language."""
BOARDS = ("Kitchen & dining", "Set the table", "Gifts for hosts")
SECTIONS = ("New in", "Bestsellers")
_COLOURS = (("sand", "sage", "rust", "ivory", "slate", "plum"), ("Sand", "Salbei", "Rost", "Natur", "Schiefer", "Rosé"))
BUDGETS = ((270, 230, 200, 105), (230, 210, 170, 85), (310, 300, 250, 110))
"""What each campaign may spend a day: the first one of the last ad account spends more, the last one less."""
_WIDTH, _HEIGHT = 40, 60
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def name(names: Sequence[Sequence[str]], account: int, index: int) -> str:
    """The name of a thing of an ad account."""
    of_account = names[account % len(names)]
    turn, place = divmod(index, len(of_account))
    return f"{of_account[place]} {chr(ord('A') + turn)}" if turn else of_account[place]


def pin(account: int, index: int) -> str:
    """The title of a pin: a product in a colour."""
    products, colours = PRODUCTS[account % len(PRODUCTS)], _COLOURS[account % 3 == 1]
    return f"{products[index % len(products)]}, {colours[(index + index // len(products)) % len(colours)]}"


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
