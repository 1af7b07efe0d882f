//! Events over HTTP, as `POST` of JSON. Proxies and tokens are what the workspace says, not the environment by itself.

use std::io::ErrorKind;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};
use ureq::{Agent, Error};
use zeroize::Zeroizing;

use super::Delivery;

/// How often an event is tried.
const TRIES: u32 = 3;

/// How long one try may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why an event did not arrive, and whether another try could help.
struct Failed {
    why: String,
    passes: bool,
}

/// Posts to a URL, with the token that an environment variable holds.
pub fn delivery(url: String, token_env: Option<String>) -> Delivery {
    let mut agent = None;
    Box::new(move |event| {
        let token = token_env.as_deref().map(token).transpose()?;
        // Made here, on the thread that may wait: the system's certificates are files.
        deliver(agent.get_or_insert_with(|| agent_for(&url)), &url, token.as_deref().map(String::as_str), event)
    })
}

fn token(variable: &str) -> Result<Zeroizing<String>, String> {
    let token = std::env::var(variable).map(Zeroizing::new);
    token.map_err(|_| format!("the environment variable {variable} of `token_env` is not set"))
}

fn deliver(agent: &Agent, url: &str, token: Option<&str>, event: &str) -> Result<(), String> {
    let mut posted = post(agent, url, token, event);
    for tries in 1..TRIES {
        if posted.as_ref().is_err_and(|failed| failed.passes) {
            thread::sleep(Duration::from_millis(100) * tries);
            posted = post(agent, url, token, event);
        }
    }
    posted.map_err(|failed| failed.why)
}

fn post(agent: &Agent, url: &str, token: Option<&str>, event: &str) -> Result<(), Failed> {
    let mut request = agent.post(url).content_type("application/json");
    if let Some(token) = token {
        request = request.header("authorization", Zeroizing::new(format!("Bearer {token}")).as_str());
    }
    let status = request.send(event).map_err(unsent)?.status();
    let passes = status.is_server_error() || status == 429;
    if status.is_success() {
        Ok(())
    } else {
        Err(Failed { why: format!("its receiver answers {}", status.as_u16()), passes })
    }
}

/// The error's own words are not passed on: they can quote the URL and headers.
fn unsent(error: Error) -> Failed {
    let why = match error {
        Error::Timeout(_) => "its receiver takes too long",
        Error::BadUri(_) | Error::Http(_) => return Failed { why: "the request cannot be made".into(), passes: false },
        // So rustls says that a certificate is not trusted, or that something else than TLS is spoken.
        Error::Io(error) if error.kind() == ErrorKind::InvalidData => "its receiver's TLS is not to be trusted",
        _ => "its receiver cannot be reached",
    };
    Failed { why: why.into(), passes: true }
}

fn agent_for(url: &str) -> Agent {
    let config = Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .user_agent(concat!("verho/", env!("CARGO_PKG_VERSION")));
    let config = if url.starts_with("https:") { config.tls_config(tls()) } else { config };
    config.build().into()
}

/// The certificates that the system trusts: a receiver of lineage is often known inside one house alone.
fn tls() -> TlsConfig {
    let trusted = rustls_native_certs::load_native_certs().certs;
    let trusted: Vec<_> = trusted.iter().map(|one| Certificate::from_der(one).to_owned()).collect();
    TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .root_certs(RootCerts::new_with_certs(&trusted))
        .build()
}
