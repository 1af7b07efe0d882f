"""What deploy/README.md has people do by hand, done to an account server. Prints what came of it.

Usage: hands.py URL ACCOUNT block [false]
       hands.py URL ACCOUNT robot USER
       hands.py URL ACCOUNT person NAME GROUP
       hands.py URL ACCOUNT session KEY SECRET SERIAL SEED ROLE
       hands.py URL ACCOUNT code SEED
"""

import base64
import hashlib
import hmac
import json
import sys
import time

STEP = 30


def code(seed, step=0):
    """The six digits that a device with a seed shows (RFC 6238), or showed some steps ago."""
    padded = seed + "=" * (-len(seed) % 8)
    counter = int(time.time()) // STEP + step
    digest = hmac.new(base64.b32decode(padded), counter.to_bytes(8, "big"), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at:at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def block(account, blocked="true"):
    """Blocks public access of the whole account, or opens it. The client wants to put the account into the host's name, so it is signed here."""
    from urllib.request import Request, urlopen

    from botocore.auth import S3SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    fields = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    flags = "".join(f"<{field}>{blocked}</{field}>" for field in fields)
    body = f'<PublicAccessBlockConfiguration xmlns="http://awss3control.amazonaws.com/doc/2018-08-20/">{flags}'
    body = f"{body}</PublicAccessBlockConfiguration>".encode()
    url = f"{account.url}/v20180820/configuration/publicAccessBlock"
    request = AWSRequest("PUT", url, data=body, headers={"x-amz-account-id": account.id})
    S3SigV4Auth(Credentials("test", "test"), "s3", account.region).add_auth(request)
    with urlopen(Request(url, data=body, method="PUT", headers=dict(request.headers))) as answer:
        return {"status": answer.status}


def robot(account, user):
    """An access key of a robot."""
    key = account.iam.create_access_key(UserName=user)["AccessKey"]
    return {"key": key["AccessKeyId"], "secret": key["SecretAccessKey"]}


def person(account, name, group):
    """Somebody in a group, with an access key and a device that shows codes."""
    account.iam.create_user(UserName=name)
    account.iam.add_user_to_group(UserName=name, GroupName=group)
    device = account.iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]
    seed = device["Base32StringSeed"].decode()
    codes = {"AuthenticationCode1": code(seed, -1), "AuthenticationCode2": code(seed)}
    account.iam.enable_mfa_device(UserName=name, SerialNumber=device["SerialNumber"], **codes)
    return robot(account, name) | {"serial": device["SerialNumber"], "seed": seed}


def session(account, key, secret, serial, seed, role):
    """A role as somebody takes it: a session made with a code, and the role with that. Without a device, no code is entered."""
    from account import client

    def sts(keys):
        token = keys.get("SessionToken")
        return client("sts", account.url, account.region, keys["AccessKeyId"], keys["SecretAccessKey"], token)

    keys = {"AccessKeyId": key, "SecretAccessKey": secret}
    who = sts(keys).get_caller_identity()["Arn"].rsplit("/", 1)[1]
    if serial:
        keys = sts(keys).get_session_token(SerialNumber=serial, TokenCode=code(seed))["Credentials"]
    taken = sts(keys).assume_role(RoleArn=role, RoleSessionName=who, SourceIdentity=who)["Credentials"]
    return {"key": taken["AccessKeyId"], "secret": taken["SecretAccessKey"], "token": taken["SessionToken"]}


def main(url, account, what, *arguments):
    if what == "code":
        return print(json.dumps({"code": code(*arguments)}))
    # Slow to load, and a code needs no account.
    from account import Account

    done = {"block": block, "robot": robot, "person": person, "session": session}[what]
    print(json.dumps(done(Account(url, account), *arguments)))


if __name__ == "__main__":
    main(*sys.argv[1:])
