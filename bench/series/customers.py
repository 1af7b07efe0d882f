"""Bars 1 and 2: verho beside its peers and the prototype of the limit, on the customers file."""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from bench import build, kind
from bench.measure import Contestant, Cost, turns
from bench.page import Bar, bars, table
from bench.series.common import FOLDER, Setting, mebibytes, number, seconds

ROWS = 4_000_000


@dataclass(frozen=True)
class Peer:
    """A program beside verho: its module below `peers/`, what it does, and the part of the rows it is given."""

    module: str
    title: str
    one_in: int = 1


PEERS = [
    Peer("duckdb", "DuckDB, SHA-256"),
    Peer("polars", "Polars, a hash that is not cryptographic"),
    Peer("chdb", "chDB, SHA-256"),
    Peer("pyarrow", "PyArrow + hashlib, BLAKE2b, one thread"),
    Peer("pyspark", "PySpark, SHA-256"),
    Peer("cloakdb", "CloakDB, HMAC-SHA-256", one_in=40),
    Peer("presidio", "Presidio structured, SHA-256, one thread", one_in=100),
]
VERHO, LIMIT, DUCKDB, POLARS = "verho, a whole run", "prototype of the limit", PEERS[0].title, PEERS[1].title


@dataclass(frozen=True)
class Entry:
    contestant: Contestant
    source: Path
    output: Path
    rows: int


def measure(setting: Setting) -> str:
    rows = setting.rows_or(ROWS)
    entries = {VERHO: verho(setting, rows), LIMIT: limit(setting, rows)}
    for peer in PEERS:
        if setting.peers is not None and peer.module not in setting.peers | {"duckdb", "polars"}:
            continue
        if peer.module == "pyspark" and not shutil.which("java"):
            print("  no Java: PySpark is left out", file=sys.stderr)
            continue
        entries[peer.title] = entry(setting, peer, rows)
    kinds = {name: str(of_kind(each)) for name, each in entries.items()}
    costs = turns({name: each.contestant for name, each in entries.items()}, setting.turns)
    return page(setting, entries, kinds, costs)


def verho(setting: Setting, rows: int) -> Entry:
    source = setting.data("customers", rows)
    workspace = setting.customers("customers", source)
    return Entry(workspace.contestant(), source, workspace.folder / "test", rows)


def limit(setting: Setting, rows: int) -> Entry:
    source, output = setting.data("customers", rows), FOLDER / "out-limit.parquet"
    return outside([str(build.limit()), "run", str(source), str(output), "2"], source, output, rows)


def entry(setting: Setting, peer: Peer, rows: int) -> Entry:
    share = rows // peer.one_in
    source, output = setting.data("customers", share), FOLDER / f"out-{peer.module}.parquet"
    # By name, with the tree as the first place to look: a file called duckdb.py must not hide the package.
    command = [sys.executable, "-m", f"bench.peers.{peer.module}", str(source), str(output), "2"]
    return outside(command, source, output, share)


def outside(command: list[str], source: Path, output: Path, rows: int) -> Entry:
    remove = lambda: shutil.rmtree(output) if output.is_dir() else output.unlink(missing_ok=True)  # noqa: E731
    environment = os.environ | {"PYTHONPATH": str(build.HOME)}
    return Entry(Contestant(command, environment, before=remove, after=remove), source, output, rows)


def of_kind(entry: Entry) -> kind.Kind:
    """Looks at what one unmeasured turn wrote."""
    entry.contestant.before()
    entry.contestant.run()
    found = kind.check(entry.source, entry.output)
    entry.contestant.after()
    return found


def page(setting: Setting, entries: dict[str, Entry], kinds: dict[str, str], costs: dict[str, Cost]) -> str:
    def per_row(name: str) -> float:
        return costs[name].cpu / entries[name].rows * 1e6

    rows = [
        [name, number(entries[name].rows), seconds(cost.cpu), seconds(cost.wall), f"{per_row(name):.2f}",
         f"{per_row(name) / per_row(VERHO):.2f}", mebibytes(cost.memory), kinds[name]]
        for name, cost in costs.items()
    ]
    head = ["", "rows", "CPU s", "wall s", "CPU µs a row", "times verho's CPU", "peak MiB", "of the kind asked for"]
    ours, duck, polars, limit = costs[VERHO], costs[DUCKDB], costs[POLARS], costs[LIMIT]
    asked = [
        Bar("CPU, verho / DuckDB", ours.cpu / duck.cpu, most=1 / 7),
        Bar("CPU, verho / Polars", ours.cpu / polars.cpu, most=1 / 2),
        Bar("wall, verho / DuckDB", ours.wall / duck.wall, most=1 / 5),
        Bar("CPU, verho / prototype", ours.cpu / limit.cpu, most=1.25),
        Bar("wall, verho / prototype", ours.wall / limit.wall, most=1.25),
    ]
    size = entries[VERHO].source.stat().st_size / 1e6
    facts = (
        f"{number(entries[VERHO].rows)} rows, 16 columns, {size:,.0f} MB; two threads; whole processes with all that they "
        f"start; medians of {setting.turns}, in turns."
    )
    return f"{facts}\n\n{table(head, rows)}\n{bars(asked)}"
