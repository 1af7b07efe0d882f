"""CloakDB by its own command: keyed HMAC-SHA256, 16 hex letters; integers stay integers."""

import sys
import tempfile
from pathlib import Path

from cloakdb.cli import app

from bench.columns import HASHED

source, out, threads = sys.argv[1:]
RULES = "\n".join(f"      {column}:\n        strategy: deterministic_hash" for column in HASHED)
CONFIGURATION = f"""version: "1"
global:
  salt: "a secret of the benchmark and of nothing else"
tables:
  default:
    columns:
{RULES}
"""

with tempfile.TemporaryDirectory() as folder:
    configuration = Path(folder) / "cloakdb.yaml"
    configuration.write_text(CONFIGURATION)
    app(["mask", "--config", str(configuration), "--input", source, "--output", out, "--workers", threads])
