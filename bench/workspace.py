"""A verho workspace with everything that a real one has: keys, signers, and an approval signed by two parties."""

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench.measure import Contestant

CUSTOMER = "bench"
OWNER, COMPLIANCE, OPERATOR = "owner@acme.example", "compliance@house.example", "engineer@house.example"
APPROVAL = "bench-1"
# Unlocks the key ring of a benchmark; made for it and used nowhere else.
IDENTITY = "AGE-SECRET-KEY-1MMPLGYE8RTYP3RUAR5X0CMNSC9X2M0GKNKSDGT34MNEN84E6046SMJV0T0"

ROLES = f"""["{OWNER}"]
person = "the owner"
organisation = "{CUSTOMER}"
roles = ["customer"]

["{COMPLIANCE}"]
person = "the officer"
organisation = "house"
roles = ["compliance"]

["{OPERATOR}"]
person = "the engineer"
organisation = "house"
roles = ["operator"]
"""


@dataclass(frozen=True)
class Sides:
    """Where data comes from and goes to, as sections of `verho.toml`, and what the program needs to get there."""

    production: str = 'account = "local"\nroot = "file:production"'
    test: str = 'account = "local"\nroot = "file:test"'
    evidence: str = 'root = "file:evidence"\nsigner = { file = "keys/evidence" }'
    environment: tuple[tuple[str, str], ...] = (("VERHO_KEYRING_KEY", IDENTITY),)


class Workspace:
    """A folder made anew, and the program that works in it."""

    def __init__(self, verho: Path, folder: Path, sides: Sides = Sides(), **limits: int | str) -> None:
        self.verho, self.folder, self.sides = verho, folder, sides
        shutil.rmtree(folder, ignore_errors=True)
        for name in ["keys", "people", "consent", "schemas", "production"]:
            (folder / name).mkdir(parents=True)
        for name in ["people/owner", "people/compliance", "keys/evidence"]:
            ssh_keygen("-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name))
        signers = [self.signer("owner", OWNER), self.signer("compliance", COMPLIANCE)]
        (folder / "consent/allowed_signers").write_text("".join(signers))
        (folder / "consent/roles.toml").write_text(ROLES)
        self.write_configuration(limits, trust="0" * 64)
        found = re.search(r"blake3:(\w{64})", self.say("check").stderr)
        assert found, "check says the trust root"
        self.write_configuration(limits, trust=found[1])

    def signer(self, key: str, principal: str) -> str:
        return f'{principal} namespaces="verho-approval" {(self.folder / f"people/{key}.pub").read_text()}'

    def write_configuration(self, limits: dict[str, int | str], trust: str) -> None:
        limited = "\n".join(f"{name} = {json.dumps(value)}" for name, value in limits.items())
        (self.folder / "verho.toml").write_text(
            f'operator = "{OPERATOR}"\n\n[production]\n{self.sides.production}\n\n[test]\n{self.sides.test}\n\n'
            f'[evidence]\n{self.sides.evidence}\n\n[consent]\ntrust = "blake3:{trust}"\n\n[limits]\n{limited}\n'
        )

    def table(self, name: str, rules: dict[str, str]) -> None:
        """A schema with a rule for each column; the first column says whose row it is."""
        head = f'customer = "{CUSTOMER}"\ntable = "{name}"\nsource = "{CUSTOMER}/{name}/*.parquet"\nformat = "parquet"\n'
        columns = "\n".join(f"{column} = {{ {rule} }}" for column, rule in rules.items())
        schema = f'{head}subject = "{next(iter(rules))}"\n\n[columns]\n{columns}\n'
        folder = self.folder / "schemas" / CUSTOMER
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.toml").write_text(schema)

    def put(self, data: Path, table: str) -> None:
        """Links a file, or all files of a folder, into the production root: no copy is made."""
        place = self.folder / "production" / CUSTOMER / table
        place.mkdir(parents=True)
        for file in sorted(data.iterdir()) if data.is_dir() else [data]:
            os.link(file, place / file.name)

    def approve(self) -> None:
        """Asks for an approval, and has the customer and compliance sign it."""
        asked = ["--id", APPROVAL, "--purpose", "a benchmark", "--approver", OWNER, "--max-runs", "1000"]
        self.facts("consent", "request", CUSTOMER, *asked)
        file = self.folder / f"consent/{CUSTOMER}/{APPROVAL}/approval.toml"
        for key, principal in [("owner", OWNER), ("compliance", COMPLIANCE)]:
            ssh_keygen("-q", "-Y", "sign", "-n", "verho-approval", "-f", str(self.folder / f"people/{key}"), str(file))
            file.with_name("approval.toml.sig").rename(file.with_name(f"{principal}.sig"))

    def contestant(self) -> Contestant:
        """A whole run; what it wrote is deleted after each."""
        return Contestant(self.command("run", CUSTOMER), self.environment(), after=self.clear)

    def outputs(self) -> list[Path]:
        return sorted((self.folder / "test").rglob("*.parquet"))

    def clear(self) -> None:
        shutil.rmtree(self.folder / "test", ignore_errors=True)

    def remove(self) -> None:
        shutil.rmtree(self.folder)

    def command(self, *arguments: str) -> list[str]:
        return [str(self.verho), "--workspace", str(self.folder), "--output", "json", *arguments]

    def environment(self) -> dict[str, str]:
        return dict(self.sides.environment)

    def say(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.command(*arguments), env=self.environment(), capture_output=True, text=True)

    def facts(self, *arguments: str) -> dict:
        done = self.say(*arguments)
        if done.returncode != 0:
            raise RuntimeError(f"{arguments}\n{done.stderr}")
        return json.loads(done.stdout)


def pseudonyms(columns: list[str]) -> dict[str, str]:
    """Rules that hash each column in a domain of its own."""
    return {column: f'class = "direct", method = "pseudonym", domain = "{column}"' for column in columns}


def kept(columns: list[str]) -> dict[str, str]:
    """Rules that leave columns as they are."""
    return {column: 'class = "attribute", method = "keep", because = "generated, no person"' for column in columns}


def ssh_keygen(*arguments: str) -> None:
    subprocess.run(["ssh-keygen", *arguments], check=True, capture_output=True)
