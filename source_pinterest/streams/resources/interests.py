"""Where in the tree of interests does each one stand? Found with the fewest questions that show it."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from source_pinterest.api.bodies import Record, text_of
from source_pinterest.engine.circuit_breaker import FAILURES_IN_A_ROW

Ask = Callable[[str], Record | None]
"""Tells name, level and children of an interest; None where Pinterest does not."""


class InterestTree:
    """Interests with their level, 1 at the top, and the id of their parent.

    Whoever is asked tells its children, so that these are asked only for children of their own, and no longer than some
    interest has no place. Those right below the top come first: they have the most below them.

    Args:
        options: the interests as they are listed.
    """

    def __init__(self, options: Iterable[Record]) -> None:
        self.options: dict[str, Record] = {}
        self._upper: deque[str] = deque()
        self._lower: deque[str] = deque()
        for option in options:
            self.options.setdefault(option["id"], option)
        for option in list(self.options.values()):
            self._adopt(option)

    def complete(self, ask: Ask, most: int) -> int:
        """Ask until each interest has name and place, or nobody tells; how many have none in the end.

        Args:
            ask: about one interest.
            most: so many questions are asked.
        """
        listed, asked, refusals = iter(list(self.options)), set[str](), 0
        while len(asked) < most and refusals < FAILURES_IN_A_ROW and any(map(self._is_unplaced, self.options)):
            name = self._next(listed)
            if name is None:
                break
            if name not in asked and name.isdecimal():
                asked.add(name)
                told = ask(name)
                refusals = 0 if told else refusals + 1
                self._learn(name, told or {})
        return sum(map(self._is_unplaced, self.options))

    def _next(self, listed: Iterator[str]) -> str | None:
        if self._upper:
            return self._upper.popleft()
        unplaced = next(filter(self._is_unplaced, listed), None)
        return self._lower.popleft() if unplaced is None and self._lower else unplaced

    def _learn(self, name: str, told: Record) -> None:
        option = self.options[name]
        option.update({key: value for key, value in told.items() if option.get(key) is None})
        self._adopt(option)

    def _adopt(self, option: Record) -> None:
        level = option.get("level")
        children = option.pop("child_interests", None)
        for child in map(text_of, children if isinstance(children, list) else ()):
            found = self.options.setdefault(child, {"id": child})
            found.setdefault("parent_id", option["id"])
            if isinstance(level, int) and found.get("level") is None:
                found["level"] = level + 1
            (self._upper if level == 1 else self._lower).append(child)

    def _is_unplaced(self, name: str) -> bool:
        option = self.options[name]
        has_place = option.get("level") == 1 or option.get("parent_id") is not None
        return not has_place or option.get("level") is None or option.get("name") is None
