"""What whole processes cost, in turns."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

CHILD = Path(__file__).parent / "child.py"


@dataclass(frozen=True)
class Cost:
    """Seconds of user and system time, seconds of the clock, and bytes of the largest process."""

    cpu: float
    wall: float
    memory: int


@dataclass(frozen=True)
class Contestant:
    """A command to measure, and what makes it ready before and is done with it after, both unmeasured."""

    command: list[str]
    environment: dict[str, str]
    before: Callable[[], None] = lambda: None
    after: Callable[[], None] = lambda: None

    def run(self) -> None:
        """An unmeasured turn, whose output stays."""
        done = subprocess.run(self.command, env=self.environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{self.command}\n{done.stdout}\n{done.stderr}")


def once(contestant: Contestant) -> Cost:
    contestant.before()
    # What others have left to be written would otherwise be written on this one's time.
    os.sync()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "cost"
        command = [sys.executable, "-I", "-S", str(CHILD), str(out), *contestant.command]
        done = subprocess.run(command, env=contestant.environment, capture_output=True, text=True)
        cost = json.loads(out.read_text())
    if cost.pop("code") != 0:
        raise RuntimeError(f"{contestant.command}\n{done.stdout}\n{done.stderr}")
    contestant.after()
    return Cost(**cost)


def turns(contestants: dict[str, Contestant], number: int) -> dict[str, Cost]:
    """Medians; every contestant has one turn before any has its next, so that a slow minute hits all of them."""
    costs: dict[str, list[Cost]] = {name: [] for name in contestants}
    for turn in range(number):
        for name, contestant in contestants.items():
            cost = once(contestant)
            costs[name].append(cost)
            print(f"  {turn + 1}/{number} {name}: CPU {cost.cpu:.2f} s, wall {cost.wall:.2f} s, "
                  f"{cost.memory >> 20} MiB", file=sys.stderr)
    return {name: middle(all_of_one) for name, all_of_one in costs.items()}


def middle(costs: list[Cost]) -> Cost:
    return Cost(
        cpu=median(cost.cpu for cost in costs),
        wall=median(cost.wall for cost in costs),
        memory=int(median(cost.memory for cost in costs)),
    )
