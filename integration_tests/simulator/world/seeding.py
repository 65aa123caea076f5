"""Compute the same values from the same seed every time.

Nothing in the simulated world is stored: each value is computed from the seed and the place where it stands.
"""

_MASK = (1 << 64) - 1

WORDS = (
    "Wedding ideas",
    "Küche & Bad",
    "春のコーデ",
    "Été à la plage",
    "Niños",
    "🌿 Garden",
    "Wnętrza i łazienki",
    "Сад и огород",
    "Home office",
    "Рецепты",
    'Mugs, plates and "good morning" sets',
    "Dorm room",
)


def mix(*parts: int) -> int:
    """64 well scattered bits that depend on every part and on their order."""
    bits = 0x9E3779B97F4A7C15
    for part in parts:
        bits = (bits ^ part) * 0xBF58476D1CE4E5B9 & _MASK
        bits = (bits ^ bits >> 29) * 0x94D049BB133111EB & _MASK
        bits ^= bits >> 32
    return bits


def nth_word(position: int) -> str:
    turn, place = divmod(position, len(WORDS))
    return f"{WORDS[place]} {turn}" if turn else WORDS[place]


def words(bits: int) -> str:
    """A title out of the word list, Unicode included."""
    return WORDS[bits % len(WORDS)]


def description(bits: int) -> str:
    """A text of two lines, with quotes."""
    return f'{words(bits)}: "new in",\nfrom {5 + (bits >> 8) % 90} to {100 + (bits >> 8) % 90} €'


def unlike_any_other(bits: int, ordinal: int) -> str:
    """The name of the thing with this number among its like: no two of them have the same."""
    turn, place = divmod(ordinal, len(WORDS))
    word = WORDS[(bits + 7 * place) % len(WORDS)]
    return f"{word} {turn + 1}" if turn else word
