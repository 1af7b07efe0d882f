//! A line for each request; and the one check the fakes leave out.

use std::fs::File;
use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::arguments::Arguments;

pub struct Journal {
    account: String,
    file: Option<Mutex<File>>,
}

impl Journal {
    pub fn open(arguments: &Arguments) -> std::io::Result<Self> {
        let open = |path| File::options().create(true).append(true).open(path);
        let file = arguments.log.as_ref().map(open).transpose()?;
        Ok(Journal { account: arguments.account.clone(), file: file.map(Mutex::new) })
    }

    fn write(&self, line: &serde_json::Value) {
        let Some(file) = &self.file else { return };
        let mut file = file.lock().expect("no writer panics");
        writeln!(file, "{line}").expect("the log can be written");
    }
}

/// Hands a request on, and notes it before the reply begins, so that who has a reply finds its line.
pub async fn watch(State(journal): State<Arc<Journal>>, mut request: Request, next: Next) -> Response {
    // Loopback stands for TLS, so that buckets can refuse whoever comes without.
    request.headers_mut().insert("x-forwarded-proto", HeaderValue::from_static("https"));
    let mut line = note(&request);
    let foreign =
        header(request.headers(), "x-amz-expected-bucket-owner").is_some_and(|owner| owner != journal.account);
    let reply = if foreign { other_owner() } else { next.run(request).await };
    line["status"] = json!(reply.status().as_u16());
    journal.write(&line);
    reply
}

fn note(request: &Request) -> serde_json::Value {
    let headers = request.headers();
    let read = |name| header(headers, name);
    json!({
        "method": request.method().as_str(),
        "path": request.uri().path(),
        "query": request.uri().query(),
        "key": read("authorization").and_then(access_key),
        "owner": read("x-amz-expected-bucket-owner"),
        "range": read("range"),
        "if_match": read("if-match"),
        "if_none_match": read("if-none-match"),
        "sse": read("x-amz-server-side-encryption"),
        "kms_key": read("x-amz-server-side-encryption-aws-kms-key-id"),
        "crc64": read("x-amz-checksum-crc64nvme"),
        "target": read("x-amz-target"),
    })
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn access_key(authorization: &str) -> Option<&str> {
    authorization.split_once("Credential=")?.1.split('/').next()
}

fn other_owner() -> Response {
    let body = "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>";
    (StatusCode::FORBIDDEN, [("content-type", "application/xml")], Body::from(body)).into_response()
}
