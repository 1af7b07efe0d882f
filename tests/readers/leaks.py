"""leaks.py SCHEMAS SOURCE PLACE...: no value of a direct leaf longer than 4 bytes occurs in any byte below the places,
pages decompressed. Prints how many values were looked for in how many bytes."""
import pathlib
import sys
import tomllib

import ahocorasick_rs
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq


def direct(schemas, source):
    values = set()
    for file in sorted(schemas.glob("*.toml")):
        schema = tomllib.loads(file.read_text())
        columns = [name for name, rule in schema["columns"].items() if rule["class"] == "direct"]
        kinds = {name: kind for name, kind, *_ in duckdb.sql(f"describe from '{source}/{schema['table']}/**/*.parquet'").fetchall()}
        # Numbers of rows and bytes are printed, and would be met in small whole numbers by chance.
        for column in filter(lambda column: kinds[column] == "VARCHAR", columns):
            rows = duckdb.sql(f"select distinct \"{column}\"::varchar from '{source}/{schema['table']}/**/*.parquet' where \"{column}\" is not null")
            values |= {row[0] for row in rows.fetchall()}
    return sorted(value for value in values if len(value.encode()) > 4)


def haystacks(place):
    for path in sorted(place.rglob("*")):
        if not path.is_file():
            continue
        yield path, path.read_bytes()
        yield path, str(path.relative_to(place)).encode()
        if path.suffix == ".parquet":
            # The same rows without any codec or dictionary: what a page holds once it is decompressed.
            sink = pa.BufferOutputStream()
            pq.write_table(pq.read_table(path), sink, compression="none", use_dictionary=False)
            yield path, sink.getvalue().to_pybytes()


schemas, source, *places = map(pathlib.Path, sys.argv[1:])
values = direct(schemas, source)
assert values, "no value to look for"
finder = ahocorasick_rs.BytesAhoCorasick([value.encode() for value in values])
searched = 0
for place in places:
    for path, bytes_ in haystacks(place):
        searched += len(bytes_)
        hits = finder.find_matches_as_indexes(bytes_)
        assert not hits, f"{len(hits)} values of direct columns in {path}, the first of {len(values[hits[0][0]])} bytes"
assert searched, "nothing to search"
print(f"0 of {len(values)} values in {searched} bytes")
