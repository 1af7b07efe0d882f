"""Holds the templates' policies against the calls of the program, both ways, and against the rules of deploy/README.md.

Usage: permissions.py DEPLOY < CALLS

CALLS is src/account/calls.rs as JSON. Prints each fault, and how much was compared.
"""

import json
import pathlib
import re
import sys

from template import names, read

#: Whose account a template sets up, and what lies in which of its buckets and is done with which of its keys.
SIDES = {
    "production.yaml": {
        "DataBucket": ["production"],
        "EvidenceBucket": ["evidence"],
        "StorageKey": ["production", "evidence"],
        "WrappingKey": ["production"],
        "SigningKey": ["evidence"],
    },
    "test.yaml": {"DataBucket": ["test"], "TestKey": ["test"]},
}

#: For what purposes each role and user is there; a group lets people take a role, and ask about themselves.
HOLDERS = {
    "production.yaml": {
        "OnRequestRole": ["end", "proof", "run"],
        "RefreshRole": ["end", "proof", "run"],
        "ReviewerRole": ["review"],
        "AuditorRole": ["proof"],
    },
    "test.yaml": {
        "OnRequestRole": ["end", "proof", "run"],
        "ReviewerRole": ["review"],
        "AuditorRole": ["proof"],
        "Robot": ["end", "proof", "roll", "run"],
    },
}
GROUPS = {name: ["proof", "session"] for name in ("OperatorsGroup", "ReviewersGroup", "AuditorsGroup")}

#: Only the test account has a robot whose key is rolled; in production the job is a task with a role.
NOT_OF = {"production.yaml": {"roll"}, "test.yaml": set()}

#: What AWS grants on everything or not at all, or whose resources cannot be named beforehand.
EVERYTHING = {
    "cloudtrail:DescribeTrails": "AWS knows no resource for it",
    "ecr:GetAuthorizationToken": "AWS knows no resource for it",
    "s3:GetAccountPublicAccessBlock": "it is about the account",
}

#: What the account's administrators may do to a key: CloudFormation makes and changes it by these.
ADMINISTRATION = {
    f"kms:{name}"
    for name in (
        "CancelKeyDeletion DescribeKey DisableKey EnableKey EnableKeyRotation GetKeyPolicy GetKeyRotationStatus"
        " ListResourceTags PutKeyPolicy ScheduleKeyDeletion TagResource UntagResource UpdateKeyDescription"
    ).split()
}

#: What AWS's own services do for the schedule, and for the trail and the alarms; no call of the program.
SERVICES = {
    "ExecutionRole": {
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetAuthorizationToken",
        "ecr:GetDownloadUrlForLayer",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "secretsmanager:GetSecretValue",
    },
    "SchedulerRole": {"ecs:RunTask", "iam:PassRole"},
    "TrailBucketPolicy": {"s3:GetBucketAcl", "s3:PutObject"},
    "AlarmsPolicy": {"sns:Publish"},
}

#: A service may act for this account only. AWS documents no source for the role that starts tasks.
WITHOUT_SOURCE = {"ExecutionRole"}

#: Granted on objects; all else of S3 on buckets, or on the account.
OF_OBJECTS = {
    f"s3:{name}"
    for name in "AbortMultipartUpload DeleteObject DeleteObjectVersion GetObject GetObjectVersion PutObject".split()
}

#: The most letters of a managed policy that AWS takes, white space left out.
LONGEST_POLICY = 6144

PREFIXES = ("${CustomerPrefix}*", "${EvidencePrefix}*")
OWN_ROOT = "arn:aws:iam::${AWS::AccountId}:root"


class Faults(list):
    def expect(self, holds, fault):
        if not holds:
            self.append(fault)


def many(value):
    return value if isinstance(value, list) else [value]


def statements(document):
    """A document's statements, those under a condition too."""
    for statement in many(document["Statement"]):
        if "Fn::If" in statement:
            yield from (branch for branch in statement["Fn::If"][1:] if branch != {"Ref": "AWS::NoValue"})
        else:
            yield statement


