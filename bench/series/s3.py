"""Bar 7: buckets that answer late."""

from contextlib import ExitStack

from bench.accounts import Accounts
from bench.columns import HASHED, KEPT
from bench.measure import Contestant, turns
from bench.page import Bar, bars, table
from bench.series.common import FOLDER, Setting, number, seconds
from bench.workspace import CUSTOMER, Workspace, kept, pseudonyms

ROWS = 4_000_000
DELAY = 30
WAYS = {"plain": None, "late-0": 0, f"late-{DELAY}": DELAY}
TITLES = {"plain": "no proxy", "late-0": "through the proxy", f"late-{DELAY}": f"through the proxy, {DELAY} ms a request"}


def measure(setting: Setting) -> str:
    rows = setting.rows_or(ROWS)
    with ExitStack() as ended:
        FOLDER.mkdir(parents=True, exist_ok=True)
        accounts = Accounts(ended, FOLDER)
        contestants = {way: contestant(setting, accounts, way, rows) for way in WAYS}
        costs = turns(contestants, setting.turns)
    shown = [[TITLES[way], seconds(cost.cpu), seconds(cost.wall)] for way, cost in costs.items()]
    plain, through, late = costs.values()
    asked = [
        Bar(f"wall, {DELAY} ms / no proxy", late.wall / plain.wall, most=1.3),
        Bar(f"wall, {DELAY} ms / 0 ms, both through the proxy", late.wall / through.wall, most=1.3),
    ]
    facts = f"The customers file, {number(rows)} rows, from one account's bucket to another's; medians of {setting.turns}."
    return f"{facts}\n\n{table(['', 'CPU s', 'wall s'], shown)}\n{bars(asked)}"


def contestant(setting: Setting, accounts: Accounts, way: str, rows: int) -> Contestant:
    accounts.put(way, "customers", setting.data("customers", rows))
    space = Workspace(setting.verho, FOLDER / f"workspace-{way}", accounts.sides(way, WAYS[way]), threads=2)
    space.table("customers", pseudonyms(HASHED) | kept(KEPT))
    space.approve()
    return Contestant(space.command("run", CUSTOMER), space.environment(), after=lambda: accounts.clear(way))
