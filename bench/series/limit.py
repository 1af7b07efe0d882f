"""The limit model: what must be done at least, and how fast one core of this machine does it."""

import subprocess

import pyarrow.parquet as pq

from bench import build
from bench.columns import HASHED, UNIQUE
from bench.measure import turns
from bench.page import table
from bench.series.common import Setting, number, seconds

ROWS = 4_000_000
TOKEN = 16
LENGTH = 4


def measure(setting: Setting) -> str:
    rows = setting.rows_or(ROWS)
    source = setting.data("customers", rows)
    space = setting.customers("limit", source)
    cost = turns({"verho": space.contestant()}, setting.turns)["verho"]
    space.facts("run", "bench")
    written = sum(path.stat().st_size for path in space.outputs())
    space.clear()
    done = subprocess.run([str(build.limit()), "speeds", str(source)], check=True, capture_output=True, text=True)
    speeds = {name: float(value) for name, value in map(str.split, done.stdout.splitlines())}

    file = pq.ParquetFile(source).metadata
    columns = [file.row_group(group).column(at) for group in range(file.num_row_groups) for at in range(file.num_columns)]
    hashed = [column for column in columns if column.path_in_schema in HASHED]
    kept = [column for column in columns if column.path_in_schema not in HASHED]
    # One of them is an integer; what repeats is hashed once for each distinct value, which is next to nothing.
    texts = (len(UNIQUE) - 1) * rows

    must = [
        ("read the source", source.stat().st_size, "MB", speeds["read"]),
        ("decompress what is hashed", sum(column.total_uncompressed_size for column in hashed), "MB", speeds["unzip_hashed"]),
        ("hash text, with the token", texts, "million", speeds["hash_text"]),
        ("hash integers", rows, "million", speeds["hash_integer"]),
        ("encode tokens", texts, "million", speeds["encode_text"]),
        ("copy kept pages", sum(column.total_compressed_size for column in kept), "MB", speeds["copy"]),
        ("digest the output, SHA-256", written, "MB", speeds["sha256"]),
        ("write the output", written, "MB", speeds["write"]),
    ]
    opened = sum(column.total_uncompressed_size for column in kept)
    check = ("decompress what is kept, to refuse damage", opened, "MB", speeds["unzip_kept"])
    least, with_check = (sum(amount / speed for _, amount, _, speed in steps) for steps in (must, [*must, check]))
    shown = [line(*step) for step in must]
    shown.append(["**at least**", "", "", f"**{seconds(least)}**"])
    shown += [line(*check), ["**at least, with that check**", "", "", f"**{seconds(with_check)}**"]]
    shown.append(["verho, a whole run", "", "", f"**{seconds(cost.cpu)}**, {cost.cpu / with_check:.2f} times"])
    facts = f"The customers file, {number(rows)} rows; speeds of one core, the best of five; verho by {setting.turns} turns."
    return f"{facts}\n\n{table(['step', 'amount', 'a second', 'CPU s'], shown)}"


def line(what: str, amount: float, unit: str, speed: float) -> list[str]:
    return [what, f"{number(amount / 1e6)} {unit}", f"{number(speed / 1e6)} {unit}", seconds(amount / speed)]
