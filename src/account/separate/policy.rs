//! Policy documents of AWS, as far as it matters here who may do something and under which condition.
//!
//! Grammar: IAM User Guide, "Grammar of the IAM JSON policy language". What cannot be read is taken for the worst.

use serde_json::{Map, Value};

/// One statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    pub allows: bool,
    pub principals: Vec<Principal>,
    pub actions: Vec<String>,
    pub resources: Vec<String>,
    /// Whether it speaks of all actions but some (`NotAction`).
    pub all_actions_but: bool,
    /// The same of resources (`NotResource`).
    pub all_resources_but: bool,
    condition: Value,
}

/// Who a statement is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    Everybody,
    /// An ARN, or the id of an account.
    Aws(String),
    Service(String),
    /// An identity provider.
    Federated(String),
    /// Somebody who cannot be told: a canonical user, an id of a principal that is gone, everybody but some.
    Unknown,
}

/// The statements of a document; none where it is no policy.
pub fn statements(document: &str) -> Option<Vec<Statement>> {
    let document: Value = serde_json::from_str(document).ok()?;
    listed(document.get("Statement")?).into_iter().map(statement).collect()
}

fn statement(written: &Value) -> Option<Statement> {
    let all_actions_but = written.get("NotAction").is_some();
    Some(Statement {
        allows: written.get("Effect")?.as_str()? == "Allow",
        principals: principals(written),
        actions: texts(written.get("Action").or_else(|| written.get("NotAction"))),
        resources: texts(written.get("Resource").or_else(|| written.get("NotResource"))),
        all_actions_but,
        all_resources_but: written.get("NotResource").is_some(),
        condition: written.get("Condition").cloned().unwrap_or(Value::Null),
    })
}

fn principals(written: &Value) -> Vec<Principal> {
    if written.get("NotPrincipal").is_some() {
        return vec![Principal::Unknown];
    }
    match written.get("Principal") {
        None => Vec::new(),
        Some(Value::Object(kinds)) => kinds
            .iter()
            .flat_map(|(kind, names)| texts(Some(names)).into_iter().map(|name| principal(kind, name)))
            .collect(),
        Some(Value::String(all)) if all == "*" => vec![Principal::Everybody],
        Some(_) => vec![Principal::Unknown],
    }
}

fn principal(kind: &str, name: String) -> Principal {
    match kind {
        "AWS" if name == "*" => Principal::Everybody,
        "AWS" if account_of(&name).is_some() => Principal::Aws(name),
        "Service" => Principal::Service(name),
        "Federated" => Principal::Federated(name),
        _ => Principal::Unknown,
    }
}

/// The account in an ARN, or the text itself where it is the id of an account.
pub fn account_of(text: &str) -> Option<&str> {
    let id = if text.starts_with("arn:") { text.split(':').nth(4)? } else { text };
    (id.len() == 12 && id.bytes().all(|digit| digit.is_ascii_digit())).then_some(id)
}

impl Statement {
    /// Whether it lets somebody in who is not of the account. A service acts for whoever asks it, so that it has to be held to
    /// the account; in a role's trust, where the account itself starts it, it is its own.
    pub fn lets_in_others(&self, account: &str, is_trust: bool) -> bool {
        let is_foreign = |who: &Principal| match who {
            Principal::Service(_) => !is_trust,
            who => is_foreign(who, account),
        };
        self.allows && self.principals.iter().any(is_foreign) && !self.is_held_to(account)
    }

    /// Whether its condition holds callers to one account.
    fn is_held_to(&self, account: &str) -> bool {
        const KEYS: [&str; 4] = ["aws:principalaccount", "aws:sourceaccount", "kms:calleraccount", "aws:sourceowner"];
        let is_key = |key: &str, keys: &[&str]| keys.contains(&key.to_ascii_lowercase().as_str());
        let by_id = self.conditions("stringequals").any(|(key, values)| {
            is_key(key, &KEYS) && !values.is_empty() && values.iter().all(|value| value == account)
        });
        let by_arn = ["stringequals", "stringlike", "arnequals", "arnlike"].into_iter().any(|operator| {
            self.conditions(operator).any(|(key, values)| {
                let is_own = |value: &String| account_of(value) == Some(account);
                is_key(key, &["aws:sourcearn", "aws:principalarn"]) && !values.is_empty() && values.iter().all(is_own)
            })
        });
        by_id || by_arn
    }

    /// Whether its condition demands a second factor.
    pub fn demands_mfa(&self) -> bool {
        let present = self
            .conditions("bool")
            .any(|(key, values)| key.eq_ignore_ascii_case("aws:MultiFactorAuthPresent") && values == ["true"]);
        let age =
            |operator| self.conditions(operator).any(|(key, _)| key.eq_ignore_ascii_case("aws:MultiFactorAuthAge"));
        present || age("numericlessthan") || age("numericlessthanequals")
    }

