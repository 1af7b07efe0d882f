"""Bar 8, first half: ten times the rows, ten times the CPU."""

from bench.measure import turns
from bench.page import Bar, bars, table
from bench.series.common import Setting, number, seconds

ROWS = 4_000_000


def measure(setting: Setting) -> str:
    rows = setting.rows_or(ROWS)
    spaces = {size: setting.customers(f"rows-{size}", setting.data("customers", size)) for size in (rows, 10 * rows)}
    costs = turns({number(size): space.contestant() for size, space in spaces.items()}, setting.turns)
    shown = [[name, seconds(cost.cpu), seconds(cost.wall)] for name, cost in costs.items()]
    one, ten = costs.values()
    asked = [Bar("CPU, ten times the rows / once", ten.cpu / one.cpu, most=10.5)]
    facts = f"The customers file; two threads; medians of {setting.turns}."
    return f"{facts}\n\n{table(['rows', 'CPU s', 'wall s'], shown)}\n{bars(asked)}"
