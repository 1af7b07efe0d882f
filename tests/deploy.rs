//! `deploy/`: the templates are sound, grant what the program's calls need and nothing else, apply, and roll back.
#![cfg(feature = "s3")]

mod common;

use std::path::{Path, PathBuf};
use std::process::Output;

use common::deployed::{Account, CUSTOMER, Deployed, Keys, Person, deploy};
use common::python;
use common::servers::{PRODUCTION, REGION};
use serde_json::Value;
use verho::account::calls::CALLS;

const TEMPLATES: [&str; 3] = ["production.yaml", "test.yaml", "schedule.yaml"];
const PREFIX_PARAMETER: &str = "CustomerPrefix=demo/";

/// What the schedule is given besides.
const SCHEDULE: [&str; 4] = ["Vpc=vpc-1", "SubnetA=subnet-1", "SubnetB=subnet-2", "ImageDigest=sha256:"];

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.clone(), output.stderr.clone()].concat()).into_owned()
}

/// The templates in a folder of their own, one of them with some texts changed.
fn changed(changed: &str, changes: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for template in TEMPLATES {
        let mut text = std::fs::read_to_string(deploy(template)).expect("a template");
        for (from, to) in changes.iter().filter(|_| template == changed) {
            assert!(text.contains(from), "{template} does not say {from}");
            text = text.replacen(from, to, 1);
        }
        std::fs::write(folder.path().join(template), text).expect("a template");
    }
    folder
}

fn lint(templates: &[PathBuf]) -> Output {
    let templates: Vec<&str> = templates.iter().map(|path| path.to_str().expect("a path in UTF-8")).collect();
    let program = ["-c", "from cfnlint.runner import main; main()", "--regions", REGION, "--"];
    python::run_with(&[&program, &templates[..]].concat(), "")
}

#[test]
fn templates_are_sound() {
    let linted = lint(&TEMPLATES.map(deploy));
    assert!(linted.status.success(), "{}", said(&linted));
    let folder = changed("test.yaml", &[("Type: AWS::IAM::Group\n", "Type: AWS::IAM::Groups\n")]);
    let linted = lint(&[folder.path().join("test.yaml")]);
    assert!(said(&linted).contains("AWS::IAM::Groups"), "the linter sees what is no type: {}", said(&linted));
}

fn permissions(folder: &Path) -> Output {
    let calls = serde_json::to_string(CALLS).expect("JSON");
    python::tried("deploy/permissions.py", &[folder.to_str().expect("a path in UTF-8")], &calls)
}

#[test]
fn every_permission_is_used_and_every_call_has_its_own() {
    let compared = permissions(&deploy(""));
    assert!(compared.status.success(), "{}", said(&compared));
    assert!(said(&compared).contains(" 0 faults"), "{}", said(&compared));
}

/// One change to a template, and the fault that it is.
const FAULTS: &[(&str, &str, &str, &str)] = &[
    ("test.yaml", "Action: s3:ListBucketVersions", "Action: s3:ListBucket*", "the action s3:ListBucket* is a wildcard"),
    ("test.yaml", "              - s3:DeleteObjectVersion\n", "", "has no s3:DeleteObjectVersion on test"),
    (
        "test.yaml",
        "              - s3:DeleteObject\n",
        "              - s3:PutObjectAcl\n",
        "s3:PutObjectAcl on DataBucket",
    ),
    (
        "production.yaml",
        "Resource: !Sub \"${DataBucket.Arn}/${CustomerPrefix}*\"",
        "Resource: !Sub \"${DataBucket.Arn}/*\"",
        "the resource ${DataBucket.Arn}/* is a wildcard",
    ),
    (
        "production.yaml",
        "Action: [s3:GetObject, s3:GetObjectVersion]",
        "Action: [s3:GetObject, s3:GetObjectVersion, s3:PutObject]",
        "s3:PutObject on DataBucket for ['run', 'end'] is used by no call",
    ),
    (
        "production.yaml",
        "Action: [kms:GetPublicKey, kms:Sign]",
        "Action: kms:GetPublicKey",
        "kms:Sign for end has no kms:Sign on evidence",
    ),
    (
        "production.yaml",
        "Principal: {AWS: !Sub \"arn:aws:iam::${AWS::AccountId}:root\"}",
        "Principal: {AWS: \"arn:aws:iam::222222222222:root\"}",
        "names an account",
    ),
    ("production.yaml", "Principal: {Service: cloudtrail.amazonaws.com}", "Principal: \"*\"", "the principal *"),
    (
        "production.yaml",
        "            Condition: {Bool: {\"aws:MultiFactorAuthPresent\": \"true\"}}\n",
        "",
        "OnRequestRole is taken without a code",
    ),
    (
        "production.yaml",
        "            Condition: {StringEquals: {\"aws:SourceAccount\": !Ref AWS::AccountId}}\n",
        "",
        "a service may act for any account",
    ),
    (
        "production.yaml",
        "      Roles: [!Ref ReviewerRole]\n",
        "      Roles: [!Ref ReviewerRole, !Ref AuditorRole]\n",
        "production.yaml: who holds what",
    ),
    (
        "production.yaml",
        "              - kms:CancelKeyDeletion\n",
        "              - kms:CancelKeyDeletion\n              - kms:Decrypt\n",
        "StorageKey lets administrators {'kms:Decrypt'}",
    ),
    (
        "production.yaml",
        "            Action: kms:GetPublicKey\n            Resource: \"*\"\n",
        "            Action: kms:Verify\n            Resource: \"*\"\n",
        "the policy of SigningKey and those of roles differ",
    ),
    (
        "production.yaml",
        "Action: [cloudtrail:DescribeTrails, s3:GetAccountPublicAccessBlock]",
        "Action: [cloudtrail:DescribeTrails, cloudtrail:GetTrail, s3:GetAccountPublicAccessBlock]",
        "on everything",
    ),
    ("schedule.yaml", "Action: ecs:RunTask", "Action: [ecs:RunTask, ecs:StopTask]", "services may ['ecs:StopTask']"),
];

