//! The account's own block of public access, which the fake of S3 does not know.

use std::sync::Mutex;

use async_trait::async_trait;
use axum::body::{Bytes, to_bytes};
use axum::http::{Method, StatusCode};
use fakecloud_core::auth::IamAction;
use fakecloud_core::service::{AwsRequest, AwsResponse, AwsServiceError};

use crate::governed::{Answer, Before};

const PATH: &str = "/v20180820/configuration/publicAccessBlock";

/// Longer than any block.
const LONGEST: usize = 4 << 10;

/// The block as it was put.
#[derive(Default)]
pub struct AccountBlock(Mutex<Option<Bytes>>);

pub fn concerns(request: &AwsRequest) -> bool {
    request.raw_path == PATH
}

pub fn permission(request: &AwsRequest) -> Option<IamAction> {
    let action = match request.method {
        Method::GET => "GetAccountPublicAccessBlock",
        Method::PUT | Method::DELETE => "PutAccountPublicAccessBlock",
        _ => return None,
    };
    Some(IamAction { service: "s3", action, resource: "*".to_owned() })
}

#[async_trait]
impl Before for AccountBlock {
    async fn before(&self, request: AwsRequest) -> Result<AwsRequest, Answer> {
        if !concerns(&request) {
            return Ok(request);
        }
        let body = match request.take_body_stream() {
            Some(stream) => to_bytes(stream, LONGEST).await.unwrap_or_default(),
            None => request.body.clone(),
        };
        Err(self.answer(&request.method, body))
    }
}

impl AccountBlock {
    fn answer(&self, method: &Method, body: Bytes) -> Answer {
        let mut block = self.0.lock().expect("no holder panics");
        match *method {
            Method::PUT => {
                *block = Some(body);
                Ok(AwsResponse::xml(StatusCode::CREATED, ""))
            }
            Method::DELETE => {
                *block = None;
                Ok(AwsResponse::xml(StatusCode::NO_CONTENT, ""))
            }
            _ => block.clone().map(|block| AwsResponse::xml(StatusCode::OK, block)).ok_or_else(missing),
        }
    }
}

fn missing() -> AwsServiceError {
    let code = "NoSuchPublicAccessBlockConfiguration";
    AwsServiceError::aws_error(StatusCode::NOT_FOUND, code, "The public access block configuration was not found")
}
