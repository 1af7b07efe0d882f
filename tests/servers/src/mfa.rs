//! A session of somebody who entered a code takes a role with it, as on AWS. The fake wants a new code for each role.

use async_trait::async_trait;
use chrono::Utc;
use fakecloud_core::service::AwsRequest;
use fakecloud_iam::{IamState, mfa};

use crate::account::Shared;
use crate::governed::{Answer, Before};

/// Enters the device's code once more where the session was made with one.
pub struct Again(pub Shared<IamState>);

#[async_trait]
impl Before for Again {
    async fn before(&self, mut request: AwsRequest) -> Result<AwsRequest, Answer> {
        let anew = request.action == "AssumeRole" && !request.query_params.contains_key("SerialNumber");
        if let Some((serial, code)) = anew.then(|| self.entered(&request)).flatten() {
            request.query_params.insert("SerialNumber".to_owned(), serial);
            request.query_params.insert("TokenCode".to_owned(), code);
        }
        Ok(request)
    }
}

impl Again {
    fn entered(&self, request: &AwsRequest) -> Option<(String, String)> {
        let accounts = self.0.read();
        let state = accounts.get(&request.account_id)?;
        let session = state.sts_temp_credentials.get(request.access_key_id.as_ref()?)?;
        let user = session.principal_arn.split_once(":user/").filter(|_| session.mfa_present)?.1;
        let device = state.virtual_mfa_devices.values().find(|device| device.user.as_deref() == Some(user))?;
        Some((device.serial_number.clone(), mfa::totp_code(&device.base32_string_seed, Utc::now())?))
    }
}
