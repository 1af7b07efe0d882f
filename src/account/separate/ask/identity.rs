//! Who acts.

use aws_credential_types::provider::ProvideCredentials;
use sha2::{Digest, Sha256};

use super::Clients;
use crate::account::connection::wait;
use crate::account::failure::send;
use crate::account::provider;
use crate::account::root::Access;
use crate::account::separate::facts::{Blind, Identity, Seen};

impl Clients {
    pub(super) fn identity(&self, access: &Access) -> Seen<Identity> {
        let credentials = self.config.credentials_provider().ok_or_else(|| Blind::Failed("no credentials".into()))?;
        let given = wait(credentials.provide_credentials());
        let given = given.map_err(|_| Blind::Failed("the named source gives no credentials".into()))?;
        let reply =
            wait(async { send!(self.sts.get_caller_identity()) }).map_err(self.blind("sts:GetCallerIdentity"))?;
        let incomplete = || Blind::Failed("an incomplete reply".into());
        Ok(Identity {
            account: reply.account.ok_or_else(incomplete)?,
            arn: reply.arn.ok_or_else(incomplete)?,
            key_digest: digest(given.access_key_id()),
            mfa_at: provider::mfa_at(access),
            is_session: given.session_token().is_some(),
        })
    }
}

/// Of an access key id.
pub(super) fn digest(key_id: &str) -> String {
    format!("{:x}", Sha256::digest(key_id))
}