#[test]
fn each_fault_is_seen() {
    for (template, from, to, fault) in FAULTS {
        let compared = permissions(changed(template, &[(from, to)]).path());
        assert!(!compared.status.success(), "not seen: {to}");
        assert!(said(&compared).contains(fault), "{to}: {}", said(&compared));
    }
}

fn names<'d>(done: &'d Value, what: &str) -> Vec<&'d str> {
    done[what].as_array().expect("a list").iter().filter_map(Value::as_str).collect()
}

fn account() -> Account {
    Account::start(PRODUCTION)
}

/// Changes of every kind to the production account: a setting, a grant, a trust, a key, something more, and something less.
const CHANGES: &[(&str, &str)] = &[
    ("DaysAfterInitiation: 7", "DaysAfterInitiation: 3"),
    ("    Default: 730\n", "    Default: 365\n"),
    ("Action: [s3:GetObject, s3:GetObjectVersion]", "Action: [s3:GetObject]"),
    ("      MaxSessionDuration: 14400\n", ""),
    ("Principal: {Service: ecs-tasks.amazonaws.com}", "Principal: {Service: lambda.amazonaws.com}"),
    ("      EnableKeyRotation: true\n", ""),
    ("          - Sid: Writing\n            Effect: Allow\n", "          - Sid: Writing\n            Effect: Deny\n"),
    ("Roles: [!Ref ReviewerRole]", "Roles: [!Ref AuditorRole]"),
    ("      IsLogging: true\n", "      IsLogging: false\n"),
    ("[s3:BypassGovernanceRetention, s3:DeleteObject, s3:DeleteObjectVersion]", "s3:DeleteObject"),
    (
        "  ReviewersPolicy:\n    Type: AWS::IAM::ManagedPolicy\n",
        "  ReviewersPolicy:\n    Type: AWS::IAM::ManagedPolicy\n    Condition: HasProducer\n",
    ),
    (
        "  RefreshRole:\n",
        "  MoreGroup:\n    Type: AWS::IAM::Group\n    Properties: {GroupName: more}\n\n  RefreshRole:\n",
    ),
];