    /// Whether it refuses everybody everything that does not come over TLS.
    pub fn demands_tls(&self, bucket: &str) -> bool {
        let plain = self
            .conditions("bool")
            .any(|(key, values)| key.eq_ignore_ascii_case("aws:SecureTransport") && values == ["false"]);
        // Two conditions must both hold: the statement denies less with each.
        let operators = self.condition.as_object();
        let alone = operators
            .is_some_and(|all| all.values().map(|keys| keys.as_object().map_or(2, Map::len)).sum::<usize>() == 1);
        let covers = |wanted: &str| {
            let is_it = |resource: &String| resource == "*" || resource.rsplit(":::").next() == Some(wanted);
            !self.all_resources_but && self.resources.iter().any(is_it)
        };
        let all_actions = !self.all_actions_but && self.actions.iter().any(|action| action == "*" || action == "s3:*");
        !self.allows
            && plain
            && alone
            && all_actions
            && self.principals.contains(&Principal::Everybody)
            && covers(bucket)
            && covers(&format!("{bucket}/*"))
    }

    /// Whether it allows to give oneself or others whatever rights there are, or everything but a few things.
    pub fn makes_administrators(&self, account: &str) -> bool {
        let towards = [format!("arn:aws:iam::{account}:role/x"), format!("arn:aws:iam::{account}:user/x")];
        let anywhere = self.all_resources_but
            || self
                .resources
                .iter()
                .any(|resource| resource == "*" || towards.iter().any(|arn| matches(resource, arn)));
        let grants = ["iam:PutRolePolicy", "iam:AttachUserPolicy", "iam:PutUserPolicy", "iam:AttachRolePolicy"];
        let grants = self.actions.iter().any(|action| grants.iter().any(|grant| matches(action, grant)));
        let nearly_all = self.all_actions_but && self.resources.iter().any(|resource| resource == "*");
        self.allows && ((anywhere && grants && !self.all_actions_but) || nearly_all)
    }

    /// Key and values of every condition with an operator.
    fn conditions<'s>(&'s self, operator: &'s str) -> impl Iterator<Item = (&'s str, Vec<String>)> {
        let operators = self.condition.as_object().into_iter().flatten();
        let alike = operators.filter(move |(name, _)| name.eq_ignore_ascii_case(operator));
        alike
            .filter_map(|(_, keys)| keys.as_object())
            .flatten()
            .map(|(key, values)| (key.as_str(), texts(Some(values))))
    }
}

fn is_foreign(principal: &Principal, account: &str) -> bool {
    match principal {
        Principal::Everybody | Principal::Unknown => true,
        Principal::Aws(name) => account_of(name) != Some(account),
        Principal::Service(_) => true,
        // A provider without an account is one of the public ones, which log in whoever has an account with them.
        Principal::Federated(provider) => account_of(provider) != Some(account),
    }
}

/// Whether a pattern of a policy (`*` for any letters, `?` for one) is of a text; case does not count.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.to_ascii_lowercase().into_bytes(), text.to_ascii_lowercase().into_bytes());
    let (mut at, mut read, mut star) = (0, 0, None);
    while read < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, read));
                at += 1;
            }
            Some(one) if *one == b'?' || *one == text[read] => (at, read) = (at + 1, read + 1),
            // The last star takes one letter more.
            _ => {
                let Some((place, taken)) = star else { return false };
                star = Some((place, taken + 1));
                (at, read) = (place + 1, taken + 1);
            }
        }
    }
    pattern[at..].iter().all(|left| *left == b'*')
}

fn listed(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |values| values.iter().collect())
}

