//! One AWS account on loopback: S3, KMS, IAM and STS, strict about signatures and policies.

mod account;
mod arguments;
mod journal;
mod policy;
mod seed;

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::{Extension, Router, middleware};
use fakecloud_core::dispatch;
use tokio::net::TcpListener;

use crate::account::Account;
use crate::arguments::Arguments;
use crate::journal::Journal;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse(std::env::args().skip(1))?;
    let listener = TcpListener::bind(&arguments.address).await?;
    let address = listener.local_addr()?;
    let account = Account::open(&arguments, &format!("http://{address}"))?;
    let journal = Arc::new(Journal::open(&arguments)?);
    let app = Router::new()
        .fallback(dispatch::dispatch)
        .layer(Extension(Arc::new(account.registry)))
        .layer(Extension(Arc::new(account.config)))
        .layer(middleware::from_fn_with_state(journal, journal::watch));
    println!("{address}");
    axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await?;
    Ok(())
}
