"""Where it was measured, and with what."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

from bench.page import table

PACKAGES = ["duckdb", "polars", "chdb", "pyarrow", "pyspark", "cloakdb", "presidio-structured"]
LEVELS = {"AVX-512": {"avx512f", "avx512vl"}, "AVX2": {"avx2"}, "SSE4.1": {"sse4_1"}, "NEON": {"asimd"}}


def cpu() -> dict[str, str]:
    pairs = (line.split(":", 1) for line in Path("/proc/cpuinfo").read_text().splitlines() if ":" in line)
    return {key.strip(): value.strip() for key, value in pairs}


def simd(flags: set[str]) -> str:
    """The widest level that BLAKE3 has code for."""
    return next((level for level, needed in LEVELS.items() if needed <= flags), "none")


def first_line(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    return (done.stdout + done.stderr).splitlines()[0]


def describe(verho: Path) -> str:
    found = cpu()
    flags = set((found.get("flags") or found.get("Features", "")).split())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    # A program that was given may be of any commit.
    commit = "a given program" if "VERHO" in os.environ else f"at {first_line('git', 'rev-parse', '--short', 'HEAD')}"
    rows = [
        ["CPU", f"{found.get('model name', platform.machine())}, {os.cpu_count()} cores, {simd(flags)}"
                f"{', SHA extensions' if 'sha_ni' in flags or 'sha2' in flags else ''}"],
        ["memory", f"{memory / 2**30:.0f} GiB"],
        ["kernel", f"{platform.system()} {platform.release().split('-')[0]}"],
        ["verho", f"{first_line(str(verho), '--version').split()[-1]}, {commit}, {first_line('rustc', '--version')}"],
        ["peers", ", ".join(f"{package} {version(package)}" for package in PACKAGES)],
        ["Python", platform.python_version()],
    ]
    return table(["", ""], rows)
