//! `verho doctor` on the accounts that `deploy/` sets up: green, and after one thing is set wrong, red at exactly that.
#![cfg(feature = "s3")]

mod common;

use std::collections::BTreeSet;

use aws_sdk_s3::types::ObjectOwnership;
use common::deployed::{Account, Deployed, Person};
use common::desk::Desk;
use common::servers::{allow, tls_only};
use serde_json::{Value, json};
use verho::account::separate::check::CHECKS;

/// What `doctor` finds, whatever it is.
fn findings(desk: &Desk) -> Vec<Value> {
    let output = desk.verho(&["--output", "json", "doctor"]);
    let facts: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("no findings: {}", String::from_utf8_lossy(&output.stderr)));
    facts["findings"].as_array().expect("findings").clone()
}

/// The checks that say anything but that all holds.
fn red(desk: &Desk) -> BTreeSet<String> {
    let all = findings(desk);
    let not_well = all.iter().filter(|finding| finding["severity"].is_string());
    not_well.map(|finding| finding["check"].as_str().expect("a name").to_owned()).collect()
}

/// One thing that is set wrong, and set right again.
struct Slip {
    what: &'static str,
    check: &'static str,
    wrong: fn(&Deployed),
    right: fn(&Deployed),
}

fn bucket(deployed: &Deployed) -> &str {
    deployed.production.output("DataBucketName")
}

fn copies(deployed: &Deployed) -> &str {
    deployed.test.output("DataBucketName")
}

/// A bucket's policy of the stack with one more statement.
fn with(bucket: &str, statement: Value) -> Value {
    let mut policy = tls_only(bucket);
    policy["Statement"].as_array_mut().expect("statements").push(statement);
    policy
}

/// Gives the task's role one more inline policy, or takes it away.
fn role_policy(deployed: &Deployed, document: Option<&Value>) {
    let server = &deployed.production.server;
    let name = deployed.production.output("RefreshRoleArn").rsplit('/').next().expect("a name");
    match document {
        Some(document) => {
            let put = server
                .iam()
                .put_role_policy()
                .role_name(name)
                .policy_name("slip")
                .policy_document(document.to_string());
            server.wait(put.send()).expect("given");
        }
        None => {
            let delete = server.iam().delete_role_policy().role_name(name).policy_name("slip");
            server.wait(delete.send()).expect("taken");
        }
    }
}

/// Sets the policy of the test key; none: as it was, the account's own.
fn key_policy(deployed: &Deployed, who: &str) {
    let server = &deployed.test.server;
    let key = deployed.test.output("TestKeyArn");
    let mut policy: Value = {
        let get = server.kms().get_key_policy().key_id(key).policy_name("default");
        serde_json::from_str(server.wait(get.send()).expect("a policy").policy().expect("a text")).expect("JSON")
    };
    let statements = policy["Statement"].as_array_mut().expect("statements");
    statements.retain(|statement| statement["Sid"] != "Slip");
    if !who.is_empty() {
        statements.push(json!({ "Sid": "Slip", "Effect": "Allow", "Principal": { "AWS": who }, "Action": "kms:Decrypt", "Resource": "*" }));
    }
    let put = server.kms().put_key_policy().key_id(key).policy_name("default").policy(policy.to_string());
    server.wait(put.send()).expect("set");
}

fn rotate(deployed: &Deployed, on: bool) {
    let (server, key) = (&deployed.production.server, deployed.production.output("WrappingKeyArn"));
    match on {
        true => drop(server.wait(server.kms().enable_key_rotation().key_id(key).send()).expect("set")),
        false => drop(server.wait(server.kms().disable_key_rotation().key_id(key).send()).expect("set")),
    }
}

fn enable(deployed: &Deployed, on: bool) {
    let (server, key) = (&deployed.test.server, deployed.test.output("TestKeyArn"));
    match on {
        true => drop(server.wait(server.kms().enable_key().key_id(key).send()).expect("set")),
        false => drop(server.wait(server.kms().disable_key().key_id(key).send()).expect("set")),
    }
}

fn log(deployed: &Deployed, on: bool) {
    let (server, trail) = (&deployed.production.server, deployed.production.output("TrailArn"));
    match on {
        true => drop(server.wait(server.trails().start_logging().name(trail).send()).expect("on")),
        false => drop(server.wait(server.trails().stop_logging().name(trail).send()).expect("off")),
    }
}

