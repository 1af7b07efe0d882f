//! Makes an access key older than it is: what a test cannot wait for.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use chrono::{Duration, Utc};

use crate::task::Tasks;

/// Says that a key was made so many days ago.
pub async fn set(State(tasks): State<Arc<Tasks>>, Path((key, days)): Path<(String, i64)>) -> StatusCode {
    let mut accounts = tasks.iam.write();
    let mut keys = accounts.default_mut().access_keys.values_mut().flatten();
    match keys.find(|known| known.access_key_id == key) {
        Some(known) => {
            known.created_at = Utc::now() - Duration::days(days);
            StatusCode::NO_CONTENT
        }
        None => StatusCode::NOT_FOUND,
    }
}
