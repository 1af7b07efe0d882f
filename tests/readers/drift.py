"""drift.py OUT: two files of people, the second with a column more"""
import pathlib
import sys

import pyarrow as pa
import pyarrow.parquet as pq

out = pathlib.Path(sys.argv[1])
rows = {"id": list(range(20000)), "name": [f"Person {n}" for n in range(20000)]}
pq.write_table(pa.table(rows), out / "plain.parquet")
pq.write_table(pa.table(rows | {"phone": [f"+358 40 {n}" for n in range(20000)]}), out / "drifted.parquet")
