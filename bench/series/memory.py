"""Bar 6: peak memory, whatever the dataset's size and whatever the row group's."""

from bench.data import GROUP_COLUMNS, GROUP_HASHED
from bench.measure import Cost, turns
from bench.page import Bar, bars, table
from bench.series.common import Setting, mebibytes, number, seconds
from bench.workspace import Workspace, kept, pseudonyms

ROWS = 4_000_000
ROWS_OF_A_GROUP = 4
LIMIT = 1 << 30


def measure(setting: Setting) -> str:
    rows = setting.rows_or(ROWS)
    spaces = {
        "customers": setting.customers("memory", setting.data("customers", rows)),
        "ten times the rows": setting.customers("memory-10", setting.data("customers", 10 * rows)),
    }
    costs = turns({name: space.contestant() for name, space in spaces.items()}, setting.turns)
    one, ten = costs.values()
    huge, size = group(setting, ROWS_OF_A_GROUP * rows)
    name = f"one row group of {size / 1e9:.1f} GB, `memory = \"1GiB\"`"
    shown = [[name, mebibytes(cost.memory), seconds(cost.wall)] for name, cost in (costs | {name: huge}).items()]
    asked = [
        Bar("customers, peak", one.memory / 2**20, most=512, unit=" MiB"),
        Bar("ten times the rows / customers", ten.memory / one.memory, most=1.1),
        Bar("one row group, peak / limit", huge.memory / LIMIT, most=1),
    ]
    often = f"medians of {setting.turns}, one turn of the row group"
    facts = f"The customers file, {number(rows)} rows, and more; two threads; {often}."
    return f"{facts}\n\n{table(['', 'peak MiB', 'wall s'], shown)}\n{bars(asked)}"


def group(setting: Setting, rows: int) -> tuple[Cost, int]:
    """One row group that is larger than memory may be: text hashed and text kept. Its file is deleted afterwards."""
    source = setting.data("group", rows)
    size = source.stat().st_size
    space = workspace(setting)
    space.put(source, "huge")
    space.approve()
    try:
        return turns({"one row group": space.contestant()}, 1)["one row group"], size
    finally:
        space.remove()
        source.unlink()


def workspace(setting: Setting) -> Workspace:
    made = setting.workspace("group", memory="1GiB")
    # Of eighty million random texts one or two look like keys of some service.
    noise = {name: f'{rule}, may_hold = ["SECRET"]' for name, rule in kept(GROUP_COLUMNS[GROUP_HASHED:]).items()}
    made.table("huge", pseudonyms(GROUP_COLUMNS[:GROUP_HASHED]) | noise)
    return made
