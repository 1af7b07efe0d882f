"""relational.py make CORPUS OUT      CSV tables of a database as Parquet, OUT/<table>/0.parquet, and OUT/schemas/<table>.toml
relational.py check CORPUS SOURCE RELEASE   links of the source hold in the release; prints what was compared"""
import json
import pathlib
import re
import sys

import duckdb

PERSON = {
    "first_name": "first_name", "last_name": "last_name", "firstname": "first_name", "lastname": "last_name",
    "email": "email", "phone": "phone", "fax": "phone", "address": "street", "address2": "street",
    "company": "company", "username": "first_name",
}
TOKENS = {"password", "picture", "postal_code", "postalcode", "district"}


def keys(links):
    """The domain of each column that is an end of a link: the name of the column it leads to."""
    domains = {}
    for link in links["links"]:
        domain = f"{link['ref_table']}.{link['ref_column']}"
        domains[(link["table"], link["column"])] = domains[(link["ref_table"], link["ref_column"])] = domain
    # An end may itself lead on; one domain for all of them.
    changed = True
    while changed:
        changed = False
        for link in links["links"]:
            child, parent = (link["table"], link["column"]), (link["ref_table"], link["ref_column"])
            if domains[child] != domains[parent]:
                old, new = sorted((domains[child], domains[parent]))
                domains = {end: old if domain == new else domain for end, domain in domains.items()}
                changed = True
    return domains


def rule(table, column, kind, domains):
    name = column.lower()
    if (table, column) in domains:
        return f'{{ class = "direct", method = "pseudonym", domain = "{domains[(table, column)]}" }}'
    person = any(word in table.lower() for word in ("customer", "staff", "actor", "employee", "address", "user", "invoice"))
    if person and name in PERSON:
        return f'{{ class = "direct", method = "fake", kind = "{PERSON[name]}" }}'
    if person and name in TOKENS:
        return f'{{ class = "direct", method = "pseudonym", domain = "{name}" }}'
    if person and kind.startswith(("DATE", "TIMESTAMP")):
        return '{ class = "quasi", method = "generalise", to = "year" }'
    if person and re.search(r"city|state|country|billing|gender", name):
        return f'{{ class = "quasi", method = "pseudonym", domain = "{name}" }}'
    if kind == "VARCHAR" and re.search(r"^name$|title|composer|description|fulltext", name):
        # Titles and credits name people too, customers' namesakes among them.
        return f'{{ class = "free_text", method = "pseudonym", domain = "{name}" }}'
    if name in ("city", "country"):
        # San Felipe de Puerto Plata and Saint Vincent have names that people have too.
        return '{ class = "attribute", method = "keep", because = "public names of towns and states", may_hold = ["KNOWN"] }'
    return '{ class = "attribute", method = "keep", because = "says nothing of a person" }'


def make(corpus, out):
    links = json.loads((corpus / "links.json").read_text())
    domains = keys(links)
    for table in links["tables"]:
        folder = out / "data" / table
        folder.mkdir(parents=True)
        duckdb.sql(f"copy (from read_csv('{corpus / table}.csv', nullstr='', sample_size=-1)) to '{folder / '0.parquet'}' (format parquet)")
        columns = duckdb.sql(f"describe from '{folder / '0.parquet'}'").fetchall()
        write_schema(out, links["database"], table, {name: rule(table, name, kind, domains) for name, kind, *_ in columns})


def write_schema(out, customer, table, rules):
    text = f'customer = "{customer}"\ntable = "{table}"\nsource = "{customer}/{table}/*.parquet"\nformat = "parquet"\n\n[columns]\n'
    text += "".join(f'"{column}" = {rule}\n' for column, rule in rules.items())
    (out / "schemas").mkdir(exist_ok=True)
    (out / "schemas" / f"{table}.toml").write_text(text)


def facts(folder, link):
    child = f"(select \"{link['column']}\"::varchar as key from '{folder}/{link['table']}/**/*.parquet')"
    parent = f"(select \"{link['ref_column']}\"::varchar as key from '{folder}/{link['ref_table']}/**/*.parquet')"
    return duckdb.sql(f"""select (select count(key) from {child}), (select count(distinct key) from {child}),
        (select count(*) from {child} c where key is not null and key not in (select key from {parent} where key is not null)),
        (select count(*) from {child} c join {parent} p using (key))""").fetchall()[0]


def check(corpus, source, release):
    links = json.loads((corpus / "links.json").read_text())
    for link in links["links"]:
        before, after = facts(source, link), facts(release, link)
        assert before == after, (link, before, after)
        measured = (link["child_nonnull"], link["child_distinct"], link["orphans"])
        assert measured == after[:3], (link, measured, after)
    print(f"{len(links['links'])} links hold")


if __name__ == "__main__":
    command, *paths = sys.argv[1:]
    {"make": make, "check": check}[command](*map(pathlib.Path, paths))
