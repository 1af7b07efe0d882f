//! What a failed AWS call means to a store. Only codes and states are kept: messages can quote values.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_s3::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents, http::HttpResponse};
use aws_sdk_s3::error::{BoxError, ProvideErrorMetadata, SdkError};

use super::store::StoreError;

/// Counts how often the SDK tried one call.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tries(Arc<AtomicU32>);

impl Tries {
    pub(crate) fn count(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Intercept for Tries {
    fn name(&self) -> &'static str {
        "tries"
    }

    fn read_before_attempt(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

/// Sends a request of any AWS client, past an interceptor if one is given, and gives its output or a [`Failed`].
macro_rules! send {
    ($request:expr, $interceptor:expr) => {{
        let tries = $crate::account::failure::Tries::default();
        let sent = $request.customize().interceptor(tries.clone()).interceptor($interceptor).send().await;
        sent.map_err(|error| $crate::account::failure::Failed::of(&error, tries.count()))
    }};
    ($request:expr) => {{
        let tries = $crate::account::failure::Tries::default();
        let sent = $request.customize().interceptor(tries.clone()).send().await;
        sent.map_err(|error| $crate::account::failure::Failed::of(&error, tries.count()))
    }};
}
pub(crate) use send;

/// A call that failed for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failed {
    /// The HTTP status; none where no reply came.
    pub(crate) status: Option<u16>,
    /// The service's error code, or what went wrong on the way.
    pub(crate) code: String,
    pub(crate) tries: u32,
}

impl Failed {
    pub(crate) fn of<E>(error: &SdkError<E, HttpResponse>, tries: u32) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let status = error.raw_response().map(|reply| reply.status().as_u16());
        let code = match (error, status) {
            (SdkError::ServiceError(_), _) if error.code().is_some() => error.code().unwrap_or_default().to_owned(),
            (SdkError::TimeoutError(_), _) => "timed out".to_owned(),
            (SdkError::DispatchFailure(failure), _) if failure.is_timeout() => "timed out".to_owned(),
            (SdkError::DispatchFailure(failure), _) if failure.is_io() => "no connection".to_owned(),
            _ if lacks_credentials(error) => NO_CREDENTIALS.to_owned(),
            (SdkError::DispatchFailure(_), _) => "connection broke".to_owned(),
            (_, Some(status)) => format!("HTTP {status}"),
            _ => "request could not be made".to_owned(),
        };
        Failed { status, code, tries }
    }

    /// Whether the very same request may already have been carried out: its first reply could be lost.
    pub(crate) fn may_be_done(&self) -> bool {
        self.tries > 1 && (self.status == Some(412) || self.code == "NoSuchUpload")
    }
}

const NO_CREDENTIALS: &str = "the named source gives no credentials";

fn lacks_credentials(error: &(dyn Error + 'static)) -> bool {
    error.is::<CredentialsError>() || error.source().is_some_and(lacks_credentials)
}

impl From<Failed> for StoreError {
    fn from(failed: Failed) -> Self {
        let Failed { status, code, tries } = failed;
        match (status, code.as_str()) {
            (_, NO_CREDENTIALS) => StoreError::Denied(code),
            (_, "InvalidCiphertextException" | "IncorrectKeyException") => {
                StoreError::Damaged("wrapped key does not open under this key and context".into())
            }
            (_, "NotFoundException") => StoreError::Missing,
            (_, "ThrottlingException") => StoreError::Unavailable { tries, cause: code },
            (Some(401 | 403), _) => StoreError::Denied(code),
            (Some(404), _) => StoreError::Missing,
            (Some(412), _) => StoreError::Changed,
            (Some(400), code) if is_refused_identity(code) => StoreError::Denied(code.to_owned()),
            (Some(400..500), _) => StoreError::Other(format!("refused: {code}")),
            (Some(300..400), _) => StoreError::Other(format!("wrong region or endpoint: {code}")),
            _ => StoreError::Unavailable { tries, cause: code },
        }
    }
}

/// KMS and STS refuse identities with status 400; S3 does so for old and foreign tokens.
fn is_refused_identity(code: &str) -> bool {
    const CODES: [&str; 9] = [
        "AccessDenied",
        "AccessDeniedException",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidClientTokenId",
        "InvalidToken",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    ];
    CODES.contains(&code)
}
