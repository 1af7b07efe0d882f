//! Who an account starts with: users with an access key, roles for its own users; each with one inline policy.

use chrono::{Duration, Utc};
use fakecloud_iam::{IamAccessKey, IamRole, IamState, IamUser};
use serde_json::json;

use crate::arguments::{Role, User};

pub fn user(state: &mut IamState, user: &User) -> std::io::Result<()> {
    let made = Utc::now() - Duration::days(user.age_days);
    let named = IamUser {
        user_name: user.name.clone(),
        user_id: format!("AIDA{:0>17}", user.name.to_uppercase()),
        arn: format!("arn:aws:iam::{}:user/{}", state.account_id, user.name),
        path: "/".to_owned(),
        created_at: made,
        tags: Vec::new(),
        permissions_boundary: None,
    };
    let key = IamAccessKey {
        access_key_id: user.key.clone(),
        secret_access_key: user.secret.clone(),
        user_name: user.name.clone(),
        status: "Active".to_owned(),
        created_at: made,
    };
    let policy = std::fs::read_to_string(&user.policy)?;
    state.users.insert(user.name.clone(), named);
    state.access_keys.insert(user.name.clone(), vec![key]);
    state.user_inline_policies.insert(user.name.clone(), [("given".to_owned(), policy)].into());
    Ok(())
}

pub fn role(state: &mut IamState, role: &Role) -> std::io::Result<()> {
    let own = json!({ "AWS": format!("arn:aws:iam::{}:root", state.account_id) });
    let trust = json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Principal": own, "Action": "sts:AssumeRole" }],
    });
    let named = IamRole {
        role_name: role.name.clone(),
        role_id: format!("AROA{:0>17}", role.name.to_uppercase()),
        arn: format!("arn:aws:iam::{}:role/{}", state.account_id, role.name),
        path: "/".to_owned(),
        assume_role_policy_document: trust.to_string(),
        created_at: Utc::now(),
        description: None,
        max_session_duration: 3600,
        tags: Vec::new(),
        permissions_boundary: None,
    };
    let policy = std::fs::read_to_string(&role.policy)?;
    state.roles.insert(role.name.clone(), named);
    state.role_inline_policies.insert(role.name.clone(), [("given".to_owned(), policy)].into());
    Ok(())
}
