"""Makes the tables in tests/samples/lake with their own writers, and says what their own readers read of them.

    python lake.py FOLDER      (needs requirements-lake.txt)

FOLDER then holds delta/<case>/, iceberg/<case>/ and expected.json: {case: {snapshot or "newest": rows}}. Where no writer
of the two in Python writes a kind of deletes, its objects are written here as the specifications say; all but deletes by
equality, which neither reads, are then read by deltalake and pyiceberg all the same. Rows that are not of the newest
snapshot carry CANARY, which must never leave.
"""

import binascii
import datetime
import decimal
import json
import os
import struct
import sys
import uuid
from pathlib import Path

import fastavro
import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable, QueryBuilder, write_deltalake
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.manifest import (
    DataFile, DataFileContent, FileFormat, ManifestContent, ManifestEntry, ManifestEntryStatus, ManifestWriterV2,
    write_manifest_list,
)
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table import StaticTable
from pyiceberg.table.snapshots import Operation, Snapshot, Summary
from pyiceberg.table.update import AddSnapshotUpdate, SetSnapshotRefUpdate
from pyiceberg.transforms import IdentityTransform, TruncateTransform
from pyiceberg.typedef import Record
from pyiceberg.types import DateType, IntegerType, LongType, NestedField, StringType, StructType
from pyroaring import BitMap

EXPECTED = {}


def plain(value):
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value


def expect(case, snapshot, table):
    rows = [plain(row) for row in table.to_pylist()]
    EXPECTED.setdefault(case, {})[str(snapshot)] = sorted(rows, key=lambda row: row["id"])


def people(ids, mark=""):
    ids = list(ids)
    return pa.table({
        "id": pa.array(ids, pa.int64()),
        "name": pa.array([f"{mark}Aino {i}" if i % 5 else None for i in ids], pa.string()),
        "plan": pa.array([["basic", "pro"][i % 2] for i in ids], pa.string()),
    })


# Delta Lake


def read(path, version=None):
    rows = QueryBuilder().register("rows", DeltaTable(path, version=version)).execute("select * from rows")
    return pa.table(rows.read_all() if hasattr(rows, "read_all") else rows)


def delta(case, *versions):
    path = ROOT / "delta" / case
    for version in versions:
        expect(f"delta/{case}", version, read(path, version))
    expect(f"delta/{case}", "newest", read(path))


def delta_partitioned():
    """Two partition columns with odd values, rewritten and removed objects, several versions."""
    path = ROOT / "delta/partitioned"

    def rows(ids, city, day, mark=""):
        table = people(ids, mark)
        table = table.append_column("city", pa.array([city] * len(table), pa.string()))
        return table.append_column("day", pa.array([day] * len(table), pa.date32()))

    by = ["city", "day"]
    first, second = datetime.date(2026, 1, 2), datetime.date(2026, 2, 3)
    write_deltalake(path, rows(range(6), "Turku", first), partition_by=by)
    write_deltalake(path, rows(range(6, 10), "São/Tomé =x %25", second), mode="append", partition_by=by)
    write_deltalake(path, rows(range(10, 13), None, second), mode="append", partition_by=by)
    write_deltalake(path, rows(range(90, 95), "Turku", second, "CANARY "), mode="append", partition_by=by)
    DeltaTable(path).delete("id >= 90")
    DeltaTable(path).delete("id = 3")
    delta("partitioned", 1)


def commit(path, version, *actions):
    lines = [json.dumps(action) for action in ({"commitInfo": {"timestamp": 0, "operation": "WRITE"}},) + actions]
    (path / "_delta_log" / f"{version:020}.json").write_text("\n".join(lines) + "\n")


def actions(path, version, kind):
    lines = (path / "_delta_log" / f"{version:020}.json").read_text().splitlines()
    return [action[kind] for action in map(json.loads, lines) if kind in action]


Z85 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"


