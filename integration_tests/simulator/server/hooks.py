"""Hooks change the simulated world after the n-th request to an operation."""

from collections.abc import Callable
from dataclasses import dataclass, field

from integration_tests.simulator.world.world import World


@dataclass
class _Hook:
    operation_id: str
    remaining: int
    action: Callable[[World], object]


@dataclass
class Hooks:
    """What tests want to happen, each of it once, after the n-th call of an operation."""

    _hooks: list[_Hook] = field(default_factory=list)

    def add(self, operation_id: str, count: int, action: Callable[[World], object]) -> None:
        self._hooks.append(_Hook(operation_id, count, action))

    def run(self, operation_id: str, world: World) -> None:
        """Counts a call, and does what is due after it."""
        for hook in self._hooks:
            if hook.operation_id == operation_id:
                hook.remaining -= 1
                if hook.remaining == 0:
                    hook.action(world)
