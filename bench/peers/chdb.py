"""chDB, ClickHouse in a process: SHA-256 of a secret and the value, 16 hex letters of it."""

import sys

import chdb

from bench.columns import HASHED, KEPT

source, out, threads = sys.argv[1:]
value = "toString(assumeNotNull({0}))"
hashed = [f"lower(substring(hex(SHA256(concat('k3y', {value.format(c)}))), 1, 16)) as {c}" for c in HASHED]
chdb.query(f"""
    insert into function file('{out}', Parquet)
    select {", ".join(hashed + KEPT)} from file('{source}', Parquet)
    settings max_threads = {threads}, max_insert_threads = {threads},
        output_format_parquet_compression_method = 'zstd', engine_file_truncate_on_insert = 1
""")
