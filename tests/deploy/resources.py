"""What a template's resources are made of, by the calls of an account's own services. One class for each type.

`make` gives what `Ref` and `Fn::GetAtt` give; `put` brings what is there to what the properties say; `remove` undoes both.
"""

import json

from template import Wrong


class Resource:
    #: Properties that cannot be changed without another resource in its place.
    FIXED = ()
    KNOWN = ()

    @classmethod
    def check(cls, name, properties):
        if unknown := properties.keys() - set(cls.KNOWN):
            raise Wrong(f"{name} has properties that are not known: {sorted(unknown)}")

    @classmethod
    def fixed(cls, name, old, new):
        if any(old.get(field) != new.get(field) for field in cls.FIXED):
            raise Wrong(f"{name} would have to be replaced")


def text(document):
    return json.dumps(document)


class Key(Resource):
    KNOWN = ("Description", "EnableKeyRotation", "KeyPolicy", "KeySpec", "KeyUsage", "PendingWindowInDays")
    FIXED = ("KeySpec", "KeyUsage")

    @staticmethod
    def make(account, new):
        kind = {field: new[field] for field in ("KeySpec", "KeyUsage") if field in new}
        key = account.kms.create_key(Policy=text(new["KeyPolicy"]), **kind)["KeyMetadata"]
        return {"ref": key["KeyId"], "attributes": {"Arn": key["Arn"]}}

    @staticmethod
    def put(account, made, old, new):
        key = made["ref"]
        account.kms.update_key_description(KeyId=key, Description=new.get("Description", ""))
        account.kms.put_key_policy(KeyId=key, PolicyName="default", Policy=text(new["KeyPolicy"]))
        if new.get("EnableKeyRotation"):
            account.kms.enable_key_rotation(KeyId=key)
        elif old.get("EnableKeyRotation"):
            account.kms.disable_key_rotation(KeyId=key)

    @staticmethod
    def remove(account, made, old):
        days = old.get("PendingWindowInDays", 30)
        account.kms.schedule_key_deletion(KeyId=made["ref"], PendingWindowInDays=days)


class Bucket(Resource):
    FIXED = ("BucketName", "ObjectLockEnabled")
    #: Each with the call that sets it, the argument of that call, and the call that takes it away.
    SETTINGS = {
        "BucketEncryption": ("put_bucket_encryption", "ServerSideEncryptionConfiguration", "delete_bucket_encryption"),
        "LifecycleConfiguration": ("put_bucket_lifecycle_configuration", "LifecycleConfiguration", "delete_bucket_lifecycle"),
        "ObjectLockConfiguration": ("put_object_lock_configuration", "ObjectLockConfiguration", None),
        "OwnershipControls": ("put_bucket_ownership_controls", "OwnershipControls", "delete_bucket_ownership_controls"),
        "PublicAccessBlockConfiguration": ("put_public_access_block",) * 2 + ("delete_public_access_block",),
        "VersioningConfiguration": ("put_bucket_versioning", "VersioningConfiguration", None),
    }
    KNOWN = (*FIXED, *SETTINGS)

    @staticmethod
    def make(account, new):
        name = new["BucketName"]
        lock = {"ObjectLockEnabledForBucket": True} if new.get("ObjectLockEnabled") else {}
        account.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": account.region}, **lock)
        return {"ref": name, "attributes": {"Arn": f"arn:aws:s3:::{name}"}}

    @classmethod
    def put(cls, account, made, old, new):
        for setting, (put, argument, delete) in cls.SETTINGS.items():
            if setting in new:
                if setting == "PublicAccessBlockConfiguration":
                    argument = setting
                getattr(account.s3, put)(Bucket=made["ref"], **{argument: as_call(setting, new[setting])})
            elif setting in old:
                if delete is None:
                    raise Wrong(f"{setting} cannot be taken away")
                getattr(account.s3, delete)(Bucket=made["ref"])

    @staticmethod
    def remove(account, made, old):
        account.s3.delete_bucket(Bucket=made["ref"])


