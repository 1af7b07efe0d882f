"""Counts the instructions that a row costs, and compares them with what is written down.

Seconds cannot guard against regressions on shared machines; instructions hardly move. A run of some rows is taken from a
run of three times as many, so that the start and the approval fall out.
"""

import re
import subprocess
import sys
import tomllib
from functools import partial
from pathlib import Path

from bench import build, data, machine
from bench.columns import HASHED, KEPT
from bench.workspace import CUSTOMER, Workspace, kept, pseudonyms

WRITTEN = Path(__file__).parent / "instructions.toml"
FOLDER = build.TARGET / "bench/counted"
ROWS = 30_000
DICTIONARY = 64 << 10

FAKED = {
    "customer_id": 'class = "direct", method = "pseudonym", domain = "customer"',
    "first_name": 'class = "direct", method = "fake", kind = "first_name"',
    "last_name": 'class = "direct", method = "fake", kind = "name"',
    "email": 'class = "direct", method = "fake", kind = "email"',
    "phone": 'class = "direct", method = "fake", kind = "phone"',
    "iban": 'class = "direct", method = "mask", first = 2, last = 2',
    "birth_date": 'class = "quasi", method = "generalise", to = "year"',
    "street": 'class = "direct", method = "fake", kind = "street"',
    "city": 'class = "quasi", method = "fake", kind = "city"',
    "country": 'class = "attribute", method = "keep", because = "ten countries"',
    "postcode": 'class = "quasi", method = "generalise", prefix = 2',
    "plan": 'class = "attribute", method = "keep", because = "four product names"',
    "balance": 'class = "attribute", method = "generalise", width = 100',
    "orders": 'class = "attribute", method = "keep", because = "a count, no person"',
    "signup": 'class = "quasi", method = "generalise", to = "month"',
    "notes": 'class = "free_text", method = "redact"',
}

# What is counted: the data, and the rules for it.
CASES = {
    "customers": (data.customers, pseudonyms(HASHED) | kept(KEPT)),
    "repeating": (partial(data.repeating, most=1000), pseudonyms(data.DICTIONARY_COLUMNS)),
    "faked": (data.customers, FAKED),
}


def instructions(case: str, rows: int) -> int:
    """All instructions of one whole run on one thread."""
    tables, rules = CASES[case]
    FOLDER.mkdir(parents=True, exist_ok=True)
    file = FOLDER / f"{case}.parquet"
    # One row group or three of the same size. Unique values leave their dictionary early, as they do in large files.
    data.write(tables(rows), file, row_group=ROWS, dictionary_pagesize_limit=DICTIONARY)
    workspace = Workspace(build.TARGET / "counted/verho", FOLDER / "workspace", threads=1)
    workspace.table("counted", rules)
    workspace.put(file, "counted")
    workspace.approve()
    out = FOLDER / "callgrind.out"
    counter = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}"]
    counted = subprocess.run(
        [*counter, *workspace.command("run", CUSTOMER)], env=workspace.environment(), capture_output=True, text=True
    )
    if counted.returncode != 0:
        raise RuntimeError(counted.stderr)
    return spent(out)


def spent(out: Path) -> int:
    """All instructions but those of SHA-256: valgrind knows no CPU's own, and what stands in for them would hide the rest."""
    annotate = ["callgrind_annotate", "--threshold=100", "--auto=no", str(out)]
    annotated = subprocess.run(annotate, check=True, capture_output=True, text=True).stdout
    counts = re.findall(r"^ *([\d,]+) \(.*?%\)  (.+)$", annotated, re.MULTILINE)
    assert counts[0][1] == "PROGRAM TOTALS", "callgrind_annotate says the total first"
    total, *others = ((int(count.replace(",", "")), place) for count, place in counts)
    return total[0] - sum(count for count, place in others if "sha256" in place)


def per_row(case: str) -> int:
    return round((instructions(case, 3 * ROWS) - instructions(case, ROWS)) / (2 * ROWS))


def main(arguments: list[str]) -> None:
    if machine.simd(set(machine.cpu().get("flags", "").split())) not in ("AVX2", "AVX-512"):
        print("skipped: the counts are those of AVX2, which this machine does not have")
        return
    written = tomllib.loads(WRITTEN.read_text())
    tolerance = written["tolerance_percent"]
    counts = {case: per_row(case) for case in CASES}
    for case, count in counts.items():
        change = 100 * (count / written["per_row"][case] - 1)
        print(f"{case}: {count} instructions a row, {change:+.1f} % of {written['per_row'][case]}")
    if arguments == ["--update"]:
        write(counts)
    elif grown := [case for case, count in counts.items() if count > written["per_row"][case] * (1 + tolerance / 100)]:
        sys.exit(f"more than {tolerance} % above what is written down: {', '.join(grown)}\n"
                 "hint: `callgrind_annotate target/bench/counted/callgrind.out` shows where the last run spent them; "
                 "if they are worth it, `bench/instructions --update`, and say why in the commit")
    elif any(count < written["per_row"][case] * (1 - tolerance / 100) for case, count in counts.items()):
        print("hint: that is better than what is written down; keep it by `bench/instructions --update`")


def write(counts: dict[str, int]) -> None:
    lines = WRITTEN.read_text().splitlines()
    head = lines[: lines.index("[per_row]") + 1]
    WRITTEN.write_text("\n".join([*head, *(f"{case} = {count}" for case, count in counts.items())]) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