#[test]
fn a_template_applies_once_changes_and_rolls_back() {
    let account = account();
    let before = account.look();
    let done = account.apply(&deploy("production.yaml"), &[PREFIX_PARAMETER]);
    assert!(names(&done, "made").contains(&"EvidenceBucketPolicy"), "{done}");
    assert!(names(&done, "skipped").contains(&"AWS::Events::Rule DeniedCalls"), "{done}");
    let made = account.look();
    assert_ne!(before, made);

    let asked = account.server.requests().len();
    let again = account.apply(&deploy("production.yaml"), &[PREFIX_PARAMETER]);
    for what in ["made", "changed", "removed", "retained"] {
        assert!(names(&again, what).is_empty(), "{what}: {again}");
    }
    assert_eq!(account.server.requests().len(), asked, "nothing is asked of the account");

    let folder = changed("production.yaml", CHANGES);
    let other = account.apply(&folder.path().join("production.yaml"), &[PREFIX_PARAMETER]);
    assert_eq!(names(&other, "made"), ["MoreGroup"], "{other}");
    assert_eq!(names(&other, "removed"), ["ReviewersPolicy"], "{other}");
    assert!(names(&other, "changed").len() >= 8, "{other}");
    assert_ne!(account.look(), made);

    let back = account.apply(&deploy("production.yaml"), &[PREFIX_PARAMETER]);
    assert_eq!((names(&back, "made"), names(&back, "removed")), (vec!["ReviewersPolicy"], vec!["MoreGroup"]), "{back}");
    assert_eq!(account.look(), made, "as it was");
}

#[test]
fn a_change_that_fails_on_the_way_leaves_all_as_it_was() {
    let account = account();
    account.apply(&deploy("production.yaml"), &[PREFIX_PARAMETER]);
    let made = account.look();
    // To let everybody in is refused by the bucket itself, when much else is changed already.
    let opened = [(
        "          - Sid: NothingIsErased\n            Effect: Deny\n",
        "          - Sid: All\n            Effect: Allow\n",
    )];
    let folder = changed("production.yaml", &[CHANGES, &opened].concat());
    let tried = account.tried(&folder.path().join("production.yaml"), &[PREFIX_PARAMETER]);
    assert!(!tried.status.success() && said(&tried).contains("BlockPublicPolicy"), "{}", said(&tried));
    assert_eq!(account.look(), made);
    let renamed = [("RoleName: !Sub \"${Name}-auditor\"", "RoleName: !Sub \"${Name}-auditors\"")];
    let folder = changed("production.yaml", &renamed);
    let tried = account.tried(&folder.path().join("production.yaml"), &[PREFIX_PARAMETER]);
    assert!(said(&tried).contains("AuditorRole would have to be replaced"), "{}", said(&tried));
    assert_eq!(account.look(), made);
}

#[test]
fn the_schedule_applies_beside_its_stack() {
    let account = account();
    account.apply(&deploy("production.yaml"), &[PREFIX_PARAMETER]);
    let digest = format!("{}{}", SCHEDULE[3], "0".repeat(64));
    let done = account.apply(&deploy("schedule.yaml"), &[SCHEDULE[0], SCHEDULE[1], SCHEDULE[2], &digest]);
    let (mut made, skipped) = (names(&done, "made"), names(&done, "skipped"));
    made.sort_unstable();
    assert_eq!(made, ["ExecutionRole", "SchedulerRole"]);
    for one in
        ["AWS::ECS::TaskDefinition Task", "AWS::Scheduler::Schedule Refresh", "AWS::SecretsManager::Secret RobotKey"]
    {
        assert!(skipped.contains(&one), "{skipped:?}");
    }
}

#[test]
fn what_is_not_known_is_not_applied() {
    let account = account();
    for (from, to, why) in [
        (
            "    Type: AWS::SNS::Topic\n",
            "    Type: AWS::SNS::Tropic\n",
            "Alarms is of the unknown type AWS::SNS::Tropic",
        ),
        ("      IsLogging: true\n", "      IsLoud: true\n", "Trail has properties that are not known: ['IsLoud']"),
        ("!If", "!Switch", "Fn::Switch is not known"),
    ] {
        let folder = changed("production.yaml", &[(from, to)]);
        let tried = account.tried(&folder.path().join("production.yaml"), &[PREFIX_PARAMETER]);
        assert!(!tried.status.success() && said(&tried).contains(why), "{why}: {}", said(&tried));
    }
    let tried = account.tried(&deploy("production.yaml"), &["CustomerPrefix=*"]);
    assert!(said(&tried).contains("CustomerPrefix is not as its pattern says"), "{}", said(&tried));
}

/// What somebody tries on a bucket of their account.
enum Try {
    List,
    Get,
    Put,
    Delete,
    Policy,
}