def as_call(setting, value):
    """A bucket's setting as the call wants it, where CloudFormation names it otherwise."""
    if setting == "BucketEncryption":
        rules = [
            {
                "BucketKeyEnabled": rule.get("BucketKeyEnabled", False),
                "ApplyServerSideEncryptionByDefault": renamed(rule["ServerSideEncryptionByDefault"], "KMSMasterKeyID"),
            }
            for rule in value["ServerSideEncryptionConfiguration"]
        ]
        return {"Rules": rules}
    if setting == "LifecycleConfiguration":
        return {"Rules": [{"ID": rule["Id"], "Filter": {"Prefix": ""}} | without(rule, "Id") for rule in value["Rules"]]}
    if setting == "ObjectLockConfiguration":
        rule = value["Rule"]["DefaultRetention"]
        return value | {"Rule": {"DefaultRetention": rule | {"Days": int(rule["Days"])}}}
    return value


def renamed(value, field):
    return {("KMSMasterKeyID" if key == field else key): inner for key, inner in value.items()}


def without(value, field):
    return {key: inner for key, inner in value.items() if key != field}


class BucketPolicy(Resource):
    KNOWN = ("Bucket", "PolicyDocument")
    FIXED = ("Bucket",)

    @staticmethod
    def make(account, new):
        return {"ref": new["Bucket"], "attributes": {}}

    @staticmethod
    def put(account, made, old, new):
        account.s3.put_bucket_policy(Bucket=made["ref"], Policy=text(new["PolicyDocument"]))

    @staticmethod
    def remove(account, made, old):
        account.s3.delete_bucket_policy(Bucket=made["ref"])


class Role(Resource):
    KNOWN = ("AssumeRolePolicyDocument", "Description", "MaxSessionDuration", "Policies", "RoleName")
    FIXED = ("RoleName",)

    @staticmethod
    def make(account, new):
        trust = text(new["AssumeRolePolicyDocument"])
        role = account.iam.create_role(RoleName=new["RoleName"], AssumeRolePolicyDocument=trust)["Role"]
        return {"ref": role["RoleName"], "attributes": {"Arn": role["Arn"]}}

    @staticmethod
    def put(account, made, old, new):
        role = {"RoleName": made["ref"]}
        account.iam.update_assume_role_policy(PolicyDocument=text(new["AssumeRolePolicyDocument"]), **role)
        duration = new.get("MaxSessionDuration", 3600)
        account.iam.update_role(Description=new.get("Description", ""), MaxSessionDuration=duration, **role)
        kept = {policy["PolicyName"] for policy in new.get("Policies", [])}
        for policy in new.get("Policies", []):
            document = text(policy["PolicyDocument"])
            account.iam.put_role_policy(PolicyName=policy["PolicyName"], PolicyDocument=document, **role)
        for policy in old.get("Policies", []):
            if policy["PolicyName"] not in kept:
                account.iam.delete_role_policy(PolicyName=policy["PolicyName"], **role)

    @staticmethod
    def remove(account, made, old):
        for policy in old.get("Policies", []):
            account.iam.delete_role_policy(RoleName=made["ref"], PolicyName=policy["PolicyName"])
        account.iam.delete_role(RoleName=made["ref"])


class Group(Resource):
    KNOWN = ("GroupName",)
    FIXED = ("GroupName",)

    @staticmethod
    def make(account, new):
        group = account.iam.create_group(GroupName=new["GroupName"])["Group"]
        return {"ref": group["GroupName"], "attributes": {"Arn": group["Arn"]}}

    @staticmethod
    def put(account, made, old, new):
        pass

    @staticmethod
    def remove(account, made, old):
        account.iam.delete_group(GroupName=made["ref"])


class User(Resource):
    KNOWN = ("UserName",)
    FIXED = ("UserName",)

    @staticmethod
    def make(account, new):
        user = account.iam.create_user(UserName=new["UserName"])["User"]
        return {"ref": user["UserName"], "attributes": {"Arn": user["Arn"]}}

    @staticmethod
    def put(account, made, old, new):
        pass

    @staticmethod
    def remove(account, made, old):
        account.iam.delete_user(UserName=made["ref"])


