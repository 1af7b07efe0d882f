//! One AWS account on loopback: S3, KMS, IAM, STS and CloudTrail, strict about signatures and policies.

mod account;
mod account_block;
mod age;
mod arguments;
mod governed;
mod identities;
mod journal;
mod mfa;
mod permissions;
mod rules;
mod seed;
mod task;

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::routing::{get, put};
use axum::{Extension, Router, middleware};
use fakecloud_core::dispatch;
use fakecloud_iam::sts_service::container_creds::ContainerCredentialCache;
use tokio::net::TcpListener;

use crate::account::Account;
use crate::arguments::Arguments;
use crate::journal::Journal;
use crate::task::Tasks;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse(std::env::args().skip(1))?;
    let listener = TcpListener::bind(&arguments.address).await?;
    let address = listener.local_addr()?;
    let account = Account::open(&arguments, &format!("http://{address}"))?;
    let journal = Arc::new(Journal::open(&arguments)?);
    let tasks = Arc::new(Tasks { iam: account.iam, live: ContainerCredentialCache::new() });
    let app = Router::new()
        .route("/task/{role}", get(task::credentials).with_state(tasks.clone()))
        .route("/age/{key}/{days}", put(age::set).with_state(tasks))
        .fallback(dispatch::dispatch)
        .layer(Extension(Arc::new(account.registry)))
        .layer(Extension(Arc::new(account.config)))
        .layer(middleware::from_fn_with_state(journal, journal::watch));
    println!("{address}");
    axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await?;
    Ok(())
}
