//! A service of the fakes as AWS governs it: asked for by AWS's permissions, with the condition keys that policies name.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use fakecloud_core::auth::IamAction;
use fakecloud_core::service::{AwsRequest, AwsResponse, AwsService, AwsServiceError};

use crate::permissions;

pub type Answer = Result<AwsResponse, AwsServiceError>;

/// What this program does before a fake does its part.
#[async_trait]
pub trait Before: Send + Sync {
    /// The request to hand on, or the answer to it.
    async fn before(&self, request: AwsRequest) -> Result<AwsRequest, Answer>;

    /// The resource that a request is about, where the fake does not see it.
    fn about(&self, _request: &AwsRequest) -> Option<String> {
        None
    }
}

/// Hands every request on as it is.
pub struct Nothing;

#[async_trait]
impl Before for Nothing {
    async fn before(&self, request: AwsRequest) -> Result<AwsRequest, Answer> {
        Ok(request)
    }
}

pub struct Governed<S> {
    pub service: S,
    pub before: Box<dyn Before>,
}

#[async_trait]
impl<S: AwsService> AwsService for Governed<S> {
    fn service_name(&self) -> &str {
        self.service.service_name()
    }

    async fn handle(&self, request: AwsRequest) -> Answer {
        match self.before.before(request).await {
            Ok(request) => self.service.handle(request).await,
            Err(answer) => answer,
        }
    }

    fn supported_actions(&self) -> &[&str] {
        self.service.supported_actions()
    }

    fn iam_enforceable(&self) -> bool {
        true
    }

    fn iam_actions_for(&self, request: &AwsRequest) -> Vec<IamAction> {
        let mut actions = permissions::of(&self.service, request);
        if let Some(resource) = self.before.about(request) {
            actions.iter_mut().for_each(|action| action.resource.clone_from(&resource));
        }
        actions
    }

    fn iam_resource_in_caller_account(&self, request: &AwsRequest) -> bool {
        self.service.iam_resource_in_caller_account(request)
    }

    fn iam_condition_keys_for(&self, request: &AwsRequest, action: &IamAction) -> BTreeMap<String, Vec<String>> {
        // The fake knows the keys of operations.
        let operation = self.service.iam_action_for(request).filter(|_| !action.is_pass_role());
        let mut keys = self.service.iam_condition_keys_for(request, operation.as_ref().unwrap_or(action));
        match (action.service, action.action) {
            ("kms", _) => keys.extend(encryption_context(request)),
            ("s3", "ListBucketVersions") => keys.extend(prefix(request)),
            _ => {}
        }
        keys
    }

    fn resource_tags_for(&self, resource: &str) -> Option<HashMap<String, String>> {
        self.service.resource_tags_for(resource)
    }

    fn request_tags_from(&self, request: &AwsRequest, action: &str) -> Option<HashMap<String, String>> {
        self.service.request_tags_from(request, action)
    }
}

fn prefix(request: &AwsRequest) -> Option<(String, Vec<String>)> {
    request.query_params.get("prefix").map(|prefix| ("s3:prefix".to_owned(), vec![prefix.clone()]))
}

fn encryption_context(request: &AwsRequest) -> BTreeMap<String, Vec<String>> {
    let body = request.json_body();
    let Some(context) = body["EncryptionContext"].as_object() else { return BTreeMap::new() };
    let value = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let mut keys: BTreeMap<_, _> = context
        .iter()
        .map(|(name, text)| (format!("kms:encryptioncontext:{name}").to_lowercase(), vec![value(text)]))
        .collect();
    keys.insert("kms:encryptioncontextkeys".to_owned(), context.keys().cloned().collect());
    keys
}