def documents(name, resource):
    """Every policy that a resource has, with what it is."""
    properties = resource.get("Properties", {})
    for field in ("AssumeRolePolicyDocument", "KeyPolicy", "PolicyDocument"):
        if field in properties:
            yield field, properties[field]
    for policy in properties.get("Policies", []):
        yield "Policies", policy["PolicyDocument"]


def written(value):
    """A resource or principal as text, functions as CloudFormation's holes."""
    if isinstance(value, str):
        return value
    (function, inner), = value.items()
    match function:
        case "Ref":
            return "${" + inner + "}"
        case "Fn::GetAtt":
            return "${" + ".".join(inner) + "}"
        case "Fn::Sub":
            return inner
    raise ValueError(f"{function} in a policy")


def check_statement(faults, where, kind, statement):
    if statement["Effect"] == "Deny":
        return
    faults.expect(not statement.keys() & {"NotAction", "NotPrincipal", "NotResource"}, f"{where}: grants by exception")
    actions = many(statement["Action"])
    for action in actions:
        faults.expect("*" not in action and "?" not in action, f"{where}: the action {action} is a wildcard")
    for resource in map(written, many(statement.get("Resource", []))):
        check_resource(faults, where, kind, actions, resource)
    if "Principal" in statement:
        check_principal(faults, where, statement)


def check_resource(faults, where, kind, actions, resource):
    if resource == "*":
        known = kind == "KeyPolicy" or all(action in EVERYTHING for action in actions)
        faults.expect(known, f"{where}: {actions} on everything")
        return
    bare = resource
    for prefix in PREFIXES:
        bare = bare.removesuffix(prefix)
    own = kind == "PolicyDocument" and where.endswith("TrailWrites") and bare.endswith("/AWSLogs/${AWS::AccountId}/*")
    faults.expect("*" not in bare or own, f"{where}: the resource {resource} is a wildcard")
    below = resource.endswith(PREFIXES) or own
    for action in actions:
        if action.startswith("s3:") and action not in EVERYTHING:
            faults.expect((action in OF_OBJECTS) == below, f"{where}: {action} is not granted on {resource}")


def check_principal(faults, where, statement):
    principal = statement["Principal"]
    if principal == {"AWS": {"Fn::Sub": OWN_ROOT}}:
        return
    faults.expect(isinstance(principal, dict) and principal.keys() == {"Service"}, f"{where}: the principal {principal}")
    conditions = json.dumps(statement.get("Condition", {}))
    source = "aws:SourceAccount" in conditions or "aws:SourceArn" in conditions
    faults.expect(source or where.split(" ")[1] in WITHOUT_SOURCE, f"{where}: a service may act for any account")


def check_people(faults, where, name, resource):
    """Whoever takes a role for people has entered a code."""
    for statement in statements(resource["Properties"]["AssumeRolePolicyDocument"]):
        if "AWS" in statement["Principal"]:
            code = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
            faults.expect(statement.get("Condition") == code, f"{where}: {name} is taken without a code")


def granted(template, sides):
    """Each permission, what of SIDES it is granted on (nothing: the account), and for what; and by holder, its purposes."""
    grants, holders = [], {}
    for resource in template["Resources"].values():
        if resource["Type"] != "AWS::IAM::ManagedPolicy":
            continue
        purposes = resource["Metadata"]["Purposes"]
        for kind in ("Groups", "Roles", "Users"):
            for holder in resource["Properties"].get(kind, []):
                holders.setdefault(holder["Ref"], set()).update(purposes)
        for statement in statements(resource["Properties"]["PolicyDocument"]):
            for granted_on in many(statement["Resource"]):
                things = names(granted_on) & sides.keys() or [None]
                grants += [(action, thing, purposes) for action in many(statement["Action"]) for thing in things]
    return grants, holders


