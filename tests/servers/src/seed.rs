//! The users an account starts with, each with one access key and one inline policy.

use chrono::{Duration, Utc};
use fakecloud_iam::{IamAccessKey, IamState, IamUser};

use crate::arguments::User;
use crate::policy;

pub fn plant(state: &mut IamState, user: &User) -> std::io::Result<()> {
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
    let policy = policy::with_operations(&std::fs::read_to_string(&user.policy)?)?;
    state.users.insert(user.name.clone(), named);
    state.access_keys.insert(user.name.clone(), vec![key]);
    state.user_inline_policies.insert(user.name.clone(), [("given".to_owned(), policy)].into());
    Ok(())
}
