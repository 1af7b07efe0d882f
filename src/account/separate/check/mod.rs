//! The checks: one small item each, and one line in the list. Each says of every part of the accounts that it is about
//! whether it holds; what cannot be seen never does.

mod buckets;
mod identity;
mod kms;
mod names;
mod people;
mod power;
mod robots;
mod watch;

use std::collections::BTreeMap;

use super::facts::{Blind, Facts, Seen};
use super::{Finding, Place, Report, Severity, Sides, State};
use crate::account::side::Side;

/// One thing that must hold.
pub struct Check {
    /// What `[checks]` in verho.toml calls it.
    pub name: &'static str,
    /// What must hold, in words.
    pub demands: &'static str,
    /// The calls that it rests on; none where names alone tell.
    pub asks: &'static [&'static str],
    /// Whether a workspace may make a warning of it.
    pub is_law: bool,
    /// The way out.
    pub hint: &'static str,
    judge: fn(&Look<'_>) -> Vec<Told>,
}

/// All checks, in the order in which they are shown.
pub const CHECKS: [&Check; 26] = [
    &names::CREDENTIALS,
    &names::ROOTS,
    &names::KEYS,
    &names::ROLES,
    &identity::ACCOUNTS,
    &identity::ROOT_USER,
    &identity::ACCESS_KEYS,
    &people::PEOPLE,
    &power::POLICIES,
    &power::FORBIDDEN,
    &power::WRITE,
    &robots::ROBOT_KEYS,
    &robots::ROBOT_KEY_COUNT,
    &buckets::BUCKETS,
    &buckets::REGION,
    &buckets::PUBLIC,
    &buckets::ACCOUNT_PUBLIC,
    &buckets::OWNERSHIP,
    &buckets::ENCRYPTION,
    &buckets::TLS,
    &buckets::OBJECT_LOCK,
    &kms::STATE,
    &kms::ROTATION,
    &watch::TRUST,
    &watch::CLOCK,
    &watch::TRAIL,
];

/// What a check looks at.
pub struct Look<'l> {
    pub sides: &'l Sides<'l>,
    /// Of every place that has an account and was asked.
    pub facts: BTreeMap<Place, Facts>,
}

/// What a check says of one part.
pub(super) struct Told {
    place: Option<Place>,
    state: State,
    says: String,
}

impl<'l> Look<'l> {
    /// What every check has to say of every place.
    fn each(&self, judge: impl Fn(&Place, &'l Side, &Facts) -> Option<Told>) -> Vec<Told> {
        self.facts.iter().filter_map(|(place, facts)| judge(place, self.sides.side(*place), facts)).collect()
    }
}

impl Told {
    fn of(place: impl Into<Option<Place>>, holds: bool, says: impl Into<String>) -> Self {
        Told { place: place.into(), state: if holds { State::Holds } else { State::Broken }, says: says.into() }
    }

    /// What is said of something that was seen; else why it was not.
    fn seen<T>(place: Place, seen: &Seen<T>, judge: impl FnOnce(&T) -> (bool, String)) -> Self {
        match seen {
            Ok(seen) => {
                let (holds, says) = judge(seen);
                Told::of(place, holds, says)
            }
            Err(blind) => Told::unseen(place, blind),
        }
    }

