"""DuckDB: SHA-256 of a secret and the value, 16 hex letters of it."""

import sys

import duckdb

from bench.columns import HASHED, KEPT

source, out, threads = sys.argv[1:]
connection = duckdb.connect()
connection.sql(f"set threads = {threads}; set preserve_insertion_order = true; set enable_progress_bar = false")
hashed = [f"left(sha256('k3y' || {column}::varchar), 16) as {column}" for column in HASHED]
connection.sql(f"""
    copy (select {", ".join(hashed + KEPT)} from '{source}')
    to '{out}' (format parquet, compression zstd, compression_level 1, row_group_size 500000)
""")
