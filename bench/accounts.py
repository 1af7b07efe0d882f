"""Two accounts on two servers, as the tests have them, and proxies before them that let requests wait."""

import json
import subprocess
import sys
import urllib.request
from contextlib import ExitStack
from pathlib import Path

from bench import build
from bench.workspace import CUSTOMER, Sides

REGION = "eu-west-1"
PRODUCTION, TEST = "111111111111", "222222222222"
# The root of a test account, whose signature nobody checks: it makes buckets and keys, and is never given to verho.
ROOT = f"AWS4-HMAC-SHA256 Credential=test/20260101/{REGION}/%s/aws4_request, SignedHeaders=host, Signature=0"

READS = ["s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket"]
WRITES = [*READS, "s3:PutObject", "s3:AbortMultipartUpload"]
USES = ["kms:Decrypt", "kms:GenerateDataKey", "kms:GetPublicKey", "kms:Sign"]
# What every run looks at, whatever the workspace makes of the rest.
LOOKS = [
    "iam:GetUserPolicy",
    "iam:ListAttachedUserPolicies",
    "iam:ListGroupsForUser",
    "iam:ListUserPolicies",
    "kms:DescribeKey",
    "kms:GetKeyPolicy",
    "s3:GetBucketLocation",
    "s3:GetBucketPolicy",
    "sts:GetCallerIdentity",
]
# The buckets of a bench are bare: how they are kept costs nothing, and says so.
CHECKS = """
[checks]
people = "warn"
forbidden = "warn"
robot_keys = "warn"
robot_key_count = "warn"
public_access = "warn"
account_public_access = "warn"
ownership = "warn"
encryption = "warn"
tls_only = "warn"
object_lock = "warn"
key_rotation = "warn"
audit_trail = "warn"
"""


def policy(**actions: list[str]) -> dict:
    """A policy that allows actions on buckets, and what a run uses and looks at."""
    def allow(actions: list[str], *resources: str) -> dict:
        return {"Effect": "Allow", "Action": actions, "Resource": list(resources)}

    own = [allow(may, f"arn:aws:s3:::verho-{name}", f"arn:aws:s3:::verho-{name}/*") for name, may in actions.items()]
    return {"Version": "2012-10-17", "Statement": [*own, allow(USES + LOOKS, "*")]}


class Account:
    """One account with one user who may do what a run needs."""

    def __init__(self, ended: ExitStack, folder: Path, number: str, user: str, may: dict) -> None:
        self.ended, self.number, self.user = ended, number, user
        self.key, self.secret = f"AKIA{number[:4]}{user.upper()}", f"secret-of-{user}-in-{number}"
        policy = folder / f"{user}.json"
        policy.write_text(json.dumps(may))
        given = f"{user}:{self.key}:{self.secret}:{policy}:0"
        server = build.account_server()
        self.address = started(ended, str(server), "127.0.0.1:0", number, "--region", REGION, "--user", given)

    def ask(self, method: str, path: str, body: bytes, service: str = "s3", **headers: str) -> bytes:
        headers |= {"Authorization": ROOT % service, "x-amz-content-sha256": "UNSIGNED-PAYLOAD"}
        request = urllib.request.Request(f"http://{self.address}/{path}", body, headers, method=method)
        with urllib.request.urlopen(request) as reply:
            return reply.read()

    def bucket(self, name: str) -> None:
        place = f"<LocationConstraint>{REGION}</LocationConstraint>"
        self.ask("PUT", name, f"<CreateBucketConfiguration>{place}</CreateBucketConfiguration>".encode())

    def kms_key(self, usage: str, spec: str) -> str:
        kind = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "TrentService.CreateKey"}
        made = self.ask("POST", "", json.dumps({"KeyUsage": usage, "KeySpec": spec}).encode(), "kms", **kind)
        return json.loads(made)["KeyMetadata"]["Arn"]

    def put(self, bucket: str, key: str, file: Path) -> None:
        self.ask("PUT", f"{bucket}/{key}", file.read_bytes())

    def empty(self, bucket: str, prefix: str) -> None:
        """Deletes every object below a prefix, so that releases do not fill the memory."""
        listed = self.ask("GET", f"{bucket}?list-type=2&prefix={prefix}", b"").decode()
        for key in listed.split("<Key>")[1:]:
            self.ask("DELETE", f"{bucket}/{key.split('</Key>')[0]}", b"")

    def behind(self, milliseconds: int | None) -> str:
        """The address of a proxy that lets every request wait so long, or the server's own."""
        if milliseconds is None:
            return self.address
        proxy = Path(__file__).parent / "delay.py"
        return started(self.ended, sys.executable, "-u", str(proxy), self.address, str(milliseconds))


class Accounts:
    """Both, with buckets for data and evidence and the KMS keys of each side."""

    def __init__(self, ended: ExitStack, folder: Path) -> None:
        self.production = Account(ended, folder, PRODUCTION, "reader", policy(production=READS, evidence=WRITES))
        self.test = Account(ended, folder, TEST, "writer", policy(test=WRITES))
        self.production.bucket("verho-production")
        self.production.bucket("verho-evidence")
        self.test.bucket("verho-test")
        self.wrapping = self.production.kms_key("ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT")
        self.signing = self.production.kms_key("SIGN_VERIFY", "ECC_NIST_P256")
        self.output = self.test.kms_key("ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT")

    def sides(self, prefix: str, milliseconds: int | None) -> Sides:
        """A way between the accounts, below a prefix of every bucket."""
        def side(account: Account, bucket: str, key: str) -> str:
            return "\n".join([
                f'account = "{account.number}"',
                f'root = "s3://{bucket}/{prefix}/"',
                f'region = "{REGION}"',
                f'endpoint = "http://{account.behind(milliseconds)}"',
                f'credentials = {{ env_prefix = "VERHO_{account.user.upper()}" }}',
                f'kms_key = "{key}"',
            ])

        environment = [
            pair
            for account in (self.production, self.test)
            for pair in [
                (f"VERHO_{account.user.upper()}_ACCESS_KEY_ID", account.key),
                (f"VERHO_{account.user.upper()}_SECRET_ACCESS_KEY", account.secret),
            ]
        ]
        return Sides(
            side(self.production, "verho-production", self.wrapping),
            side(self.test, "verho-test", self.output),
            f'root = "s3://verho-evidence/{prefix}/"\nsigner = {{ kms_key = "{self.signing}" }}\n{CHECKS}',
            tuple(environment),
        )

    def put(self, prefix: str, table: str, file: Path) -> None:
        self.production.put("verho-production", f"{prefix}/{CUSTOMER}/{table}/{file.name}", file)

    def clear(self, prefix: str) -> None:
        self.test.empty("verho-test", f"{prefix}/")


def started(ended: ExitStack, *command: str) -> str:
    """Starts a server, which is killed at the end; the address that it prints once it listens."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    ended.callback(process.wait)
    ended.callback(process.kill)
    assert process.stdout
    return process.stdout.readline().strip()
