"""PySpark on this machine's threads: SHA-256 of a secret and the value, 16 hex letters of it."""

import sys

from pyspark.sql import SparkSession
from pyspark.sql.functions import col, concat, lit, sha2, substring

from bench.columns import HASHED

source, out, threads = sys.argv[1:]
session = (
    SparkSession.builder.master(f"local[{threads}]")
    .config("spark.driver.memory", "4g")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.parquet.compression.codec", "zstd")
    .config("spark.log.level", "ERROR")
    .getOrCreate()
)
hashed = {column: substring(sha2(concat(lit("k3y"), col(column).cast("string")), 256), 1, 16) for column in HASHED}
session.read.parquet(source).withColumns(hashed).write.mode("overwrite").parquet(out)
session.stop()
