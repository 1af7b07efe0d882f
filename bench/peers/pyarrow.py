"""PyArrow with Python's hashlib: keyed BLAKE2b, value by value, on one thread."""

import sys
from hashlib import blake2b

import pyarrow as pa
import pyarrow.parquet as pq

from bench.columns import HASHED

source, out, _threads = sys.argv[1:]


def token(value: object) -> str:
    return blake2b(str(value).encode(), key=b"k3y", digest_size=8).hexdigest()


def hashed(batch: pa.RecordBatch) -> pa.RecordBatch:
    columns = [
        pa.array([token(value) for value in column.to_pylist()]) if name in HASHED else column
        for name, column in zip(batch.schema.names, batch.columns)
    ]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def main() -> None:
    file = pq.ParquetFile(source)
    writer = None
    for batch in map(hashed, file.iter_batches(65_536)):
        writer = writer or pq.ParquetWriter(out, batch.schema, compression="zstd", compression_level=1)
        writer.write_batch(batch)
    writer.close()


main()