    fn unseen(place: Place, blind: &Blind) -> Self {
        let says = match blind {
            Blind::Denied(permission) => format!("it cannot be looked at without the permission `{permission}`"),
            Blind::NoSuchCall(operation) => format!("this server cannot tell: it has no `{operation}`"),
            Blind::Failed(code) => format!("it cannot be looked at: {code}"),
            Blind::Unreachable(code) => format!("the account does not answer: {code}"),
        };
        Told { place: Some(place), state: State::Unseen(blind.clone()), says }
    }
}

/// Judges everything.
pub(super) fn judge(look: &Look<'_>) -> Report {
    judged(look, CHECKS.into_iter())
}

/// Judges what needs nobody to be asked.
pub(super) fn names_alone(look: &Look<'_>) -> Report {
    judged(look, CHECKS.into_iter().filter(|check| check.asks.is_empty()))
}

fn judged(look: &Look<'_>, checks: impl Iterator<Item = &'static Check>) -> Report {
    let findings = checks.flat_map(|check| (check.judge)(look).into_iter().map(move |told| finding(look, check, told)));
    Report { findings: findings.collect() }
}

fn finding(look: &Look<'_>, check: &'static Check, told: Told) -> Finding {
    let configured = look.sides.severities.get(check.name).copied().unwrap_or(Severity::Refuse);
    let severity = match told.state {
        State::Holds => None,
        // Only servers that stand in for AWS lack calls; they have no such thing to be right or wrong.
        State::Nearly | State::Unseen(Blind::NoSuchCall(_)) => Some(Severity::Warn),
        State::Broken | State::Unseen(_) => Some(configured),
    };
    let hint = severity.is_some().then(|| match &told.state {
        State::Unseen(Blind::Denied(permission)) => {
            format!("grant `{permission}`, as deploy/ does, so that `{}` can be looked at", check.name)
        }
        _ => check.hint.to_owned(),
    });
    Finding { check: check.name, place: told.place, state: told.state, severity, says: told.says, hint }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::facts::{AccessKey, Bucket, Identity, Key, Principal, User};
    use super::super::{NotSeparate, facts};
    use super::*;
    use crate::account::calls::CALLS;
    use crate::account::root::{Access, Root};

    #[test]
    fn every_check_has_a_name_of_its_own_and_rests_on_listed_calls() {
        let names: BTreeSet<_> = CHECKS.iter().map(|check| check.name).collect();
        assert_eq!(names.len(), CHECKS.len());
        for check in CHECKS {
            for operation in check.asks {
                let is_listed = CALLS.iter().any(|call| call.operation == *operation);
                assert!(is_listed || check.name == "write_denied", "{} asks {operation}", check.name);
            }
        }
    }

    fn side(account: &str, bucket: &str) -> Side {
        let access = Access {
            account: account.to_owned(),
            region: Some("eu-west-1".to_owned()),
            kms_key: Some(key(account, bucket)),
            endpoint: Some("http://127.0.0.1:1".to_owned()),
            ..Access::default()
        };
        Side { root: Root::S3 { bucket: bucket.to_owned(), prefix: String::new() }, access }
    }

    fn key(account: &str, id: &str) -> String {
        format!("arn:aws:kms:eu-west-1:{account}:key/{id}")
    }

    /// An account with which all is well.
    fn fine(account: &str, bucket: &str, is_evidence: bool) -> Facts {
        let tls = format!(
            r#"{{"Statement":[{{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::{bucket}","arn:aws:s3:::{bucket}/*"],"Condition":{{"Bool":{{"aws:SecureTransport":"false"}}}}}}]}}"#
        );
        let arn = key(account, bucket);
        let about = facts::About { arn: arn.clone(), by_customer: true, enabled: true, signs: false };
        let used = AccessKey { is_active: true, age_days: 1, is_used_here: true };
        let user =
            User { name: "robot".into(), has_password: Ok(false), mfa_devices: Ok(0), access_keys: Ok(vec![used]) };
        let principal =
            Principal { policies: Ok(Vec::new()), trust: None, user: Some(Ok(user)), forbidden: Ok(BTreeMap::new()) };
        Facts {
            identity: Ok(Identity {
                account: account.to_owned(),
                arn: format!("arn:aws:iam::{account}:user/robot"),
                key_digest: account.to_owned(),
                mfa_at: None,
                is_session: false,
            }),
            principal: (!is_evidence).then_some(principal),
            bucket: Bucket {
                name: bucket.to_owned(),
                region: Ok(Some("eu-west-1".to_owned())),
                clock_ahead: Ok(1),
                block: Ok(true),
                is_public: Ok(false),
                ownership: Ok(Some("BucketOwnerEnforced".to_owned())),
                encryption: Ok(Some(("aws:kms".to_owned(), Some(arn.clone())))),
                policy: Ok(Some(tls)),
                keeps_versions: Ok(is_evidence),
                locks_objects: Ok(is_evidence),
            },
            keys: vec![Key {
                arn,
                about: Ok(about),
                rotates: Some(Ok(true)),
                policy: Ok(r#"{"Statement":[]}"#.to_owned()),
            }],
            account_block: (!is_evidence).then_some(Ok(true)),
            trail: (!is_evidence).then_some(Ok(true)),
            write_denied: None,
        }
    }

    /// What the checks say once something is set wrong.
    fn judged(wrong: impl Fn(&mut BTreeMap<Place, Facts>)) -> Report {
        let (production, evidence, test) =
            (side("111111111111", "data"), side("111111111111", "evidence"), side("222222222222", "copies"));
        let severities = BTreeMap::from([("audit_trail".to_owned(), Severity::Warn)]);
        let sides = Sides {
            production: &production,
            evidence: &evidence,
            test: &test,
            signing_key: None,
            severities: &severities,
            customers: &[],
            own: &[],
        };
        let mut facts = BTreeMap::from([
            (Place::Production, fine("111111111111", "data", false)),
            (Place::Evidence, fine("111111111111", "evidence", true)),
            (Place::Test, fine("222222222222", "copies", false)),
        ]);
        wrong(&mut facts);
        judge(&Look { sides: &sides, facts })
    }

    fn red(report: &Report) -> BTreeSet<&'static str> {
        report.findings.iter().filter(|finding| finding.severity.is_some()).map(|finding| finding.check).collect()
    }

    fn of(facts: &mut BTreeMap<Place, Facts>, place: Place) -> &mut Facts {
        facts.get_mut(&place).expect("a place")
    }

    #[test]
    fn what_no_test_server_shows_turns_its_check_red_too() {
        type Case = (&'static str, fn(&mut BTreeMap<Place, Facts>));
        let cases: [Case; 6] = [
            ("clock", |facts| of(facts, Place::Test).bucket.clock_ahead = Ok(-61)),
            ("region", |facts| of(facts, Place::Test).bucket.region = Ok(Some("us-east-1".to_owned()))),
            ("object_lock", |facts| of(facts, Place::Evidence).bucket.keeps_versions = Ok(false)),
            ("object_lock", |facts| of(facts, Place::Production).bucket.locks_objects = Ok(true)),
            ("access_keys", |facts| {
                let shared = of(facts, Place::Production).identity.clone().expect("known").key_digest;
                of(facts, Place::Test).identity.as_mut().expect("known").key_digest = shared;
            }),
            ("key_state", |facts| of(facts, Place::Test).keys[0].about.as_mut().expect("known").by_customer = false),
        ];
        assert_eq!(red(&judged(|_| {})), BTreeSet::new());
        for (check, wrong) in cases {
            let report = judged(wrong);
            assert_eq!(red(&report), BTreeSet::from([check]));
            assert!(matches!(report.refusal(), Some(NotSeparate::Refused(_))), "{check}");
        }
    }

    #[test]
    fn the_root_user_is_nobody_who_acts() {
        let report = judged(|facts| {
            of(facts, Place::Test).identity.as_mut().expect("known").arn = "arn:aws:iam::222222222222:root".to_owned();
        });
        assert!(red(&report).contains("root_user"));
    }

    #[test]
    fn what_cannot_be_seen_refuses_or_warns_as_it_is_configured_and_never_holds() {
        let blind = |blind: Blind| judged(move |facts| of(facts, Place::Test).bucket.is_public = Err(blind.clone()));
        assert!(blind(Blind::Denied("s3:GetBucketPolicyStatus".into())).refusal().is_some());
        assert!(blind(Blind::NoSuchCall("s3:GetBucketPolicyStatus".into())).refusal().is_none(), "a stand-in lacks it");
        assert_eq!(
            red(&blind(Blind::NoSuchCall("s3:GetBucketPolicyStatus".into()))),
            BTreeSet::from(["public_access"])
        );
        let unreachable = blind(Blind::Unreachable("no connection".into()));
        assert!(matches!(unreachable.refusal(), Some(NotSeparate::Unreachable(_))));
        let lowered = judged(|facts| of(facts, Place::Test).trail = Some(Ok(false)));
        assert_eq!((red(&lowered), lowered.refusal()), (BTreeSet::from(["audit_trail"]), None));
    }
}