/// Whether an account lets somebody do so, with a key or below a prefix.
fn may(account: &Account, keys: &Keys, what: &Try, bucket: &str, key: &str) -> bool {
    let (s3, bucket) = (account.s3(keys), account.output(bucket));
    let answered = |status: Option<u16>| match status {
        None => true,
        Some(403) => false,
        Some(status) => panic!("{bucket}/{key}: {status}"),
    };
    macro_rules! status {
        ($call:expr) => {
            answered(
                account
                    .server
                    .wait($call.send())
                    .err()
                    .map(|error| error.raw_response().expect("a reply").status().as_u16()),
            )
        };
    }
    match what {
        Try::List => status!(s3.list_objects_v2().bucket(bucket).prefix(key)),
        Try::Get => status!(s3.get_object().bucket(bucket).key(key)),
        Try::Put => status!(s3.put_object().bucket(bucket).key(key).body(b"new".to_vec().into())),
        Try::Delete => status!(s3.delete_object().bucket(bucket).key(key)),
        Try::Policy => status!(s3.get_bucket_policy().bucket(bucket)),
    }
}

/// Everybody's keys, by who they are.
fn everybody(deployed: &Deployed) -> Vec<(&'static str, &Account, Keys)> {
    let mut everybody = vec![("robot", &deployed.test, deployed.robot.clone())];
    for (account, of) in [(&deployed.production, "production"), (&deployed.test, "test")] {
        for (who, group, role) in [
            ("operator", "OperatorsGroupName", "OnRequestRoleArn"),
            ("reviewer", "ReviewersGroupName", "ReviewerRoleArn"),
            ("auditor", "AuditorsGroupName", "AuditorRoleArn"),
        ] {
            let person = account.person(who, group);
            let name = |text: String| &*text.leak();
            everybody.push((name(format!("{who} in {of}")), account, account.session(&person, role)));
            everybody.push((name(format!("{who} in {of} without a session")), account, person.keys()));
        }
    }
    everybody
}

/// What is let, by who may; everybody else of the account may not.
const LET: &[(Try, &str, &str, &[&str])] = &[
    (Try::List, "DataBucketName", "demo/", &["operator in production"]),
    (Try::List, "DataBucketName", "other/", &[]),
    (Try::List, "DataBucketName", "", &[]),
    (Try::Get, "DataBucketName", "demo/a", &["operator in production"]),
    (Try::Get, "DataBucketName", "other/a", &[]),
    (Try::Put, "DataBucketName", "demo/a", &[]),
    (Try::Delete, "DataBucketName", "demo/a", &[]),
    (Try::List, "EvidenceBucketName", "verho/", &["operator in production", "reviewer in production"]),
    (Try::Get, "EvidenceBucketName", "verho/a", &["operator in production", "reviewer in production"]),
    (Try::Put, "EvidenceBucketName", "verho/b", &["operator in production"]),
    (Try::Put, "EvidenceBucketName", "b", &[]),
    (Try::Delete, "EvidenceBucketName", "verho/a", &[]),
    (Try::List, "TrailBucketName", "", &[]),
    (Try::Policy, "EvidenceBucketName", "", &["operator in production", "auditor in production"]),
];

/// The same in the test account.
const LET_IN_TEST: &[(Try, &str, &str, &[&str])] = &[
    (Try::List, "DataBucketName", "demo/", &["robot", "operator in test", "reviewer in test"]),
    (Try::Get, "DataBucketName", "demo/a", &["robot", "operator in test", "reviewer in test"]),
    (Try::Get, "DataBucketName", "other/a", &[]),
    (Try::Put, "DataBucketName", "demo/b", &["robot", "operator in test"]),
    (Try::Put, "DataBucketName", "other/b", &[]),
    (Try::Delete, "DataBucketName", "demo/b", &["robot", "operator in test"]),
    (Try::Delete, "DataBucketName", "other/a", &[]),
    (Try::Policy, "DataBucketName", "", &["robot", "operator in test", "auditor in test"]),
    (Try::List, "TrailBucketName", "", &[]),
];

#[test]
fn everybody_may_do_what_they_are_there_for_and_nothing_else() {
    let deployed = Deployed::start();
    for (account, bucket, key) in [
        (&deployed.production, "DataBucketName", "demo/a"),
        (&deployed.production, "DataBucketName", "other/a"),
        (&deployed.production, "EvidenceBucketName", "verho/a"),
        (&deployed.test, "DataBucketName", "demo/a"),
        (&deployed.test, "DataBucketName", "other/a"),
    ] {
        account.put(bucket, key, b"old".to_vec());
    }
    for (who, account, keys) in everybody(&deployed) {
        let of = if account.server.account == PRODUCTION { LET } else { LET_IN_TEST };
        for (number, (what, bucket, key, let_to)) in of.iter().enumerate() {
            assert_eq!(
                may(account, &keys, what, bucket, key),
                let_to.contains(&who),
                "{who}, {number}: {bucket}/{key}"
            );
        }
    }
}