fn texts(value: Option<&Value>) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    value.map(listed).unwrap_or_default().into_iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn one(written: Value) -> Statement {
        statements(&json!({ "Statement": written }).to_string()).expect("a policy").remove(0)
    }

    #[test]
    fn others_are_seen_however_they_are_named() {
        let allowed = |principal: Value| {
            one(json!({ "Effect": "Allow", "Action": "s3:*", "Resource": "*", "Principal": principal }))
        };
        for foreign in [
            json!("*"),
            json!({ "AWS": "*" }),
            json!({ "AWS": ["arn:aws:iam::111111111111:root", "222222222222"] }),
            json!({ "AWS": "arn:aws:iam::222222222222:user/x" }),
            json!({ "AWS": "AIDAEXAMPLE" }),
            json!({ "Service": "cloudfront.amazonaws.com" }),
            json!({ "CanonicalUser": "79a5" }),
            json!({ "Federated": "accounts.google.com" }),
        ] {
            assert!(allowed(foreign.clone()).lets_in_others("111111111111", false), "{foreign}");
        }
        assert!(!allowed(json!({ "AWS": "111111111111" })).lets_in_others("111111111111", false));
        assert!(!allowed(json!({ "Service": "ecs-tasks.amazonaws.com" })).lets_in_others("111111111111", true));
        let but = one(json!({ "Effect": "Allow", "Action": "s3:*", "NotPrincipal": { "AWS": "111111111111" } }));
        assert!(but.lets_in_others("111111111111", false));
        let denied = one(json!({ "Effect": "Deny", "Action": "s3:*", "Principal": "*" }));
        assert!(!denied.lets_in_others("111111111111", false));
    }

    #[test]
    fn a_condition_can_hold_everybody_to_the_account() {
        let held = |account: &str| {
            one(json!({
                "Effect": "Allow", "Action": "kms:Decrypt", "Principal": "*",
                "Condition": { "StringEquals": { "kms:CallerAccount": account } },
            }))
        };
        assert!(!held("111111111111").lets_in_others("111111111111", false));
        assert!(held("222222222222").lets_in_others("111111111111", false));
    }

    #[test]
    fn a_second_factor_is_demanded_and_not_merely_mentioned() {
        let with =
            |condition: Value| one(json!({ "Effect": "Allow", "Action": "sts:AssumeRole", "Condition": condition }));
        assert!(with(json!({ "Bool": { "aws:MultiFactorAuthPresent": "true" } })).demands_mfa());
        assert!(with(json!({ "Bool": { "aws:multifactorauthpresent": true } })).demands_mfa());
        assert!(with(json!({ "NumericLessThan": { "aws:MultiFactorAuthAge": "3600" } })).demands_mfa());
        assert!(!with(json!({ "Bool": { "aws:MultiFactorAuthPresent": "false" } })).demands_mfa());
        assert!(
            !with(json!({ "BoolIfExists": { "aws:MultiFactorAuthPresent": "true" } })).demands_mfa(),
            "long-lived keys have no such key"
        );
    }

    #[test]
    fn tls_is_demanded_of_everybody_for_all_of_the_bucket() {
        let statement = |resources: Value, principal: &str| {
            one(json!({
                "Effect": "Deny", "Principal": principal, "Action": "s3:*", "Resource": resources,
                "Condition": { "Bool": { "aws:SecureTransport": "false" } },
            }))
        };
        assert!(statement(json!(["arn:aws:s3:::b", "arn:aws:s3:::b/*"]), "*").demands_tls("b"));
        assert!(!statement(json!(["arn:aws:s3:::b"]), "*").demands_tls("b"));
        let but = |field: &str, with: Value| {
            let mut written = json!({
                "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*",
                "Condition": { "Bool": { "aws:SecureTransport": "false" } },
            });
            written.as_object_mut().expect("an object").remove(field.trim_start_matches("Not"));
            written[field] = with;
            one(written)
        };
        assert!(!but("NotAction", json!("s3:*")).demands_tls("b"));
        assert!(!but("NotResource", json!("arn:aws:s3:::b/*")).demands_tls("b"));
        let two = json!({ "Bool": { "aws:SecureTransport": "false", "aws:MultiFactorAuthPresent": "true" } });
        assert!(!but("Condition", two).demands_tls("b"));
        assert!(!statement(json!(["arn:aws:s3:::c", "arn:aws:s3:::c/*"]), "*").demands_tls("b"));
    }

    #[test]
    fn a_service_is_held_to_the_account_by_its_source() {
        let held = |condition: Value| {
            one(
                json!({ "Effect": "Allow", "Action": "s3:PutObject", "Principal": { "Service": "logging.s3.amazonaws.com" }, "Condition": condition }),
            )
        };
        let own = json!({ "ArnLike": { "aws:SourceArn": "arn:aws:cloudtrail:eu-west-1:111111111111:trail/x" } });
        assert!(!held(own.clone()).lets_in_others("111111111111", false));
        assert!(held(own).lets_in_others("222222222222", false));
        assert!(
            !held(json!({ "StringEquals": { "aws:SourceAccount": "111111111111" } }))
                .lets_in_others("111111111111", false)
        );
    }

    #[test]
    fn administrators_are_seen_however_they_are_spelled() {
        let allow =
            |action: Value, resource: &str| one(json!({ "Effect": "Allow", "Action": action, "Resource": resource }));
        for (action, resource) in [
            ("*", "*"),
            ("IAM:*", "*"),
            ("iam:?*", "*"),
            ("iam:Put*", "arn:aws:iam::*"),
            ("**", "arn:aws:*"),
            ("iam:PutRolePolicy", "arn:aws:iam::111111111111:role/*"),
        ] {
            assert!(allow(json!(action), resource).makes_administrators("111111111111"), "{action} {resource}");
        }
        let power = one(json!({ "Effect": "Allow", "NotAction": ["iam:*"], "Resource": "*" }));
        assert!(power.makes_administrators("111111111111"));
        for (action, resource) in [
            ("s3:*", "*"),
            ("iam:CreateAccessKey", "arn:aws:iam::111111111111:user/${aws:username}"),
            ("iam:Get*", "*"),
        ] {
            assert!(!allow(json!(action), resource).makes_administrators("111111111111"), "{action} {resource}");
        }
    }

    #[test]
    fn what_is_no_policy_has_no_statements() {
        for text in ["", "{}", "[]", r#"{"Statement":[{}]}"#] {
            assert_eq!(statements(text), None, "{text}");
        }
    }
}
