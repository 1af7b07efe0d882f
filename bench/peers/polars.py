"""Polars: its own hash, which is fast and not cryptographic, so it does less than was asked."""

import os
import sys

source, out, threads = sys.argv[1:]
os.environ["POLARS_MAX_THREADS"] = threads

import polars  # noqa: E402  It reads the number of threads when it is imported.

from bench.columns import HASHED  # noqa: E402

hashed = [polars.col(column).hash(7) for column in HASHED]
polars.scan_parquet(source).with_columns(hashed).sink_parquet(
    out, compression="zstd", compression_level=1, row_group_size=500_000
)
