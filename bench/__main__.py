"""Measures the series that are named, or all, and writes each one's table into the page."""

import argparse
import shutil
import sys
from pathlib import Path

from bench import build, machine, page
from bench.series import apart, customers, dictionary, limit, memory, objects, rows, s3, threads
from bench.series.common import FOLDER, Setting

SERIES = {
    "customers": customers,
    "limit": limit,
    "dictionary": dictionary,
    "threads": threads,
    "memory": memory,
    "s3": s3,
    "apart": apart,
    "rows": rows,
    "objects": objects,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench/run", description=__doc__)
    parser.add_argument("series", nargs="*", metavar="SERIES", help=f"of {', '.join(SERIES)} [default: all]")
    parser.add_argument("-n", dest="turns", type=int, default=5, help="turns of each, of which the median counts [5]")
    parser.add_argument("--rows", type=int, help="a trial of this size; its page is target/bench/performance.md")
    parser.add_argument("--peers", nargs="*", help="beside DuckDB and Polars, which bars are about [all]")
    typed = parser.parse_args()
    if unknown := set(typed.series) - set(SERIES):
        parser.error(f"no such series: {', '.join(unknown)}; there are {', '.join(SERIES)}")

    FOLDER.mkdir(parents=True, exist_ok=True)
    out = page_of(trial=typed.rows is not None)
    setting = Setting(build.verho(), typed.turns, typed.rows, frozenset(typed.peers) if typed.peers is not None else None)
    page.replace(out, "machine", machine.describe(setting.verho))
    for name in typed.series or SERIES:
        print(name, file=sys.stderr)
        measured = SERIES[name].measure(setting)
        page.replace(out, name, measured)
        print(f"\n{name}: {measured}")
    print(f"written into {out.relative_to(build.HOME)}", file=sys.stderr)


def page_of(trial: bool) -> Path:
    published = build.HOME / "docs/performance.md"
    if not trial:
        return published
    return Path(shutil.copy(published, FOLDER / "performance.md"))


if __name__ == "__main__":
    main()
