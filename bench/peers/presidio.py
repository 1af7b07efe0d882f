"""Presidio structured: salted SHA-256 by its tabular engine, which is told what each column holds.

Its detection needs a language model; naming the columns needs none, and is what a schema does too.
"""

import sys

import pandas
from presidio_anonymizer.entities import OperatorConfig
from presidio_structured import StructuredAnalysis, StructuredEngine

from bench.columns import HASHED

source, out, _threads = sys.argv[1:]
table = pandas.read_parquet(source)
# Its operators take text and nothing else, and it sets cell by cell: Python's own strings are the fastest for that.
table[HASHED] = table[HASHED].astype(str).astype(object)
analysis = StructuredAnalysis(entity_mapping=dict.fromkeys(HASHED, "IDENTIFIER"))
operator = OperatorConfig("hash", {"hash_type": "sha256", "salt": "sixteen bytes or more"})
StructuredEngine().anonymize(table, analysis, {"IDENTIFIER": operator}).to_parquet(out, compression="zstd")
