//! What the fake of IAM does otherwise than AWS: whom two requests are about, and one trust that it refuses.

use async_trait::async_trait;
use axum::http::StatusCode;
use fakecloud_core::service::{AwsRequest, AwsResponse};
use fakecloud_iam::IamState;

use crate::account::Shared;
use crate::governed::{Answer, Before};

/// The fake takes a trust with this in it from a new role, and refuses it for one that is there.
const REFUSED: &str = "sts:SetSourceIdentity";

pub struct Identities(pub Shared<IamState>);

#[async_trait]
impl Before for Identities {
    async fn before(&self, request: AwsRequest) -> Result<AwsRequest, Answer> {
        let named = |name: &str| request.query_params.get(name).map(String::as_str);
        match (request.action.as_str(), named("RoleName"), named("PolicyDocument")) {
            ("UpdateAssumeRolePolicy", Some(role), Some(trust))
                if trust.contains(REFUSED) && self.trust(role, trust).is_some() =>
            {
                Err(Ok(AwsResponse::xml(StatusCode::OK, "<UpdateAssumeRolePolicyResponse/>")))
            }
            _ => Ok(request),
        }
    }

    fn about(&self, request: &AwsRequest) -> Option<String> {
        match request.action.as_str() {
            "SimulatePrincipalPolicy" => request.query_params.get("PolicySourceArn").cloned(),
            "GetAccessKeyLastUsed" => self.owner(request.query_params.get("AccessKeyId")?),
            _ => None,
        }
    }
}

impl Identities {
    fn trust(&self, role: &str, trust: &str) -> Option<()> {
        serde_json::from_str::<serde_json::Value>(trust).ok()?;
        self.0.write().default_mut().roles.get_mut(role)?.assume_role_policy_document = trust.to_owned();
        Some(())
    }

    fn owner(&self, key: &str) -> Option<String> {
        let accounts = self.0.read();
        let state = accounts.default_ref();
        let key = state.access_keys.values().flatten().find(|known| known.access_key_id == key)?;
        Some(state.users.get(&key.user_name)?.arn.clone())
    }
}
