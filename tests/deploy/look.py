"""Prints all that an account server has that templates make, as its own services tell it.

Usage: look.py URL ACCOUNT
"""

import json
import sys

from botocore.exceptions import ClientError

from account import Account

#: What is asked of each bucket, and under what name the answer comes.
BUCKET = {
    "encryption": ("get_bucket_encryption", "ServerSideEncryptionConfiguration"),
    "lifecycle": ("get_bucket_lifecycle_configuration", "Rules"),
    "lock": ("get_object_lock_configuration", "ObjectLockConfiguration"),
    "owner": ("get_bucket_ownership_controls", "OwnershipControls"),
    "policy": ("get_bucket_policy", "Policy"),
    "public": ("get_public_access_block", "PublicAccessBlockConfiguration"),
    "versions": ("get_bucket_versioning", "Status"),
}


def main(url, account):
    account = Account(url, account)
    told = {"buckets": buckets(account.s3), "keys": keys(account.kms), "trails": trails(account.cloudtrail)}
    print(json.dumps(told | identities(account.iam), indent=1, sort_keys=True, default=str))


def buckets(s3):
    return {bucket["Name"]: bucket_of(s3, bucket["Name"]) for bucket in s3.list_buckets()["Buckets"]}


def bucket_of(s3, name):
    told = {}
    for setting, (call, answer) in BUCKET.items():
        try:
            told[setting] = getattr(s3, call)(Bucket=name).get(answer)
        except ClientError as error:
            told[setting] = error.response["Error"]["Code"]
    return told


def keys(kms):
    return {key["KeyId"]: key_of(kms, key["KeyId"]) for key in kms.list_keys()["Keys"]}


def key_of(kms, key):
    told = kms.describe_key(KeyId=key)["KeyMetadata"]
    return {
        "kind": [told["KeySpec"], told["KeyUsage"], told["KeyState"], told["Description"]],
        "policy": kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"],
        "rotation": told["KeySpec"] == "SYMMETRIC_DEFAULT" and kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"],
    }


def trails(cloudtrail):
    return {
        trail["Name"]: {
            "trail": trail,
            "selectors": cloudtrail.get_event_selectors(TrailName=trail["Name"])["AdvancedEventSelectors"],
            "logging": cloudtrail.get_trail_status(Name=trail["Name"])["IsLogging"],
        }
        for trail in cloudtrail.describe_trails()["trailList"]
    }


def identities(iam):
    roles = {role["RoleName"]: role_of(iam, role["RoleName"]) for role in iam.list_roles()["Roles"]}
    policies = {policy["Arn"]: document(iam, policy) for policy in iam.list_policies(Scope="Local")["Policies"]}
    groups = [group["GroupName"] for group in iam.list_groups()["Groups"]]
    users = [user["UserName"] for user in iam.list_users()["Users"]]
    return {
        "roles": roles,
        "policies": policies,
        "groups": {name: attached(iam.list_attached_group_policies(GroupName=name)) for name in groups},
        "users": {name: attached(iam.list_attached_user_policies(UserName=name)) for name in users},
    }


def role_of(iam, name):
    role = iam.get_role(RoleName=name)["Role"]
    inline = iam.list_role_policies(RoleName=name)["PolicyNames"]
    return {
        "trust": role["AssumeRolePolicyDocument"],
        "duration": role["MaxSessionDuration"],
        "description": role.get("Description"),
        "attached": attached(iam.list_attached_role_policies(RoleName=name)),
        "inline": {one: iam.get_role_policy(RoleName=name, PolicyName=one)["PolicyDocument"] for one in inline},
    }


def document(iam, policy):
    version = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])
    return version["PolicyVersion"]["Document"]


def attached(answer):
    return sorted(policy["PolicyArn"] for policy in answer["AttachedPolicies"])


if __name__ == "__main__":
    main(*sys.argv[1:])
