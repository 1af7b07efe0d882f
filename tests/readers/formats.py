"""formats.py make CORPUS OUT FORMAT        a database's tables as OUT/data/<table>/0.<FORMAT>, and OUT/schemas/<table>.toml
formats.py check CORPUS SOURCE RELEASE FORMAT   links of the source hold in the release; prints what was compared
FORMAT is csv, ndjson, json, arrow or arrow_stream, with .gz or .zst behind it where it is packed"""
import gzip
import json
import pathlib
import subprocess
import sys

import duckdb
import pyarrow as pa
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet

import relational

TYPES = {"BIGINT": "int64", "INTEGER": "int32", "DOUBLE": "float64", "DATE": "date", "TIMESTAMP": "timestamp", "BOOLEAN": "bool"}


def written(rows, form, path):
    table = rows.to_arrow_table() if hasattr(rows, "to_arrow_table") else rows.arrow()
    if form in ("arrow", "arrow_stream"):
        opened = pa.ipc.new_file if form == "arrow" else pa.ipc.new_stream
        with opened(str(path), table.schema) as sink:
            sink.write_table(table)
    elif form == "csv":
        rows.write_csv(str(path), header=True)
    else:
        array = ", array true" if form == "json" else ""
        duckdb.sql(f"copy (select * from rows) to '{path}' (format json{array})")


def packed(path, packing):
    if packing == "gz":
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    elif packing:
        duckdb.sql("select 1")
        import zstandard
        path.with_name(path.name + ".zst").write_bytes(zstandard.compress(path.read_bytes()))
        path.unlink()


def make(corpus, out, form):
    form, _, packing = str(form).partition(".")
    links = json.loads((corpus / "links.json").read_text())
    domains = relational.keys(links)
    for table in links["tables"]:
        folder = out / "data" / table
        folder.mkdir(parents=True)
        source = f"read_csv('{corpus / table}.csv', nullstr='', sample_size=-1)"
        columns = [(name, kind) for name, kind, *_ in duckdb.sql(f"describe select * from {source}").fetchall()]
        cast = ", ".join(f'"{name}"' if kind in TYPES else f'"{name}"::varchar as "{name}"' for name, kind in columns)
        path = folder / f"0.{form}"
        written(duckdb.sql(f"select {cast} from {source}"), form, path)
        packed(path, packing)
        rules = {}
        for name, kind in columns:
            rule = relational.rule(table, name, kind if kind in TYPES else "VARCHAR", domains)
            rules[name] = rule.replace("{ ", f'{{ type = "{TYPES.get(kind, "text")}", ', 1)
        write_schema(out, links["database"], table, form, rules)


def write_schema(out, customer, table, form, rules):
    text = f'customer = "{customer}"\ntable = "{table}"\nsource = "{customer}/{table}/*"\nformat = "{form}"\noutput = "same"\n\n[columns]\n'
    text += "".join(f'"{column}" = {rule}\n' for column, rule in rules.items())
    (out / "schemas").mkdir(exist_ok=True)
    (out / "schemas" / f"{table}.toml").write_text(text)


def as_parquet(folder, form):
    """Every object below a folder as Parquet, in a folder of the same shape."""
    into = folder.with_name(folder.name + "-parquet")
    for path in sorted(folder.rglob("*.*")):
        name = path.name.split(".")[1] if path.is_file() else ""
        if name not in ("csv", "ndjson", "json", "arrow", "arrows", "arrow_stream") or path.parent.parent.name == "releases" or path.parent.name == "releases" or path.name == "current.json":
            continue
        goes = into / path.relative_to(folder).parent / (path.name.split(".")[0] + ".parquet")
        goes.parent.mkdir(parents=True, exist_ok=True)
        if name in ("arrow", "arrows", "arrow_stream"):
            raw = path.read_bytes()
            opened = pa.ipc.open_file if name == "arrow" else pa.ipc.open_stream
            pa.parquet.write_table(opened(raw).read_all(), goes)
        else:
            read = f"read_csv('{path}', sample_size=-1, all_varchar=true)" if name == "csv" else f"read_json('{path}', sample_size=-1, maximum_depth=1)"
            duckdb.sql(f"copy (select * from {read}) to '{goes}' (format parquet)")
    return into


def check(corpus, source, release, form):
    relational.check(corpus, as_parquet(source, form), as_parquet(release, form))


if __name__ == "__main__":
    command, *paths = sys.argv[1:]
    {"make": make, "check": check}[command](*map(pathlib.Path, paths[:-1]), paths[-1])
