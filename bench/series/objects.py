"""Bar 8, second half: what a small object costs."""

from bench.data import ROWS_OF_AN_OBJECT
from bench.measure import turns
from bench.page import Bar, bars, table
from bench.series.common import Setting, number, seconds

OBJECTS = 10_000


def measure(setting: Setting) -> str:
    count = setting.rows_or(OBJECTS * ROWS_OF_AN_OBJECT) // ROWS_OF_AN_OBJECT
    space = setting.customers("objects", setting.data("objects", count))
    cost = turns({"objects": space.contestant()}, setting.turns)["objects"]
    shown = [[number(count), seconds(cost.cpu), seconds(cost.wall)]]
    asked = [Bar("CPU an object", cost.cpu / count * 1000, most=2, unit=" ms")]
    facts = f"Customers in objects of {ROWS_OF_AN_OBJECT} rows; two threads; medians of {setting.turns}."
    return f"{facts}\n\n{table(['objects', 'CPU s', 'wall s'], shown)}\n{bars(asked)}"
