"""The programs that are measured, built where they are missing or old."""

import os
import subprocess
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
TARGET = HOME / "target"


def cargo(*arguments: str, target: Path | None = None) -> None:
    environment = os.environ | ({"CARGO_TARGET_DIR": str(target)} if target else {})
    subprocess.run(["cargo", "build", "--release", "--locked", *arguments], cwd=HOME, env=environment, check=True)


def verho() -> Path:
    """The program of this tree, or the one that the variable VERHO names."""
    if given := os.environ.get("VERHO"):
        return Path(given).resolve()
    cargo()
    return TARGET / "release/verho"


def limit() -> Path:
    cargo("--manifest-path", "bench/limit/Cargo.toml", target=TARGET / "limit")
    return TARGET / "limit/release/limit"


def account_server() -> Path:
    """The tests' server; the variable ACCOUNT_SERVER names one that is already built."""
    if given := os.environ.get("ACCOUNT_SERVER"):
        return Path(given).resolve()
    cargo("--manifest-path", "tests/servers/Cargo.toml")
    return HOME / "tests/servers/target/release/account-server"
