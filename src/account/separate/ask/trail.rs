//! What holds for an account as a whole: its audit trail, and its block of public access.

use aws_config::SdkConfig;
use aws_sdk_cloudtrail::types::Trail;
use aws_sdk_s3control::config::endpoint::{Endpoint, EndpointFuture, Params, ResolveEndpoint};

use super::{Clients, unless_none};
use crate::account::connection::wait;
use crate::account::failure::send;
use crate::account::root::Access;
use crate::account::separate::facts::Seen;

impl Clients {
    /// Whether a trail that covers the region is logging.
    pub(super) fn trail(&self) -> Seen<bool> {
        let reply = wait(async { send!(self.trails.describe_trails().include_shadow_trails(true)) });
        let trails = reply.map_err(self.blind("cloudtrail:DescribeTrails"))?.trail_list.unwrap_or_default();
        let region = self.config.region().map(AsRef::as_ref);
        let covers =
            |trail: &&Trail| trail.is_multi_region_trail == Some(true) || trail.home_region.as_deref() == region;
        let logging: Vec<Seen<bool>> = trails.iter().filter(covers).map(|trail| self.is_logging(trail)).collect();
        // One that cannot be looked at, such as an organisation's, does not hide one that can.
        match logging.contains(&Ok(true)) {
            true => Ok(true),
            false => logging.into_iter().find(Result::is_err).unwrap_or(Ok(false)),
        }
    }

    fn is_logging(&self, trail: &Trail) -> Seen<bool> {
        let name = trail.trail_arn.as_deref().or(trail.name.as_deref()).unwrap_or_default();
        let status = wait(async { send!(self.trails.get_trail_status().name(name)) });
        Ok(status.map_err(self.blind("cloudtrail:GetTrailStatus"))?.is_logging == Some(true))
    }

    pub(super) fn account_block(&self) -> Seen<bool> {
        let reply = wait(async { send!(self.control.get_public_access_block().account_id(&self.account)) });
        let reply = unless_none(reply, &["NoSuchPublicAccessBlockConfiguration"]);
        let reply = reply.map_err(self.blind("s3control:GetPublicAccessBlock"))?;
        let block = reply.and_then(|reply| reply.public_access_block_configuration);
        Ok(block.is_some_and(|block| {
            block.block_public_acls() == Some(true)
                && block.ignore_public_acls() == Some(true)
                && block.block_public_policy() == Some(true)
                && block.restrict_public_buckets() == Some(true)
        }))
    }
}

/// The client of what S3 keeps of accounts. AWS puts the account before the host's name, which no address on a local
/// network can follow.
pub(super) fn control(access: &Access, config: &SdkConfig) -> aws_sdk_s3control::Client {
    let bare = aws_sdk_s3control::config::Builder::from(config);
    let config = match &access.endpoint {
        Some(endpoint) => bare.endpoint_resolver(AsWritten(endpoint.clone())),
        None => bare,
    };
    aws_sdk_s3control::Client::from_conf(config.build())
}

/// An endpoint as it is configured.
#[derive(Debug)]
struct AsWritten(String);

impl ResolveEndpoint for AsWritten {
    fn resolve_endpoint<'a>(&'a self, _: &'a Params) -> EndpointFuture<'a> {
        EndpointFuture::ready(Ok(Endpoint::builder().url(self.0.clone()).build()))
    }
}
