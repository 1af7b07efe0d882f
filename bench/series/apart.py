"""What it costs that each side's credentials are held by a process of its own."""

from contextlib import ExitStack

from bench.accounts import Accounts
from bench.columns import HASHED, KEPT
from bench.measure import Contestant, turns
from bench.page import Bar, bars, table
from bench.series.common import FOLDER, Setting, number, seconds
from bench.workspace import CUSTOMER, Workspace, kept, pseudonyms

ROWS = 4_000_000
WAYS = {"one": 1, "two": 2}
TITLES = {"one": "one process", "two": "two processes"}


def measure(setting: Setting) -> str:
    rows = setting.rows_or(ROWS)
    with ExitStack() as ended:
        FOLDER.mkdir(parents=True, exist_ok=True)
        accounts = Accounts(ended, FOLDER)
        costs = turns({way: contestant(setting, accounts, way, rows) for way in WAYS}, setting.turns)
    shown = [[TITLES[way], seconds(cost.cpu), seconds(cost.wall), number(cost.memory >> 20)] for way, cost in costs.items()]
    one, two = costs.values()
    asked = [Bar("wall, two processes / one", two.wall / one.wall, most=1.1)]
    facts = f"The customers file, {number(rows)} rows, from one account's bucket to another's; medians of {setting.turns}."
    return f"{facts}\n\n{table(['', 'CPU s', 'wall s', 'peak MiB of the larger'], shown)}\n{bars(asked)}"


def contestant(setting: Setting, accounts: Accounts, way: str, rows: int) -> Contestant:
    place = f"apart-{way}"
    accounts.put(place, "customers", setting.data("customers", rows))
    sides = accounts.sides(place, None)
    space = Workspace(setting.verho, FOLDER / f"workspace-{place}", sides, threads=2, processes=WAYS[way])
    space.table("customers", pseudonyms(HASHED) | kept(KEPT))
    space.approve()
    return Contestant(space.command("run", CUSTOMER), space.environment(), after=lambda: accounts.clear(place))
