//! What AWS is asked about an account: a constant number of calls, none of which changes anything.

mod bucket;
pub(super) mod forbidden;
mod identity;
mod kms;
mod principal;
mod trail;

use aws_config::SdkConfig;

use super::Asked;
use super::facts::{Blind, Facts, Seen};
use crate::account::calls;
use crate::account::connection::configuration;
use crate::account::failure::Failed;
use crate::account::meanwhile::meanwhile;
use crate::account::root::{Access, Root};
use crate::account::store::StoreError;

/// The clients of one account.
struct Clients {
    config: SdkConfig,
    s3: aws_sdk_s3::Client,
    kms: aws_sdk_kms::Client,
    iam: aws_sdk_iam::Client,
    sts: aws_sdk_sts::Client,
    trails: aws_sdk_cloudtrail::Client,
    control: aws_sdk_s3control::Client,
    account: String,
    /// Whether a server other than AWS answers; it may lack calls.
    is_stand_in: bool,
}

/// What an account tells of itself.
///
/// # Errors
/// Where the credentials cannot be found at all.
pub fn facts(asked: &Asked<'_>) -> Result<Facts, StoreError> {
    let Root::S3 { bucket, prefix } = &asked.side.root else {
        return Err(StoreError::Other("a folder has no account to ask".into()));
    };
    let clients = &Clients::of(&asked.side.access)?;
    // First and alone: whatever session is needed is begun by it.
    let identity = clients.identity(&asked.side.access);
    // The rest at once, so that a run waits for its longest call and not for the sum of all.
    Ok(std::thread::scope(|scope| {
        let principal = asked.who.then(|| meanwhile(scope, || clients.principal(&identity, asked)));
        let told = meanwhile(scope, || clients.bucket(bucket));
        let keys: Vec<_> = asked.keys.iter().map(|arn| meanwhile(scope, || clients.key(arn))).collect();
        let account_block = asked.who.then(|| meanwhile(scope, || clients.account_block()));
        let trail = asked.who.then(|| meanwhile(scope, || clients.trail()));
        let write_denied = asked.must_not_write.then(|| {
            let folder = asked.customer.map_or_else(|| prefix.clone(), |customer| format!("{prefix}{customer}/"));
            meanwhile(scope, move || clients.write_denied(bucket, &folder, &asked.side.access))
        });
        Facts {
            principal: principal.map(|answer| answer()),
            bucket: told(),
            keys: keys.into_iter().map(|answer| answer()).collect(),
            account_block: account_block.map(|answer| answer()),
            trail: trail.map(|answer| answer()),
            write_denied: write_denied.map(|answer| answer()),
            identity: identity.clone(),
        }
    }))
}

/// Who acts now, asked once more.
///
/// # Errors
/// Where the credentials cannot be found at all.
pub fn identity(access: &Access) -> Result<Seen<super::facts::Identity>, StoreError> {
    Ok(Clients::of(access)?.identity(access))
}

impl Clients {
    fn of(access: &Access) -> Result<Self, StoreError> {
        let config = configuration(access)?;
        let at = |own: &Option<String>| own.clone().or_else(|| access.endpoint.clone());
        let mut kms = aws_sdk_kms::config::Builder::from(&config);
        kms.set_endpoint_url(at(&access.kms_endpoint));
        let mut iam = aws_sdk_iam::config::Builder::from(&config);
        iam.set_endpoint_url(at(&access.iam_endpoint));
        let mut sts = aws_sdk_sts::config::Builder::from(&config);
        sts.set_endpoint_url(at(&access.sts_endpoint));
        Ok(Clients {
            s3: crate::account::s3::client(access, &config),
            kms: aws_sdk_kms::Client::from_conf(kms.build()),
            iam: aws_sdk_iam::Client::from_conf(iam.build()),
            sts: aws_sdk_sts::Client::from_conf(sts.build()),
            trails: aws_sdk_cloudtrail::Client::new(&config),
            control: trail::control(access, &config),
            account: access.account.clone(),
            is_stand_in: access.endpoint.is_some(),
            config,
        })
    }

    /// What a failed call means to somebody who only wanted to look.
    fn blind(&self, operation: &'static str) -> impl Fn(Failed) -> Blind {
        let is_stand_in = self.is_stand_in;
        move |failed| match (failed.status, failed.code.as_str()) {
            (_, "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation") => {
                Blind::Denied(calls::permission(operation).to_owned())
            }
            (Some(403), "HTTP 403") => Blind::Denied(calls::permission(operation).to_owned()),
            (status, code) if is_stand_in && is_unknown_call(status, code) => Blind::NoSuchCall(operation.to_owned()),
            (None | Some(500..), code) => Blind::Unreachable(code.to_owned()),
            (
                _,
                code @ ("Throttling" | "ThrottlingException" | "RequestLimitExceeded" | "TooManyRequestsException"),
            ) => Blind::Unreachable(code.to_owned()),
            (_, code) => Blind::Failed(code.to_owned()),
        }
    }
}

/// How servers that stand in for AWS say that they do not know a call.
fn is_unknown_call(status: Option<u16>, code: &str) -> bool {
    const CODES: [&str; 9] = [
        "InvalidAction",
        "InvalidRequest",
        "MethodNotAllowed",
        "NotImplemented",
        "UnknownOperationException",
        "UnknownService",
        "UnsupportedOperation",
        "XNotImplemented",
        "InvalidParameterValue",
    ];
    CODES.contains(&code) || matches!(status, Some(405 | 501)) || (status == Some(404) && code == "HTTP 404")
}

/// None where the service says that there is no such thing.
fn unless_none<T>(reply: Result<T, Failed>, codes: &[&str]) -> Result<Option<T>, Failed> {
    match reply {
        Err(failed) if codes.contains(&failed.code.as_str()) => Ok(None),
        reply => reply.map(Some),
    }
}
