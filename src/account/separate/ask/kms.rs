//! What KMS tells of a key.

use aws_sdk_kms::types::{KeyManagerType, KeyUsageType};

use super::Clients;
use crate::account::connection::wait;
use crate::account::failure::send;
use crate::account::meanwhile::meanwhile;
use crate::account::separate::facts::{About, Blind, Key, Seen};

impl Clients {
    pub(super) fn key(&self, arn: &str) -> Key {
        std::thread::scope(|scope| {
            let policy = meanwhile(scope, || self.key_policy(arn));
            let about = self.about(arn);
            let rotates = match &about {
                Ok(about) if about.signs => None,
                // Of a service that is down nothing else is asked, or the wait would be twice as long.
                Err(Blind::Unreachable(code)) => Some(Err(Blind::Unreachable(code.clone()))),
                _ => Some(self.rotates(arn)),
            };
            Key { rotates, policy: policy(), arn: arn.to_owned(), about }
        })
    }

    fn about(&self, arn: &str) -> Seen<About> {
        let reply =
            wait(async { send!(self.kms.describe_key().key_id(arn)) }).map_err(self.blind("kms:DescribeKey"))?;
        let key = reply.key_metadata.ok_or_else(|| Blind::Failed("an incomplete reply".into()))?;
        Ok(About {
            arn: key.arn.unwrap_or_default(),
            by_customer: key.key_manager == Some(KeyManagerType::Customer),
            enabled: key.enabled,
            signs: key.key_usage == Some(KeyUsageType::SignVerify),
        })
    }

    fn rotates(&self, arn: &str) -> Seen<bool> {
        let reply = wait(async { send!(self.kms.get_key_rotation_status().key_id(arn)) });
        Ok(reply.map_err(self.blind("kms:GetKeyRotationStatus"))?.key_rotation_enabled)
    }

    fn key_policy(&self, arn: &str) -> Seen<String> {
        let reply = wait(async { send!(self.kms.get_key_policy().key_id(arn).policy_name("default")) });
        let reply = reply.map_err(self.blind("kms:GetKeyPolicy"))?;
        reply.policy.ok_or_else(|| Blind::Failed("an incomplete reply".into()))
    }
}
