//! Policy documents of AWS, as far as it matters here who may do something and under which condition.
//!
//! Grammar: IAM User Guide, "Grammar of the IAM JSON policy language". What cannot be read is taken for the worst.

use serde_json::Value;

/// One statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    pub allows: bool,
    pub principals: Vec<Principal>,
    pub actions: Vec<String>,
    pub resources: Vec<String>,
    /// Whether it speaks of all actions but some (`NotAction`).
    pub all_actions_but: bool,
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
    let but_some = |name: &str| written.get(name).is_some().then(|| vec!["*".to_owned()]);
    Some(Statement {
        allows: written.get("Effect")?.as_str()? == "Allow",
        principals: principals(written),
        actions: texts(written.get("Action").or_else(|| written.get("NotAction"))),
        resources: but_some("NotResource").unwrap_or_else(|| texts(written.get("Resource"))),
        all_actions_but,
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
    /// Whether it lets somebody in who is not of the account.
    pub fn lets_in_others(&self, account: &str) -> bool {
        self.allows
            && self.principals.iter().any(|principal| is_foreign(principal, account))
            && !self.is_held_to(account)
    }

    /// Whether its condition holds callers to one account.
    fn is_held_to(&self, account: &str) -> bool {
        const KEYS: [&str; 4] = ["aws:principalaccount", "aws:sourceaccount", "kms:calleraccount", "aws:sourceowner"];
        self.conditions("stringequals").any(|(key, values)| {
            KEYS.contains(&key.to_ascii_lowercase().as_str()) && values.iter().all(|value| value == account)
        })
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
        let whole = [format!("arn:aws:s3:::{bucket}"), format!("arn:aws:s3:::{bucket}/*")];
        let covers = |wanted: &String| {
            let tail = wanted.rsplit(":::").next().unwrap_or_default();
            self.resources.iter().any(|resource| resource == "*" || resource.rsplit(":::").next() == Some(tail))
        };
        let alone = self.condition.as_object().is_some_and(|operators| operators.len() == 1);
        !self.allows
            && plain
            && alone
            && self.principals.contains(&Principal::Everybody)
            && self.actions.iter().any(|action| action == "*" || action == "s3:*")
            && whole.iter().all(covers)
    }

    /// Whether it allows everything, or everything but a few things.
    pub fn allows_everything(&self) -> bool {
        let anywhere = self.resources.iter().any(|resource| resource == "*");
        let all = self.actions.iter().any(|action| ["*", "*:*", "iam:*"].contains(&action.as_str()));
        self.allows && anywhere && (all || self.all_actions_but)
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
        Principal::Service(_) => false,
        // A provider without an account is one of the public ones, which log in whoever has an account with them.
        Principal::Federated(provider) => account_of(provider) != Some(account),
    }
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
            json!({ "CanonicalUser": "79a5" }),
            json!({ "Federated": "accounts.google.com" }),
        ] {
            assert!(allowed(foreign.clone()).lets_in_others("111111111111"), "{foreign}");
        }
        for own in [json!({ "AWS": "111111111111" }), json!({ "Service": "ecs-tasks.amazonaws.com" })] {
            assert!(!allowed(own.clone()).lets_in_others("111111111111"), "{own}");
        }
        let but = one(json!({ "Effect": "Allow", "Action": "s3:*", "NotPrincipal": { "AWS": "111111111111" } }));
        assert!(but.lets_in_others("111111111111"));
        let denied = one(json!({ "Effect": "Deny", "Action": "s3:*", "Principal": "*" }));
        assert!(!denied.lets_in_others("111111111111"));
    }

    #[test]
    fn a_condition_can_hold_everybody_to_the_account() {
        let held = |account: &str| {
            one(json!({
                "Effect": "Allow", "Action": "kms:Decrypt", "Principal": "*",
                "Condition": { "StringEquals": { "kms:CallerAccount": account } },
            }))
        };
        assert!(!held("111111111111").lets_in_others("111111111111"));
        assert!(held("222222222222").lets_in_others("111111111111"));
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
        assert!(!statement(json!(["arn:aws:s3:::c", "arn:aws:s3:::c/*"]), "*").demands_tls("b"));
    }

    #[test]
    fn what_is_no_policy_has_no_statements() {
        for text in ["", "{}", "[]", r#"{"Statement":[{}]}"#] {
            assert_eq!(statements(text), None, "{text}");
        }
    }
}
