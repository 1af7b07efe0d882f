"""Bar 5: two threads against one."""

from bench.measure import turns
from bench.page import Bar, bars, table
from bench.series.common import Setting, number, seconds

ROWS = 4_000_000


def measure(setting: Setting) -> str:
    rows = setting.rows_or(ROWS)
    source = setting.data("customers", rows)
    spaces = {threads: setting.customers(f"threads-{threads}", source, threads=threads) for threads in (1, 2)}
    costs = turns({str(threads): space.contestant() for threads, space in spaces.items()}, setting.turns)
    shown = [[f"`threads = {threads}`", seconds(cost.cpu), seconds(cost.wall)] for threads, cost in costs.items()]
    asked = [Bar("wall, one thread / two", costs["1"].wall / costs["2"].wall, least=1.8)]
    facts = f"The customers file, {number(rows)} rows; medians of {setting.turns}."
    return f"{facts}\n\n{table(['', 'CPU s', 'wall s'], shown)}\n{bars(asked)}"
