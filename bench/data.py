"""Makes the data that is measured: the same bytes every time, and no person in them.

    data.py customers ROWS OUT        16 columns, unique and repeated ones, zstd level 1
    data.py dictionary ROWS OUT       20 text columns of 100 to 50,000 distinct values, dictionary-encoded
    data.py plain ROWS OUT            the same rows without a dictionary
    data.py group ROWS OUT            text that does not compress, in one row group (16,000,000 rows: 4 GB)
    data.py objects COUNT FOLDER      customers in COUNT files of 100 rows
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

CHUNK = 1_000_000
ROW_GROUP = 500_000
ROWS_OF_AN_OBJECT = 100
DICTIONARY_COLUMNS = [f"c{number:02}" for number in range(20)]
GROUP_COLUMNS = ["id", *(f"t{number}" for number in range(8))]
GROUP_HASHED = 4
GROUP_WIDTH = 40

FIRST = (
    "Aino Eero Helmi Onni Anna Mikko Laura Jari Sofia Elias James Mary John Linda Robert Susan Wei Fatima Olga Ivan "
    "Kenji Yuki Lars Ingrid Pierre Camille Hans Greta Luis Carmen"
).split()
FIRST_ENDINGS = ["", "a", "o", "i", "e", "u", "y", "ya", "na", "ko"]
LAST = "Virta Korho Maki Niemi Lahti Smith John William Garcia Muller Schmidt Rossi Tanaka Ivanov Berg Lind".split()
LAST_ENDINGS = ["nen", "son", "", "la", "sen", "ova", "ez", "man", "er", "ini"]
COUNTRIES = ["FI", "SE", "NO", "DE", "FR", "GB", "US", "ES", "IT", "EE"]
PLANS = ["free", "basic", "pro", "enterprise"]
WORDS = (
    "the order was late please call customer about invoice refund delivery product broken thanks support asked new "
    "address account update meeting next week offer contract price agreed sent email reply"
).split()

Random = np.random.Generator


def text(numbers: np.ndarray) -> pa.Array:
    return pa.array(numbers).cast(pa.string())


def pick(random: Random, values: list[str], rows: int) -> pa.Array:
    return pa.array(values).take(pa.array(random.integers(0, len(values), rows, dtype=np.int32)))


def join(*parts: pa.Array | str, by: str = "") -> pa.Array:
    return pc.binary_join_element_wise(*parts, by)


def customers_chunk(random: Random, first_row: int, rows: int) -> pa.Table:
    """Some customers; the first five of six identifying columns hardly repeat, names do."""
    ids = np.arange(first_row, first_row + rows, dtype=np.int64) * 7919 % 1_000_000_007
    first = pick(random, [name + ending for name in FIRST for ending in FIRST_ENDINGS], rows)
    last = pick(random, [name + ending for name in LAST for ending in LAST_ENDINGS], rows)
    return pa.table({
        "customer_id": ids,
        "first_name": first,
        "last_name": last,
        "email": join(pc.utf8_lower(first), ".", pc.utf8_lower(last), text(ids), "@example.com"),
        "phone": join("+35840", text(random.integers(1_000_000, 9_999_999, rows))),
        "iban": join("FI", text(random.integers(10, 99, rows)), text(random.integers(10**13, 10**14 - 1, rows))),
        "birth_date": pa.array(random.integers(-10_000, 15_000, rows, dtype=np.int32)).cast(pa.date32()),
        "street": join(last, "katu ", text(random.integers(1, 200, rows))),
        "city": pick(random, [f"City{number}" for number in range(2000)], rows),
        "country": pick(random, COUNTRIES, rows),
        "postcode": text(random.integers(10_000, 99_999, rows)),
        "plan": pick(random, PLANS, rows),
        "balance": np.round(random.normal(500, 300, rows), 2),
        "orders": random.poisson(5, rows).astype(np.int32),
        "signup": pa.array(random.integers(1_400_000_000, 1_700_000_000, rows) * 1_000_000).cast(pa.timestamp("us")),
        "notes": join(*(pick(random, WORDS, rows) for _ in range(12)), by=" "),
    })


def customers(rows: int) -> Iterator[pa.Table]:
    random = np.random.default_rng(7)
    for first_row in range(0, rows, CHUNK):
        yield customers_chunk(random, first_row, min(CHUNK, rows - first_row))


def repeating(rows: int, most: int = 50_000) -> Iterator[pa.Table]:
    """Rows whose columns hold 100 to `most` distinct values, evenly spaced by ratio."""
    random = np.random.default_rng(11)
    counts = np.geomspace(100, most, len(DICTIONARY_COLUMNS)).round().astype(int)
    values = [[f"{name}-{number:05}-of-{count}" for number in range(count)]
              for name, count in zip(DICTIONARY_COLUMNS, counts)]
    for first_row in range(0, rows, CHUNK):
        size = min(CHUNK, rows - first_row)
        yield pa.table([pick(random, each, size) for each in values], names=DICTIONARY_COLUMNS)


def noise(random: Random, rows: int) -> pa.Array:
    """Text of 40 letters out of 62: some six bits of eight, and no codec finds fewer. Signs between them would make tokens and
    names of it by chance."""
    alphabet = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", np.uint8)
    letters = alphabet[random.integers(0, len(alphabet), rows * GROUP_WIDTH, dtype=np.uint8)]
    offsets = np.arange(0, rows * GROUP_WIDTH + 1, GROUP_WIDTH, dtype=np.int32)
    return pa.Array.from_buffers(pa.string(), rows, [None, pa.py_buffer(offsets), pa.py_buffer(letters)])


def group(rows: int) -> pa.Table:
    """One table whose text columns are of two texts, in other orders, so that it needs a quarter of the memory: what is hashed
    and what is kept share no value, or no guard would let it pass."""
    random = np.random.default_rng(13)
    sizes = [min(CHUNK, rows - first_row) for first_row in range(0, rows, CHUNK)]
    ids = pa.chunked_array([random.integers(0, 2**62, size) for size in sizes])
    hashed, kept = ([noise(random, size) for size in sizes] for _ in range(2))
    turned = [turn(hashed, by) for by in range(GROUP_HASHED - 1)] + [turn(kept, by) for by in range(9 - GROUP_HASHED)]
    return pa.table([ids, *turned], names=GROUP_COLUMNS)


def turn(chunks: list[pa.Array], by: int) -> pa.ChunkedArray:
    return pa.chunked_array(chunks[by % len(chunks):] + chunks[:by % len(chunks)])


def write(tables: Iterator[pa.Table], out: Path, row_group: int = ROW_GROUP, **options: object) -> None:
    first = next(tables)
    with pq.ParquetWriter(out, first.schema, compression="zstd", compression_level=1, **options) as writer:
        writer.write_table(first, row_group_size=row_group)
        for table in tables:
            writer.write_table(table, row_group_size=row_group)


def write_objects(count: int, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rows = pa.concat_tables(customers(count * ROWS_OF_AN_OBJECT))
    for number in range(count):
        part = rows.slice(number * ROWS_OF_AN_OBJECT, ROWS_OF_AN_OBJECT)
        pq.write_table(part, folder / f"{number:05}.parquet", compression="zstd", compression_level=1)


def make(kind: str, size: int, out: Path) -> None:
    match kind:
        case "customers":
            write(customers(size), out)
        case "dictionary":
            # Room for 50,000 values in a dictionary page; a writer gives its dictionary up at 1 MiB otherwise.
            write(repeating(size), out, dictionary_pagesize_limit=16 << 20)
        case "plain":
            write(repeating(size), out, use_dictionary=False)
        case "group":
            pq.write_table(group(size), out, row_group_size=size, compression="zstd", compression_level=1)
        case "objects":
            write_objects(size, out)
        case other:
            sys.exit(f"no such data: {other}\n\n{__doc__}")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    make(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
