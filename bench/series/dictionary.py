"""Bar 4: columns that repeat, dictionary-encoded against the same rows written without."""

from bench.data import DICTIONARY_COLUMNS
from bench.measure import turns
from bench.page import Bar, bars, table
from bench.series.common import Setting, mebibytes, number, seconds
from bench.workspace import Workspace, pseudonyms

ROWS = 10_000_000
KINDS = {"dictionary": "dictionary-encoded", "plain": "the same rows, plain"}


def measure(setting: Setting) -> str:
    rows = setting.rows_or(ROWS)
    files = {kind: setting.data(kind, rows) for kind in KINDS}
    contestants = {kind: workspace(setting, kind, rows).contestant() for kind in KINDS}
    costs = turns(contestants, setting.turns)
    shown = [
        [KINDS[kind], number(files[kind].stat().st_size / 1e6), seconds(cost.cpu), seconds(cost.wall), mebibytes(cost.memory)]
        for kind, cost in costs.items()
    ]
    with_it, without = costs["dictionary"], costs["plain"]
    asked = [
        Bar("CPU, plain / dictionary-encoded", without.cpu / with_it.cpu, least=5),
        Bar("wall, plain / dictionary-encoded", without.wall / with_it.wall, least=5),
    ]
    columns = "20 text columns of 100 to 50,000 distinct values, all pseudonymised"
    facts = f"{number(rows)} rows, {columns}; medians of {setting.turns}."
    return f"{facts}\n\n{table(['', 'MB', 'CPU s', 'wall s', 'peak MiB'], shown)}\n{bars(asked)}"


def workspace(setting: Setting, kind: str, rows: int) -> Workspace:
    made = setting.workspace(kind)
    made.table("repeating", pseudonyms(DICTIONARY_COLUMNS))
    made.put(setting.data(kind, rows), "repeating")
    made.approve()
    return made
