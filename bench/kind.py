"""Whether an output is of the kind that was asked for: same rows, six columns hashed, ten kept."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from bench.columns import HASHED, KEPT


@dataclass(frozen=True)
class Kind:
    """What an output was found to be."""

    rows: bool
    kept: bool
    distinct: bool
    left: int

    def __str__(self) -> str:
        faults = [
            *(["rows differ"] if not self.rows else []),
            *(["kept columns differ"] if not self.kept else []),
            *(["other numbers of distinct values"] if not self.distinct else []),
            *([f"{self.left} hashed values are values of the source"] if self.left else []),
        ]
        return "; ".join(faults) or "yes"


def check(source: Path, output: Path) -> Kind:
    """Compares an output (a file, or a folder with files at any depth) with its source, in any order of rows."""
    connection = duckdb.connect()
    connection.sql("set timezone = 'UTC'; set enable_progress_bar = false")
    connection.sql(f"create view source as from '{source}'")
    connection.sql(f"create view output as from '{output}{'/**/*.parquet' if output.is_dir() else ''}'")
    types = dict(connection.sql("select column_name, column_type from (describe source)").fetchall())

    def ask(view: str, what: str) -> tuple:
        return connection.sql(f"select {what} from {view}").fetchall()[0]

    # As the source has them: another width of an integer is the same value.
    row = ", ".join(f'"{name}"::{types[name]}' for name in KEPT)
    distinct = ", ".join(f'count(distinct "{name}")' for name in HASHED)
    same = {what: ask("source", what) == ask("output", what) for what in ["count(*)", f"sum(hash({row}))", distinct]}
    left = sum(
        ask("output", f'count(*) filter ("{name}"::varchar in (select "{name}"::varchar from source))')[0]
        for name in HASHED
    )
    return Kind(*same.values(), left)