const SLIPS: [Slip; 17] = [
    Slip {
        what: "public access to a bucket",
        check: "public_access",
        wrong: |deployed| deployed.production.server.block_public(bucket(deployed), false),
        right: |deployed| deployed.production.server.block_public(bucket(deployed), true),
    },
    Slip {
        what: "a bucket without TLS",
        check: "tls_only",
        wrong: |deployed| {
            let own = json!({ "Effect": "Deny", "Principal": "*", "Action": "s3:PutBucketAcl", "Resource": format!("arn:aws:s3:::{}", copies(deployed)) });
            deployed.test.server.put_policy(copies(deployed), &json!({ "Version": "2012-10-17", "Statement": [own] }));
        },
        right: |deployed| deployed.test.server.put_policy(copies(deployed), &tls_only(copies(deployed))),
    },
    Slip {
        what: "a bucket that another account reads",
        check: "trust",
        wrong: |deployed| {
            let open = json!({ "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::222222222222:root" }, "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{}/*", bucket(deployed)) });
            deployed.production.server.put_policy(bucket(deployed), &with(bucket(deployed), open));
        },
        right: |deployed| deployed.production.server.put_policy(bucket(deployed), &tls_only(bucket(deployed))),
    },
    Slip {
        what: "a key that another account uses",
        check: "trust",
        wrong: |deployed| key_policy(deployed, "arn:aws:iam::111111111111:root"),
        right: |deployed| key_policy(deployed, ""),
    },
    Slip {
        what: "objects of other owners",
        check: "ownership",
        wrong: |deployed| deployed.test.server.own(copies(deployed), ObjectOwnership::ObjectWriter),
        right: |deployed| deployed.test.server.own(copies(deployed), ObjectOwnership::BucketOwnerEnforced),
    },
    Slip {
        what: "a bucket with S3's own encryption",
        check: "encryption",
        wrong: |deployed| deployed.test.server.encrypt(copies(deployed), None),
        right: |deployed| deployed.test.server.encrypt(copies(deployed), Some(deployed.test.output("TestKeyArn"))),
    },
    Slip {
        what: "a key that is not rotated",
        check: "key_rotation",
        wrong: |deployed| rotate(deployed, false),
        right: |deployed| rotate(deployed, true),
    },
    Slip {
        what: "a key that is disabled",
        check: "key_state",
        wrong: |deployed| enable(deployed, false),
        right: |deployed| enable(deployed, true),
    },
    Slip {
        what: "a robot's key of 91 days",
        check: "robot_keys",
        wrong: |deployed| deployed.test.age(&deployed.robot.key, 91),
        right: |deployed| deployed.test.age(&deployed.robot.key, 1),
    },
    Slip {
        what: "a robot's key of 80 days",
        check: "robot_keys",
        wrong: |deployed| deployed.test.age(&deployed.robot.key, 80),
        right: |deployed| deployed.test.age(&deployed.robot.key, 1),
    },
    Slip {
        what: "a robot with two keys",
        check: "robot_key_count",
        wrong: |deployed| drop(deployed.test.robot()),
        right: |deployed| {
            let (server, robot) = (&deployed.test.server, deployed.test.output("RobotUserName"));
            let listed = server.wait(server.iam().list_access_keys().user_name(robot).send()).expect("listed");
            for key in listed.access_key_metadata().iter().filter_map(|key| key.access_key_id()) {
                if key != deployed.robot.key {
                    let delete = server.iam().delete_access_key().user_name(robot).access_key_id(key);
                    server.wait(delete.send()).expect("deleted");
                }
            }
        },
    },
    Slip {
        what: "a robot with a password",
        check: "people",
        wrong: |deployed| {
            let (server, robot) = (&deployed.test.server, deployed.test.output("RobotUserName"));
            server
                .wait(server.iam().create_login_profile().user_name(robot).password("Correct-horse-7").send())
                .expect("set");
        },
        right: |deployed| {
            let (server, robot) = (&deployed.test.server, deployed.test.output("RobotUserName"));
            server.wait(server.iam().delete_login_profile().user_name(robot).send()).expect("taken");
        },
    },
    Slip {
        what: "an administrator, if a condition never meant for it held",
        check: "policies",
        wrong: |deployed| {
            let mut all = allow(&["*"]);
            all["Statement"][0]["Condition"] = json!({ "StringEquals": { "aws:PrincipalTag/never": "given" } });
            role_policy(deployed, Some(&all));
        },
        right: |deployed| role_policy(deployed, None),
    },
    Slip {
        what: "a role that changes bucket policies",
        check: "forbidden",
        wrong: |deployed| role_policy(deployed, Some(&allow(&["s3:PutBucketPolicy"]))),
        right: |deployed| role_policy(deployed, None),
    },
    Slip {
        what: "a role that writes to production",
        check: "write_denied",
        wrong: |deployed| role_policy(deployed, Some(&allow(&["s3:PutObject"]))),
        right: |deployed| role_policy(deployed, None),
    },
    Slip {
        what: "a trail that is off",
        check: "audit_trail",
        wrong: |deployed| log(deployed, false),
        right: |deployed| log(deployed, true),
    },
    Slip {
        what: "an account that blocks no public access",
        check: "account_public_access",
        wrong: |deployed| deployed.test.unblock(),
        right: |deployed| deployed.test.block(),
    },
];