def compare(faults, where, calls, grants, sides, account_purposes):
    """Every permission is of a call, and every call has its permission."""
    for action, thing, purposes in grants:
        of = [call["of"] for call in calls if call["permission"] == action and set(call["purposes"]) & set(purposes)]
        used = any(side == "both" or side in sides.get(thing, []) for side in of)
        faults.expect(used, f"{where}: {action} on {thing or 'the account'} for {purposes} is used by no call")
    for call in calls:
        for purpose in sorted(set(call["purposes"]) & account_purposes):
            for need in needs(call, sides):
                held = any(
                    action == call["permission"] and purpose in purposes and need in (thing, *sides.get(thing, ["both"]))
                    for action, thing, purposes in grants
                )
                faults.expect(held, f"{where}: {call['operation']} for {purpose} has no {call['permission']} on {need}")


def needs(call, sides):
    """On what a call must be granted: a side, each bucket or key of the account, or the account."""
    if call["of"] != "both":
        return {call["of"]} & {side for of in sides.values() for side in of}
    ending = {"s3": "Bucket", "kms": "Key"}.get(call["permission"].split(":")[0])
    if ending is None or call["permission"] in EVERYTHING:
        return {"both"}
    return {thing for thing in sides if thing.endswith(ending)}


def check_keys(faults, where, template, grants):
    """A key's policy lets roles do what their own policies let them do with it, and administrators administer."""
    for name, resource in template["Resources"].items():
        if resource["Type"] != "AWS::KMS::Key":
            continue
        used = set()
        for statement in statements(resource["Properties"]["KeyPolicy"]):
            actions = set(many(statement["Action"]))
            if statement["Sid"] == "Administration":
                faults.expect(actions <= ADMINISTRATION, f"{where}: {name} lets administrators {actions - ADMINISTRATION}")
            elif statement["Sid"] not in ("Consuming", "Producing"):
                used |= actions
        own = {action for action, thing, _ in grants if thing == name} - ADMINISTRATION
        faults.expect(own == used, f"{where}: the policy of {name} and those of roles differ in {sorted(own ^ used)}")


def check_services(faults, where, name, resource):
    for kind, document in documents(name, resource):
        if resource["Type"] in ("AWS::IAM::ManagedPolicy", "AWS::KMS::Key") or kind == "AssumeRolePolicyDocument":
            continue
        actions = {
            action
            for statement in statements(document)
            if statement["Effect"] == "Allow"
            for action in many(statement["Action"])
        }
        known = SERVICES.get(name, set())
        faults.expect(actions == known, f"{where} {name}: services may {sorted(actions ^ known)}, or no longer")


def check_template(faults, path):
    template = read(path)
    text = path.read_text()
    faults.expect(not re.search(r"\b\d{12}\b", text), f"{path.name} names an account")
    for name, resource in template["Resources"].items():
        for kind, document in documents(name, resource):
            for statement in statements(document):
                check_statement(faults, f"{path.name} {name} {statement.get('Sid', kind)}", kind, statement)
        if resource["Type"] == "AWS::IAM::Role":
            check_people(faults, path.name, name, resource)
        if resource["Type"] == "AWS::IAM::ManagedPolicy":
            length = len(re.sub(r"\s", "", json.dumps(resource["Properties"]["PolicyDocument"])))
            faults.expect(length <= LONGEST_POLICY, f"{path.name}: {name} has {length} letters")
        check_services(faults, path.name, name, resource)
    return template


def main(deploy):
    calls = [call for call in json.load(sys.stdin) if call["permission"]]
    faults, compared = Faults(), 0
    for path in sorted(pathlib.Path(deploy).glob("*.yaml")):
        template = check_template(faults, path)
        sides = SIDES.get(path.name)
        if sides is None:
            continue
        grants, holders = granted(template, sides)
        expected = {name: set(purposes) for name, purposes in (HOLDERS[path.name] | GROUPS).items()}
        faults.expect(holders == expected, f"{path.name}: who holds what is {holders}")
        purposes = set().union(*expected.values()) - NOT_OF[path.name]
        compare(faults, path.name, calls, grants, sides, purposes)
        check_keys(faults, path.name, template, grants)
        compared += len(grants)
    for fault in faults:
        print(fault)
    print(f"{len(calls)} calls and {compared} grants, {len(faults)} faults")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main(*sys.argv[1:])
