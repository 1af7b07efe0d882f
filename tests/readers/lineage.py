"""lineage.py SCHEMAS EVENTS: every event of a file, one a line, against the published schemas of OpenLineage: the event against the
object model, each of its facets against the schema of the version that it names. Prints how many of both, or the first fault."""
import datetime
import json
import pathlib
import sys
import urllib.parse

import jsonschema
import referencing

FORMATS = jsonschema.FormatChecker()


@FORMATS.checks("date-time", ValueError)
def is_time(text):
    return datetime.datetime.fromisoformat(text).tzinfo is not None


@FORMATS.checks("uri")
def is_address(text):
    return urllib.parse.urlsplit(text).scheme == "https"


def facets(event):
    """Every facet with its name and the folder that it stands in."""
    holders = [event["run"], event["job"], *event.get("inputs", []), *event.get("outputs", [])]
    kinds = ["facets", "inputFacets", "outputFacets"]
    return [pair for holder in holders for kind in kinds for pair in holder.get(kind, {}).items()]


def main(folder, events):
    schemas = [json.loads(path.read_text()) for path in [folder / "OpenLineage.json", *sorted((folder / "facets").glob("*.json"))]]
    by_address = {schema["$id"]: schema for schema in schemas}
    registry = referencing.Registry().with_contents(by_address.items())

    def check(value, schema):
        jsonschema.Draft202012Validator(schema, registry=registry, format_checker=FORMATS).validate(value)

    seen = 0
    for event in map(json.loads, events.read_text().splitlines()):
        address = event["schemaURL"].split("#")[0]
        check(event, by_address[address])
        check(event, {"$ref": event["schemaURL"]})
        for name, facet in facets(event):
            schema = by_address[facet["_schemaURL"].split("#")[0]]
            assert name in schema["properties"], f"{name} is not the name of its facet"
            check({name: facet}, schema)
            check(facet, {"$ref": facet["_schemaURL"]})
            seen += 1
    return f"{len(events.read_text().splitlines())} events, {seen} facets"


print(main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])))