#[test]
fn each_slip_turns_exactly_its_check_red() {
    let deployed = Deployed::start();
    let desk = deployed.desk_of_job();
    let all = findings(&desk);
    for finding in &all {
        eprintln!("{} {}: {}", finding["check"], finding["place"], finding["says"]);
        assert!(finding["severity"].is_null(), "{finding}");
    }
    let heard: BTreeSet<&str> = all.iter().filter_map(|finding| finding["check"].as_str()).collect();
    assert_eq!(heard, CHECKS.iter().map(|check| check.name).collect(), "every check has something to say");
    assert!(desk.verho(&["doctor"]).status.success());
    for slip in SLIPS {
        (slip.wrong)(&deployed);
        let seen = red(&desk);
        (slip.right)(&deployed);
        assert_eq!(seen, [slip.check.to_owned()].into(), "{}", slip.what);
    }
    assert_eq!(red(&desk), BTreeSet::new(), "all is set right again");
}

#[test]
fn what_may_not_be_looked_at_names_its_permission_and_refuses_unless_it_is_configured() {
    let deployed = Deployed::start();
    let desk = deployed.desk_of_job();
    let deny = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Deny", "Action": "cloudtrail:DescribeTrails", "Resource": "*" }] });
    role_policy(&deployed, Some(&deny));
    let output = desk.verho(&["doctor"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(5), "{said}");
    assert!(said.contains("without the permission `cloudtrail:DescribeTrails`"), "{said}");
    let text = std::fs::read_to_string(desk.path("verho.toml")).expect("a file");
    desk.write("verho.toml", &format!("{text}\n[checks]\naudit_trail = \"warn\"\n"));
    assert!(desk.verho(&["doctor"]).status.success());
    desk.write("verho.toml", &format!("{text}\n[checks]\naccounts = \"warn\"\n"));
    let refused = desk.verho(&["doctor"]);
    assert_eq!(refused.status.code(), Some(3), "a law stays a law");
}

/// A desk of a person who takes the roles of both accounts with a device each.
fn desk_of_person(deployed: &Deployed, of: &[Person; 2], with_device: bool) -> Desk {
    let source = |side: &str, role: &str, person: &Person| {
        let device = if with_device { format!(", mfa = \"{}\"", person.serial) } else { String::new() };
        format!("{{ role = \"{role}\", base = {{ env_prefix = \"VERHO_{side}\"{device} }} }}")
    };
    let roles = [deployed.production.output("OnRequestRoleArn"), deployed.test.output("OnRequestRoleArn")];
    let mut desk = deployed.desk(&source("PRODUCTION", roles[0], &of[0]), &source("TEST", roles[1], &of[1]));
    desk.environment.extend(of[0].keys().environment("VERHO_PRODUCTION"));
    desk.environment.extend(of[1].keys().environment("VERHO_TEST"));
    desk
}

/// Sets what the devices show now.
fn give_codes(desk: &mut Desk, of: &[Person; 2]) {
    desk.environment.retain(|(name, _)| !name.starts_with("VERHO_MFA_CODE"));
    for (account, person) in [("111111111111", &of[0]), ("222222222222", &of[1])] {
        desk.environment.push((format!("VERHO_MFA_CODE_{account}"), person.code()));
    }
}

#[test]
fn a_person_runs_with_a_second_factor_and_the_logs_say_who() {
    let deployed = Deployed::start();
    let of = [
        deployed.production.person("maija", "OperatorsGroupName"),
        deployed.test.person("maija", "OperatorsGroupName"),
    ];
    let mut desk = desk_of_person(&deployed, &of, true);
    give_codes(&mut desk, &of);
    desk.approve("demo", "person", 3);
    give_codes(&mut desk, &of);
    let output = desk.verho(&["--output", "json", "run", "demo"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    give_codes(&mut desk, &of);
    let rows = desk.facts(&["review", "runs"]);
    let told = rows.to_string();
    let name = deployed.production.output("OnRequestRoleArn").rsplit('/').next().expect("a name");
    assert!(told.contains(&format!("assumed-role/{name}/verho-")), "{told}");
    assert!(!told.contains("assumed-role/demo"), "a session names no customer: {told}");
}

#[test]
fn a_person_without_a_second_factor_is_refused() {
    let deployed = Deployed::start();
    let of = [
        deployed.production.person("maija", "OperatorsGroupName"),
        deployed.test.person("maija", "OperatorsGroupName"),
    ];
    let refused = |desk: &Desk, check: &str| {
        let output = desk.verho(&["run", "demo"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(5), "{said}");
        assert!(said.contains(&format!("check `{check}`")), "{said}");
    };
    refused(&desk_of_person(&deployed, &of, false), "accounts");
    refused(&deployed.desk_of(&of[0].keys(), &of[1].keys()), "people");

    let mut desk = desk_of_person(&deployed, &of, true);
    for account in ["111111111111", "222222222222"] {
        desk.environment.push((format!("VERHO_MFA_CODE_{account}"), "000000".to_owned()));
    }
    let tried = |account: &Account, person: &Person| {
        account.server.requests().iter().filter(|request| request.text("key") == person.key).count()
    };
    let now = || [tried(&deployed.production, &of[0]), tried(&deployed.test, &of[1])];
    let before = now();
    refused(&desk, "accounts");
    assert_eq!(now(), before.map(|count| count + 1), "a code that is wrong is tried once");
}
