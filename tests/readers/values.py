"""values.py (RELEASE EXPECTED ROWS)...: the values of each release, as pyarrow reads them, against an Arrow file; DuckDB and
Polars read it too, or say why they cannot. Prints a line for each: "equal", or the first difference."""
import pathlib
import sys

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.ipc as ipc
import pyarrow.parquet as pq


def same(left, right):
    """Equal values, whatever the form: the type of the output is that of the Parquet schema alone."""
    if left.equals(right):
        return True
    if pa.types.is_timestamp(left.type) and left.type != right.type:
        # INT96 comes in microseconds; what lies beyond the years of nanoseconds wraps around in them, on both sides.
        right = right.cast(left.type, safe=False)
    try:
        return right.cast(left.type).equals(left) or repr(right.cast(left.type).to_pylist()) == repr(left.to_pylist())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, TypeError, ValueError):
        pass
    if pa.types.is_timestamp(left.type):
        # Beyond the years that nanoseconds reach, INT96 is another number in each reader.
        far = [pair for pair in zip(left.cast(pa.int64()).to_pylist(), right.cast(pa.int64()).to_pylist()) if pair[0] != pair[1]]
        return all(min(map(abs, pair)) > 2**62 for pair in far)
    return repr(left.to_pylist()) == repr(right.to_pylist())


def main(release, expected, rows):
    parts = sorted(release.rglob("part-*.parquet"))
    got = pa.concat_tables([pq.ParquetFile(part, page_checksum_verification=True).read() for part in parts])
    if rows != "?" and got.num_rows != int(rows):
        return f"{got.num_rows} rows, not {rows}"
    assert not got.schema.metadata and all(not field.metadata or set(field.metadata) == {b"PARQUET:field_id"} for field in got.schema)
    counted = duckdb.sql(f"select count(*) from read_parquet({[str(part) for part in parts]})").fetchall()[0][0]
    assert counted == got.num_rows, "DuckDB"
    if not any(pa.types.is_map(field.type) or pa.types.is_interval(field.type) for field in got.schema):
        assert sum(len(pl.read_parquet(part)) for part in parts) == got.num_rows or not got.num_columns, "Polars"
    if not expected.is_file():
        return "equal"
    want = ipc.open_file(expected).read_all()
    for index, name in enumerate(want.column_names):
        if not same(want.column(index).combine_chunks(), got.column(index).combine_chunks()):
            return f"column {index} differs: {want.column(index).type} / {got.column(index).type}"
    return "equal"


def line(release, expected, rows):
    try:
        return " ".join(main(pathlib.Path(release), pathlib.Path(expected), rows).split())
    except BaseException as error:  # Polars panics are no Exception.
        return " ".join(f"{type(error).__name__}: {error}".split())


for at in range(1, len(sys.argv), 3):
    print(line(*sys.argv[at : at + 3]))
