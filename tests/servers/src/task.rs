//! Credentials of a container task, as ECS hands them out: of any role of the account that trusts tasks of containers.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use fakecloud_iam::IamState;
use fakecloud_iam::sts_service::container_creds::{ContainerCredentialCache, DEFAULT_CONTAINER_CREDENTIALS_DURATION};

use crate::account::Shared;

const TASKS: &str = "ecs-tasks.amazonaws.com";

pub struct Tasks {
    pub iam: Shared<IamState>,
    pub live: ContainerCredentialCache,
}

/// The credentials of one role.
pub async fn credentials(
    State(tasks): State<Arc<Tasks>>,
    Path(name): Path<String>,
) -> Result<Json<serde_json::Value>, StatusCode> {
    let role = tasks.role(&name).ok_or(StatusCode::NOT_FOUND)?;
    let given = tasks.live.get_or_mint(&tasks.iam, "", &role, DEFAULT_CONTAINER_CREDENTIALS_DURATION);
    Ok(Json(given.to_container_json()))
}

impl Tasks {
    fn role(&self, name: &str) -> Option<String> {
        let accounts = self.iam.read();
        let role = accounts.default_ref().roles.get(name)?;
        role.assume_role_policy_document.contains(TASKS).then(|| role.arn.clone())
    }
}
