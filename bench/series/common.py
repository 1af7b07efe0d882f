"""What every series is given, and ways to make what most of them need."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bench import build
from bench.columns import HASHED, KEPT
from bench.workspace import Workspace, kept, pseudonyms

FOLDER = build.TARGET / "bench"


@dataclass(frozen=True)
class Setting:
    """How large and how often. `rows` is for trials: it stands in for a series' own number of rows."""

    verho: Path
    turns: int
    rows: int | None
    peers: frozenset[str] | None = None

    def rows_or(self, full: int) -> int:
        return self.rows or full

    def data(self, kind: str, size: int) -> Path:
        """Data made once and kept below `target/`."""
        out = FOLDER / "data" / (f"{kind}-{size}" if kind == "objects" else f"{kind}-{size}.parquet")
        if not out.exists():
            print(f"  making {out.name}", file=sys.stderr)
            out.parent.mkdir(parents=True, exist_ok=True)
            half = out.with_suffix(".half")
            subprocess.run([sys.executable, "bench/data.py", kind, str(size), str(half)], cwd=build.HOME, check=True)
            half.rename(out)
        return out

    def workspace(self, name: str, **limits: int | str) -> Workspace:
        return Workspace(self.verho, FOLDER / f"workspace-{name}", **{"threads": 2} | limits)

    def customers(self, name: str, data: Path, **limits: int | str) -> Workspace:
        """A workspace with an approval for one customers file, or for a folder of them."""
        workspace = self.workspace(name, **limits)
        workspace.table("customers", pseudonyms(HASHED) | kept(KEPT))
        workspace.put(data, "customers")
        workspace.approve()
        return workspace


def number(count: float) -> str:
    return f"{count:,.0f}"


def mebibytes(count: float) -> str:
    return f"{count / 2**20:,.0f}"


def seconds(count: float) -> str:
    return f"{count:.2f}"
