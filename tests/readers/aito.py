"""aito.py make CORPUS OUT | check CORPUS SOURCE RELEASE: users and orders of Aito's generated shop, as relational.py does"""
import json
import pathlib
import sys

import duckdb
import relational

RULES = {
    "users": {
        "id": '{ class = "direct", method = "pseudonym", domain = "user" }',
        "first_name": '{ class = "direct", method = "fake", kind = "first_name" }',
        "last_name": '{ class = "direct", method = "fake", kind = "last_name" }',
        "email": '{ class = "direct", method = "fake", kind = "email" }',
        "address": '{ class = "direct", method = "fake", kind = "street" }',
        "city": '{ class = "quasi", method = "fake", kind = "city" }',
        "postal_code": '{ class = "quasi", method = "generalise", width = 1000 }',
        "age": '{ class = "quasi", method = "generalise", width = 10 }',
        "gender": '{ class = "quasi", method = "keep", because = "two values" }',
    },
    "orders": {
        "id": '{ class = "direct", method = "pseudonym", domain = "order" }',
        "user": '{ class = "direct", method = "pseudonym", domain = "user" }',
        "product": '{ class = "attribute", method = "keep", because = "a catalogue number" }',
        "quantity": '{ class = "attribute", method = "keep", because = "a count of goods" }',
        "time": '{ class = "quasi", method = "generalise", prefix = 7 }',
    },
}


def make(corpus, out):
    for table, rules in RULES.items():
        folder = out / "data" / table
        folder.mkdir(parents=True)
        source = f"read_json('{corpus}/upload/{table}.ndjson.gz', format='newline_delimited')"
        kinds = {"time": "varchar"}
        columns = ", ".join(f'"{name}"::{kinds[name]} as "{name}"' if name in kinds else f'"{name}"' for name in rules)
        duckdb.sql(f"copy (select {columns} from {source}) to '{folder / '0.parquet'}' (format parquet)")
        relational.write_schema(out, corpus.name, table, rules)


def check(corpus, source, release):
    measured = json.loads((corpus / "links_measured.json").read_text())
    kept = [entry for entry in measured if entry["link"].split("->")[0].split(".")[0] in RULES and "child_rows" in entry]
    assert kept
    for entry in kept:
        child, parent = (end.split(".") for end in entry["link"].split("->"))
        link = {"table": child[0], "column": child[1], "ref_table": parent[0], "ref_column": parent[1]}
        before, after = relational.facts(source, link), relational.facts(release, link)
        assert before == after and after[:3] == (entry["nonnull"], entry["distinct"], entry["orphans"]), (entry, before, after)
    print(f"{len(kept)} links hold")


command, *paths = sys.argv[1:]
{"make": make, "check": check}[command](*map(pathlib.Path, paths))