class ManagedPolicy(Resource):
    FIXED = ("ManagedPolicyName", "Description")
    #: Each kind of holder with its argument and the calls that give and take.
    HOLDERS = {
        "Groups": ("GroupName", "attach_group_policy", "detach_group_policy"),
        "Roles": ("RoleName", "attach_role_policy", "detach_role_policy"),
        "Users": ("UserName", "attach_user_policy", "detach_user_policy"),
    }
    KNOWN = (*FIXED, *HOLDERS, "PolicyDocument")

    @staticmethod
    def make(account, new):
        names = {"PolicyName": new["ManagedPolicyName"], "Description": new["Description"]}
        policy = account.iam.create_policy(PolicyDocument=text(new["PolicyDocument"]), **names)["Policy"]
        return {"ref": policy["Arn"], "attributes": {}}

    @classmethod
    def put(cls, account, made, old, new):
        if old and old["PolicyDocument"] != new["PolicyDocument"]:
            cls.version(account, made["ref"], new["PolicyDocument"])
        for holders, (argument, attach, detach) in cls.HOLDERS.items():
            had, has = set(old.get(holders, [])), set(new.get(holders, []))
            for name in sorted(has - had):
                getattr(account.iam, attach)(PolicyArn=made["ref"], **{argument: name})
            for name in sorted(had - has):
                getattr(account.iam, detach)(PolicyArn=made["ref"], **{argument: name})

    @staticmethod
    def version(account, arn, document):
        """Puts a new version in the place of the old one, so that a policy never has more than one."""
        before = account.iam.list_policy_versions(PolicyArn=arn)["Versions"]
        account.iam.create_policy_version(PolicyArn=arn, PolicyDocument=text(document), SetAsDefault=True)
        for version in before:
            account.iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])

    @classmethod
    def remove(cls, account, made, old):
        for holders, (argument, _, detach) in cls.HOLDERS.items():
            for name in old.get(holders, []):
                getattr(account.iam, detach)(PolicyArn=made["ref"], **{argument: name})
        account.iam.delete_policy(PolicyArn=made["ref"])


class Trail(Resource):
    RENAMED = {"EnableLogFileValidation", "IncludeGlobalServiceEvents", "IsMultiRegionTrail", "S3BucketName"}
    KNOWN = (*RENAMED, "AdvancedEventSelectors", "IsLogging", "TrailName")
    FIXED = ("TrailName",)

    @classmethod
    def make(cls, account, new):
        settings = {field: new[field] for field in cls.RENAMED if field in new}
        trail = account.cloudtrail.create_trail(Name=new["TrailName"], **settings)
        return {"ref": trail["Name"], "attributes": {"Arn": trail["TrailARN"]}}

    @classmethod
    def put(cls, account, made, old, new):
        settings = {field: new[field] for field in cls.RENAMED if field in new}
        account.cloudtrail.update_trail(Name=made["ref"], **settings)
        selectors = new["AdvancedEventSelectors"]
        account.cloudtrail.put_event_selectors(TrailName=made["ref"], AdvancedEventSelectors=selectors)
        log = account.cloudtrail.start_logging if new["IsLogging"] else account.cloudtrail.stop_logging
        log(Name=made["ref"])

    @staticmethod
    def remove(account, made, old):
        account.cloudtrail.delete_trail(Name=made["ref"])


MADE = {
    "AWS::CloudTrail::Trail": Trail,
    "AWS::IAM::Group": Group,
    "AWS::IAM::ManagedPolicy": ManagedPolicy,
    "AWS::IAM::Role": Role,
    "AWS::IAM::User": User,
    "AWS::KMS::Key": Key,
    "AWS::S3::Bucket": Bucket,
    "AWS::S3::BucketPolicy": BucketPolicy,
}

#: What the account servers have no service for, with the attributes that templates ask of it.
SKIPPED = {
    "AWS::CloudWatch::Alarm": (),
    "AWS::EC2::SecurityGroup": ("GroupId",),
    "AWS::EC2::SecurityGroupEgress": (),
    "AWS::ECR::Repository": ("RepositoryUri",),
    "AWS::ECS::Cluster": ("Arn",),
    "AWS::ECS::TaskDefinition": (),
    "AWS::EFS::AccessPoint": (),
    "AWS::EFS::FileSystem": (),
    "AWS::EFS::MountTarget": (),
    "AWS::Events::Rule": (),
    "AWS::Logs::LogGroup": ("Arn",),
    "AWS::SNS::Subscription": (),
    "AWS::SNS::Topic": (),
    "AWS::SNS::TopicPolicy": (),
    "AWS::Scheduler::Schedule": (),
    "AWS::Scheduler::ScheduleGroup": (),
    "AWS::SecretsManager::Secret": (),
}


def skipped(kind, name, account):
    """Stands for a resource that is not made: an ARN that nothing has."""
    service = kind.split("::")[1].lower()
    arn = f"arn:aws:{service}:{account.region}:{account.id}:skipped/{name}"
    return {"ref": arn, "attributes": dict.fromkeys(SKIPPED[kind], arn)}
