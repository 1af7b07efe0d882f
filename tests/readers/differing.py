"""differing.py make OUT             objects of one table that several programs wrote, each in its own way
differing.py check OUT RELEASE    the release has one schema, and of every kept leaf the values of all objects"""
import datetime
import pathlib
import sys

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

ROWS = 300
KEPT = ["plan", "note", "amount", "at", "tags"]


def of(row):
    """The values of a row, the same in whatever object it stands."""
    day = datetime.datetime(2026, 1, 1) + datetime.timedelta(milliseconds=row * 977)
    return {
        "id": row % 250,
        "plan": ["free", "basic", "pro"][row % 3],
        "note": f"order {row} of the shop",
        "amount": row * 7,
        "at": day,
        "address": {"street": f"{row} Main Road", "zone": f"zone {row % 9}"},
        "tags": [f"tag {row % 5}"] * (row % 3),
    }


def rows(first, with_nulls):
    made = [of(row) for row in range(first, first + ROWS)]
    for row in made[::7] if with_nulls else []:
        row.update(plan=None, note=None, amount=None, at=None, tags=None)
        row["address"]["zone"] = None
    for row in made[3::11] if with_nulls else []:
        row["address"] = None
    return made


def schema(order, required, text=pa.string(), unit="us", members=("street", "zone"), element="element"):
    member = {"street": pa.field("street", text, not required), "zone": pa.field("zone", text, not required)}
    fields = {
        "id": pa.field("id", pa.int64(), not required),
        "plan": pa.field("plan", text if required else pa.dictionary(pa.int32(), pa.string()), not required),
        "note": pa.field("note", text, not required),
        "amount": pa.field("amount", pa.int64(), not required),
        "at": pa.field("at", pa.timestamp(unit), not required),
        "address": pa.field("address", pa.struct([member[name] for name in members]), not required),
        "tags": pa.field("tags", pa.list_(pa.field(element, text, not required)), not required),
    }
    return pa.schema([fields[name] for name in order])


def make(out):
    order = ["id", "plan", "note", "amount", "at", "address", "tags"]

    def arrow(name, first, with_nulls, of, **options):
        pq.write_table(pa.Table.from_pylist(rows(first, with_nulls), of), out / name, **options)

    arrow("0.parquet", 0, False, schema(order, True))
    arrow("1.parquet", 300, True, schema(order[::-1], False, members=("zone", "street")))
    arrow("2.parquet", 600, False, schema(order, True, pa.large_string(), "ms", element="item"), use_dictionary=False)
    arrow("3.parquet", 900, False, schema(sorted(order), True), use_compliant_nested_type=False, row_group_size=100)
    arrow("4.parquet", 1200, True, schema(order, False), data_page_version="2.0", store_schema=False)
    frame = pl.DataFrame(rows(1500, True)).with_columns(pl.col("at").cast(pl.Datetime("ms")))
    frame.select(sorted(order, reverse=True)).write_parquet(out / "5.parquet")
    last = pa.Table.from_pylist(rows(1800, True), schema(order[3:] + order[:3], False))
    duckdb.sql(f"copy last to '{out}/6.parquet' (format parquet, codec zstd)")


def check(out, release):
    source = [row for number in range(7) for row in rows(300 * number, number in (1, 4, 5, 6))]
    parts = [pq.read_table(part) for part in sorted(release.rglob("part-*.parquet"))]
    schemas = {str(part.schema) for part in parts}
    assert len(schemas) == 1, schemas
    left = [row for part in parts for row in part.to_pylist()]
    assert len(left) == len(source) == 7 * ROWS, len(left)
    codes = {}
    for was, became in zip(source, left, strict=True):
        for name in KEPT:
            assert was[name] == became[name], (name, was[name], became[name])
        zone = was["address"] and was["address"]["zone"]
        assert zone == (became["address"] and became["address"]["zone"])
        assert (was["address"] is None) == (became["address"] is None)
        assert "street" not in str(became["address"])
        assert codes.setdefault(was["id"], became["id"]) == became["id"] != was["id"]
    assert len(set(codes.values())) == 250
    print(schemas.pop())


what, *paths = sys.argv[1:]
{"make": make, "check": check}[what](*map(pathlib.Path, paths))