def z85(content):
    out = ""
    for (number,) in struct.iter_unpack(">I", content):
        out += "".join(Z85[number // 85**place % 85] for place in (4, 3, 2, 1, 0))
    return out


def vector(rows):
    """Magic and 64-bit Roaring bitmap: what Delta Lake and Iceberg have in common."""
    return bytes.fromhex("d1d33964") + struct.pack("<QI", 1, 0) + BitMap(rows).serialize()


def framed(content):
    return struct.pack(">I", len(content)) + content + struct.pack(">I", binascii.crc32(content))


def delta_vectors():
    """Two deletion vectors in one object behind another, one in the log itself, and an object without any."""
    path = ROOT / "delta/vectors"
    settings = {"delta.enableDeletionVectors": "true"}
    for number in range(3):
        ids = range(100 * number, 100 * number + 100)
        marked = [f"CANARY {i}" if i % 7 == 0 and number < 2 or i in (200, 299) else f"Aino {i}" for i in ids]
        table = people(ids).set_column(1, "name", pa.array(marked))
        write_deltalake(path, table, mode="append", configuration=settings)
    write_deltalake(path, people(range(300, 305)), mode="append")
    adds = [actions(path, version, "add")[0] for version in range(3)]
    name = uuid.UUID("6d8b0d3a-6f5e-4d0c-9e43-1f0a5f0e2b11")
    content, placed = b"\x01", []
    for number in range(2):
        rows = [i for i in range(100) if (100 * number + i) % 7 == 0]
        body = vector(rows)
        placed.append({
            "storageType": "u", "pathOrInlineDv": "ab" + z85(name.bytes), "offset": len(content),
            "sizeInBytes": len(body), "cardinality": len(rows),
        })
        content += framed(body)
    (path / "ab").mkdir()
    (path / "ab" / f"deletion_vector_{name}.bin").write_bytes(content)
    inline = vector([0, 99])
    inline += bytes(-len(inline) % 4)
    placed.append({"storageType": "i", "pathOrInlineDv": z85(inline), "sizeInBytes": len(inline), "cardinality": 2})
    replaced = []
    for add, where in zip(adds, placed):
        gone = {"path": add["path"], "deletionTimestamp": 1, "dataChange": True, "partitionValues": {}, "size": add["size"]}
        replaced += [{"remove": gone}, {"add": {**add, "deletionVector": where}}]
    commit(path, 4, *replaced)
    delta("vectors")


def delta_mapped():
    """Columns with names in objects that are not theirs, a structure among them; one renamed, one dropped."""
    path = ROOT / "delta/mapped"
    address = pa.array([{"street": f"Katu {i}", "zip": f"0{i}"} for i in range(8)])
    table = people(range(8)).append_column("address", address).append_column("old", pa.array(["CANARY"] * 8))
    write_deltalake(path, table, configuration={"delta.columnMapping.mode": "name"})
    metadata = actions(path, 0, "metaData")[0]
    schema = json.loads(metadata["schemaString"])
    schema["fields"] = [field for field in schema["fields"] if field["name"] != "old"]
    for field in schema["fields"]:
        field["name"] = {"name": "full_name"}.get(field["name"], field["name"])
        if field["name"] == "address":
            field["type"]["fields"].reverse()
            field["type"]["fields"][0]["name"] = "postcode"
    commit(path, 1, {"metaData": {**metadata, "schemaString": json.dumps(schema)}})
    delta("mapped", 0)


def delta_evolved():
    """A column added, and one widened by a later commit."""
    path = ROOT / "delta/evolved"
    table = people(range(4)).append_column("points", pa.array([1, 2, None, 4], pa.int32()))
    write_deltalake(path, table)
    more = people(range(4, 8)).append_column("points", pa.array([5, 6, 7, 8], pa.int32()))
    more = more.append_column("since", pa.array([datetime.datetime(2026, 1, i) for i in range(1, 5)], pa.timestamp("us", "UTC")))
    write_deltalake(path, more, mode="append", schema_mode="merge")
    metadata = actions(path, 1, "metaData")[0]
    schema = json.loads(metadata["schemaString"])
    for field in schema["fields"]:
        if field["name"] == "points":
            field["type"] = "long"
            field["metadata"]["delta.typeChanges"] = [{"fromType": "integer", "toType": "long"}]
    configuration = {**metadata["configuration"], "delta.enableTypeWidening": "true"}
    features = {"minReaderVersion": 3, "minWriterVersion": 7, "readerFeatures": ["typeWidening"], "writerFeatures": ["typeWidening"]}
    commit(path, 2, {"protocol": features}, {"metaData": {**metadata, "schemaString": json.dumps(schema), "configuration": configuration}})
    EXPECTED["delta/evolved"] = {}
    table = read(path, 1)
    expect("delta/evolved", "newest", table.set_column(3, "points", table["points"].cast(pa.int64())))


def delta_compacted():
    """Many small commits compacted into one object, behind a checkpoint; older commits are gone, old objects are not."""
    path = ROOT / "delta/compacted"
    for number in range(6):
        write_deltalake(path, people([number], "" if number != 4 else "CANARY "), mode="append")
    DeltaTable(path).delete("id = 4")
    DeltaTable(path).optimize.compact()
    DeltaTable(path).create_checkpoint()
    for log in sorted((path / "_delta_log").glob("*.json"))[:-1]:
        log.unlink()
    write_deltalake(path, people([6]), mode="append")
    # What writers that lost a race, or crashed, leave behind.
    pq.write_table(people([66], "CANARY "), path / "part-00000-never-committed.parquet")
    (path / "_delta_log/_commit_7f.json.tmp").write_text('{"add":{"path":"part-00000-never-committed.parquet"}}\n')
    delta("compacted")


# Iceberg


def new_table(case, schema, **settings):
    return CATALOG.create_table(f"lake.{case}", schema=schema, location=f"file://{ROOT}/iceberg/{case}", **settings)


def iceberg(case, table, *snapshots):
    for snapshot in snapshots:
        expect(f"iceberg/{case}", snapshot, table.scan(snapshot_id=snapshot).to_arrow())
    expect(f"iceberg/{case}", "newest", table.scan().to_arrow())


PEOPLE = Schema(
    NestedField(1, "id", LongType(), required=False),
    NestedField(2, "name", StringType(), required=False),
    NestedField(3, "plan", StringType(), required=False),
)


def iceberg_partitioned():
    """Partitioned by a column and by the first letter of another; rows deleted by rewriting; several snapshots."""
    def rows(ids, city, mark=""):
        table = people(ids, mark).append_column("city", pa.array([city] * len(list(ids)), pa.string()))
        days = [datetime.date(2026, 1 + i % 3, 5) for i in ids]
        return table.append_column("day", pa.array(days, pa.date32()))

    schema = Schema(*PEOPLE.fields, NestedField(4, "city", StringType()), NestedField(5, "day", DateType()))
    spec = PartitionSpec(
        PartitionField(source_id=4, field_id=1000, transform=IdentityTransform(), name="city"),
        PartitionField(source_id=3, field_id=1001, transform=TruncateTransform(1), name="plan_start"),
    )
    first = rows(range(6), "Turku")
    table = new_table("partitioned", schema, partition_spec=spec)
    table.append(first)
    old = table.current_snapshot().snapshot_id
    table.append(rows(range(6, 10), "São/Tomé =x"))
    table.append(rows(range(90, 95), "Turku", "CANARY "))
    table.delete("id >= 90")
    iceberg("partitioned", table, old)


class Deletes(ManifestWriterV2):
    def content(self):
        return ManifestContent.DELETES

    @property
    def _meta(self):
        return {**super()._meta, "content": "deletes"}


def add_deletes(table, files, version):
    """Commits objects of deletes: a manifest of them, behind those of the snapshot before."""
    before, io = table.current_snapshot(), table.io
    snapshot = int(uuid.uuid4()) >> 66
    folder = f"{table.location()}/metadata"
    writer = Deletes(table.spec(), table.schema(), io.new_output(f"{folder}/{uuid.uuid4()}-m0.avro"), snapshot, "deflate")
    with writer:
        for file in files:
            writer.add_entry(ManifestEntry.from_args(status=ManifestEntryStatus.ADDED, snapshot_id=snapshot, data_file=file))
    sequence = table.metadata.last_sequence_number + 1
    path = f"{folder}/snap-{snapshot}-0-{uuid.uuid4()}.avro"
    with write_manifest_list(2, io.new_output(path), snapshot, before.snapshot_id, sequence, "deflate") as manifests:
        manifests.add_manifests([writer.to_manifest_file()] + before.manifests(io))
    made = Snapshot(
        snapshot_id=snapshot, parent_snapshot_id=before.snapshot_id, sequence_number=sequence, manifest_list=path,
        timestamp_ms=before.timestamp_ms + 1, summary=Summary(Operation.DELETE), schema_id=table.metadata.current_schema_id,
        **({"first_row_id": 0, "added_rows": 0} if version == 3 else {}),
    )
    updates = (
        AddSnapshotUpdate(snapshot=made),
        SetSnapshotRefUpdate(ref_name="main", type="branch", snapshot_id=snapshot),
    )
    CATALOG.commit_table(table, (), updates)
    return table.refresh()


def delete_file(table, path, content, records, **more):
    known = dict(
        content=content, file_path=path, file_format=FileFormat.PARQUET, partition=Record(), record_count=records,
        file_size_in_bytes=os.path.getsize(path.removeprefix("file://")), **more,
    )
    made = DataFile.from_args(_table_format_version=2, **known)
    made.spec_id = table.spec().spec_id
    return made


def numbered(name, kind, number):
    return pa.field(name, kind, nullable=False, metadata={"PARQUET:field_id": str(number)})


def iceberg_positions():
    """Deletes by position, of two data files in one object, and a data file written after them."""
    table = new_table("positions", PEOPLE, properties={"format-version": "2"})
    table.append(people(range(0, 50)).set_column(1, "name", pa.array([f"CANARY {i}" if i % 7 == 0 else f"Aino {i}" for i in range(50)])))
    table.append(people(range(50, 60)).set_column(1, "name", pa.array([f"CANARY {i}" if i == 59 else f"Aino {i}" for i in range(50, 60)])))
    paths = {task.file.record_count: task.file.file_path for task in table.scan().plan_files()}
    gone = sorted([(paths[50], i) for i in range(0, 50, 7)] + [(paths[10], 9)])
    schema = pa.schema([numbered("file_path", pa.string(), 2147483546), numbered("pos", pa.int64(), 2147483545)])
    path = f"{table.location()}/data/{uuid.uuid4()}-deletes.parquet"
    rows = pa.table([pa.array([p for p, _ in gone]), pa.array([i for _, i in gone], pa.int64())], schema=schema)
    pq.write_table(rows, path.removeprefix("file://"))
    table = add_deletes(table, [delete_file(table, path, DataFileContent.POSITION_DELETES, len(gone))], 2)
    table.append(people(range(60, 63)))
    iceberg("positions", table)


def iceberg_equality():
    """Deletes by equality of one column, and of two with a null; they hold for older data alone."""
    table = new_table("equality", PEOPLE, properties={"format-version": "2"})
    marked = [f"CANARY {i}" if i in (3, 8) else None if i % 5 == 0 else f"Aino {i}" for i in range(12)]
    table.append(people(range(12)).set_column(1, "name", pa.array(marked)))
    folder, files = f"{table.location()}/data", []
    for ids, rows in [
        ([1], pa.table([pa.array([3, 8, 77], pa.int64())], schema=pa.schema([numbered("id", pa.int64(), 1)]))),
        ([2, 3], pa.table(
            [pa.array([None, "Aino 7"]), pa.array(["pro", "basic"])],
            schema=pa.schema([numbered("name", pa.string(), 2).with_nullable(True), numbered("plan", pa.string(), 3)]),
        )),
    ]:
        path = f"{folder}/{uuid.uuid4()}-equality.parquet"
        pq.write_table(rows, path.removeprefix("file://"))
        files.append(delete_file(table, path, DataFileContent.EQUALITY_DELETES, rows.num_rows, equality_ids=ids))
    table = add_deletes(table, files, 2)
    table.append(people([3, 20]))
    # Of no name and the plan "pro" are 5 and, of the older data, none else; the name of 7 has another plan.
    left = [i for i in range(12) if i not in (3, 8, 5)]
    rows = pa.concat_tables([people(range(12)).set_column(1, "name", pa.array(marked)).take(left), people([3, 20])])
    expect("iceberg/equality", "newest", rows)


def iceberg_vectors():
    """A deletion vector of version 3, in a Puffin object behind another blob."""
    table = new_table("vectors", PEOPLE, properties={"format-version": "2"})
    names = pa.array([f"CANARY {i}" if i % 9 == 4 else f"Aino {i}" for i in range(40)])
    table.append(people(range(40)).set_column(1, "name", names))
    data = next(iter(table.scan().plan_files())).file.file_path
    rows = [i for i in range(40) if i % 9 == 4]
    blob = framed(vector(rows))
    puffin = b"PFA1" + b"another blob" + blob
    start = len(puffin) - len(blob)
    footer = json.dumps({"blobs": [{
        "type": "deletion-vector-v1", "fields": [2147483645], "snapshot-id": -1, "sequence-number": -1, "offset": start,
        "length": len(blob), "properties": {"referenced-data-file": data, "cardinality": str(len(rows))},
    }], "properties": {}}).encode()
    puffin += b"PFA1" + footer + struct.pack("<i", len(footer)) + bytes(4) + b"PFA1"
    path = f"{table.location()}/data/{uuid.uuid4()}-deletes.puffin"
    Path(path.removeprefix("file://")).write_bytes(puffin)
    write_vector_table(table, data, path, start, len(blob), rows)
    newest = max((ROOT / "iceberg/vectors/metadata").glob("*.metadata.json"))
    expect("iceberg/vectors", "newest", StaticTable.from_metadata(f"file://{newest}").scan().to_arrow())


def write_vector_table(table, data, path, start, length, rows):
    """Metadata of version 3 behind that of the writer, whose manifests end at version 2."""
    folder, snapshot, before = f"{table.location()}/metadata".removeprefix("file://"), 7_000_000_001, table.current_snapshot()
    manifest = before.manifests(table.io)[0]
    source = manifest.manifest_path.removeprefix("file://")
    with open(source, "rb") as file:
        reader = fastavro.reader(file)
        schema, meta, entry = reader.writer_schema, dict(reader.metadata), next(reader)
    fields = next(field for field in schema["fields"] if field["name"] == "data_file")["type"]["fields"]
    for name, kind, number in [("referenced_data_file", "string", 143), ("content_offset", "long", 144), ("content_size_in_bytes", "long", 145)]:
        if all(field["name"] != name for field in fields):
            fields.append({"name": name, "type": ["null", kind], "default": None, "field-id": number})
    file = {key: None if key not in ("partition",) else value for key, value in entry["data_file"].items()}
    file.update(
        content=1, file_path=path, file_format="PUFFIN", record_count=len(rows), referenced_data_file=data,
        file_size_in_bytes=os.path.getsize(path.removeprefix("file://")), content_offset=start, content_size_in_bytes=length,
    )
    entry.update(status=1, snapshot_id=snapshot, sequence_number=None, file_sequence_number=None, data_file=file)
    made = f"{folder}/{uuid.uuid4()}-m0.avro"
    kept = {key: value for key, value in meta.items() if not key.startswith("avro.")}
    with open(made, "wb") as out:
        fastavro.writer(out, schema, [entry], metadata={**kept, "content": "deletes", "format-version": "3"})
    with open(before.manifest_list.removeprefix("file://"), "rb") as file:
        reader = fastavro.reader(file)
        schema, meta, listed = reader.writer_schema, dict(reader.metadata), list(reader)
    deletes = {**listed[0], "manifest_path": f"file://{made}", "manifest_length": os.path.getsize(made), "content": 1,
               "sequence_number": 2, "min_sequence_number": 2, "added_snapshot_id": snapshot,
               "added_rows_count": len(rows)}
    listing = f"{folder}/snap-{snapshot}-0-{uuid.uuid4()}.avro"
    kept = {key: value for key, value in meta.items() if not key.startswith("avro.")}
    if all(field["name"] != "first_row_id" for field in schema["fields"]):
        schema["fields"].append({"name": "first_row_id", "type": ["null", "long"], "default": None, "field-id": 520})
    with open(listing, "wb") as out:
        fastavro.writer(out, schema, [{**listed[0], "first_row_id": 0}, {**deletes, "first_row_id": None}], metadata={**kept, "format-version": "3"})
    newest = max(Path(folder).glob("*.metadata.json"))
    metadata = json.loads(newest.read_text())
    metadata.update({"format-version": 3, "next-row-id": 40, "last-sequence-number": 2, "current-snapshot-id": snapshot})
    metadata["refs"]["main"]["snapshot-id"] = snapshot
    for known in metadata["snapshots"]:
        known.update({"first-row-id": 0, "added-rows": 40})
    metadata["snapshots"].append({
        "snapshot-id": snapshot, "parent-snapshot-id": before.snapshot_id, "sequence-number": 2,
        "timestamp-ms": before.timestamp_ms + 1, "manifest-list": f"file://{listing}", "schema-id": 0,
        "summary": {"operation": "delete"}, "first-row-id": 40, "added-rows": 0,
    })
    number = int(newest.name.split("-")[0]) + 1
    (Path(folder) / f"{number:05}-{uuid.uuid4()}.metadata.json").write_text(json.dumps(metadata))


def iceberg_evolved():
    """Columns renamed, widened, added, dropped, and added anew under a name that was another's; so in a structure."""
    schema = Schema(
        NestedField(1, "id", LongType()), NestedField(2, "name", StringType()), NestedField(3, "points", IntegerType()),
        NestedField(4, "secret", StringType()),
        NestedField(5, "address", StructType(NestedField(6, "street", StringType()), NestedField(7, "zip", StringType()))),
    )
    table = new_table("evolved", schema)

    def rows(ids, **more):
        columns = {"id": pa.array(ids, pa.int64()), **more}
        table.append(pa.table(columns))

    rows([0, 1], name=pa.array(["Aino", None]), points=pa.array([1, None], pa.int32()), secret=pa.array(["CANARY"] * 2),
         address=pa.array([{"street": "Katu 1", "zip": "00100"}, None]))
    with table.update_schema() as update:
        update.rename_column("name", "full_name")
        update.update_column("points", LongType())
        update.delete_column("secret")
        update.rename_column("address.zip", "postcode")
    with table.update_schema() as update:
        update.add_column("secret", LongType())
        update.add_column(("address", "city"), StringType())
        update.move_first("points")
    rows([2, 3], points=pa.array([2**40, 5], pa.int64()), full_name=pa.array(["Ilmari", "Väinö"]), secret=pa.array([7, None], pa.int64()),
         address=pa.array([{"street": "Katu 2", "postcode": "20100", "city": "Turku"}] * 2))
    iceberg("evolved", table)


if __name__ == "__main__":
    ROOT = Path(sys.argv[1]).absolute()
    (ROOT / "delta").mkdir(parents=True)
    (ROOT / "iceberg").mkdir()
    CATALOG = SqlCatalog("lake", uri="sqlite:///:memory:", warehouse=f"file://{ROOT}/iceberg")
    CATALOG.create_namespace("lake")
    for make in [
        delta_partitioned, delta_vectors, delta_mapped, delta_evolved, delta_compacted, iceberg_partitioned,
        iceberg_positions, iceberg_equality, iceberg_vectors, iceberg_evolved,
    ]:
        make()
    (ROOT / "expected.json").write_text(json.dumps(EXPECTED, indent=1, ensure_ascii=False) + "\n")