#[test]
fn a_role_is_taken_with_a_code_and_by_its_group() {
    let account = &Deployed::start().production;
    let operator = account.person("operator", "OperatorsGroupName");
    assert!(account.taken(&operator, "OnRequestRoleArn").status.success());
    for role in ["ReviewerRoleArn", "AuditorRoleArn", "RefreshRoleArn"] {
        assert!(said(&account.taken(&operator, role)).contains("AccessDenied"), "{role}");
    }
    let without = Person { serial: String::new(), seed: String::new(), ..operator.clone() };
    assert!(said(&account.taken(&without, "OnRequestRoleArn")).contains("AccessDenied"));
    let stranger = Person { seed: account.person("other", "OperatorsGroupName").seed, ..operator };
    assert!(said(&account.taken(&stranger, "OnRequestRoleArn")).contains("AccessDenied"), "a code of another device");
}

#[test]
fn the_job_carries_a_dataset_over_with_what_it_is_granted() {
    let deployed = Deployed::start();
    let desk = deployed.desk_of_job();
    desk.approve(CUSTOMER, "granted", 3);
    let run = desk.facts(&["run", CUSTOMER]);
    let release = run["release"].as_str().unwrap_or_else(|| panic!("{run}")).to_owned();
    desk.facts(&["release", "delete", CUSTOMER, &release]);
    let key = deployed.test.output("TestKeyArn");
    let writes = deployed.test.server.requests().into_iter().filter(|request| request.text("sse") == "aws:kms");
    assert!(writes.clone().count() > 3 && writes.clone().all(|write| write.text("kms_key") == key));
}

#[test]
fn people_carry_a_dataset_over_with_what_they_are_granted() {
    let deployed = Deployed::start();
    let [production, test] = [&deployed.production, &deployed.test].map(|account| {
        let person = account.person("operator", "OperatorsGroupName");
        account.session(&person, "OnRequestRoleArn")
    });
    let mut desk = deployed.desk_of(&production, &test);
    desk.approve(CUSTOMER, "granted", 3);
    desk.facts(&["run", CUSTOMER]);

    // The reviewer at the same desk, who needs nothing of the operator's.
    desk.environment.clear();
    for (account, prefix) in [(&deployed.production, "VERHO_PRODUCTION"), (&deployed.test, "VERHO_TEST")] {
        let person = account.person("reviewer", "ReviewersGroupName");
        desk.environment.extend(account.session(&person, "ReviewerRoleArn").environment(prefix));
    }
    for question in ["runs", "retention", "strays"] {
        desk.facts(&["review", question, CUSTOMER]);
    }
    assert_eq!(desk.verho(&["run", CUSTOMER]).status.code(), Some(5), "a reviewer carries nothing over");
}

/// The lines of the definition that say something, in upper case as far as they are instructions.
fn container() -> Vec<String> {
    let text = std::fs::read_to_string(deploy("Containerfile")).expect("a file");
    let joined = text.replace("\\\n", " ");
    joined.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}

#[test]
fn the_container_runs_as_nobody_from_pinned_images_with_nothing_but_the_program() {
    let lines = container();
    let all = |word: &str| lines.iter().filter(|line| line.starts_with(word)).map(String::as_str).collect::<Vec<_>>();
    let stages = all("FROM ");
    assert_eq!(stages.len(), 2, "one builds, one runs");
    assert!(stages[1].contains("distroless") && stages[1].contains(":nonroot"), "no shell, no root: {}", stages[1]);
    for stage in stages {
        assert!(!stage.contains(":latest") && stage.contains(':'), "pinned: {stage}");
    }
    let last = lines.iter().rposition(|line| line.starts_with("FROM ")).expect("a stage");
    let running = &lines[last + 1..];
    assert!(running.iter().all(|line| !line.starts_with("RUN ") && !line.starts_with("ADD ")), "{running:?}");
    assert!(running.contains(&"USER 65532:65532".to_owned()), "by number, as Kubernetes wants to see it");
    assert!(running.contains(&"ENTRYPOINT [\"verho\"]".to_owned()));
    for copied in all("COPY ") {
        assert!(!copied.contains(" . "), "named, so that no workspace and no key comes along: {copied}");
    }
    let volumes = all("VOLUME ");
    assert_eq!(volumes, ["VOLUME [\"/tmp\", \"/workspace/keys\", \"/workspace/.verho\"]"], "all that is written to");
}
