//! One side's way to AWS: its region, endpoint and credentials, and how patient it is.

use std::sync::OnceLock;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{SharedHttpClient, StalledStreamProtectionConfig};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::SystemTimeSource;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use tokio::runtime::Runtime;

use super::provider;
use super::root::{Access, Pace};
use super::store::StoreError;

/// How often one request is tried before giving up.
pub(crate) const TRIES: u32 = 5;

/// The configuration all clients of one side share. It is built from nothing: the SDK's loader, which reads
/// the environment and the default profile, is never called.
pub(crate) fn configuration(access: &Access) -> Result<SdkConfig, StoreError> {
    let lacks = |what| StoreError::Other(format!("an s3:// root or a KMS key needs `{what}`"));
    let region = access.region.clone().ok_or_else(|| lacks("region"))?;
    let mut bare = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region))
        .http_client(http_client())
        .sleep_impl(TokioSleep::new())
        .time_source(SystemTimeSource::new())
        .retry_config(RetryConfig::standard().with_max_attempts(TRIES).with_max_backoff(Duration::from_secs(10)))
        .timeout_config(patience(access.pace))
        .stalled_stream_protection(
            StalledStreamProtectionConfig::enabled().grace_period(Duration::from_secs(20)).build(),
        );
    bare.set_endpoint_url(access.endpoint.clone());
    let bare = bare.build();
    let provider = provider::build(access, &bare)?;
    Ok(bare.into_builder().credentials_provider(provider).build())
}

/// Runs one call to its end, on a small runtime that all calls share; from ordinary threads only.
pub(crate) fn wait<F: Future>(call: F) -> F::Output {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    let build = || tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    RUNTIME.get_or_init(|| build().expect("a thread and a poll handle can be had")).block_on(call)
}

/// A growing rest between tries of what the SDK does not try again by itself.
pub(crate) async fn rest(tries: u32) {
    tokio::time::sleep(Duration::from_millis(50 << tries.min(6))).await;
}

/// The time to read ends where an answer begins; one that drips is held to the time of the whole attempt.
fn patience(pace: Pace) -> TimeoutConfig {
    let patience = TimeoutConfig::builder().connect_timeout(Duration::from_secs(5));
    patience.read_timeout(Duration::from_secs(60)).operation_attempt_timeout(pace.answer).build()
}

fn http_client() -> SharedHttpClient {
    static CLIENT: OnceLock<SharedHttpClient> = OnceLock::new();
    let build =
        || aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    CLIENT.get_or_init(build).clone()
}
