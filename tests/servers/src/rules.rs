//! How policies are weighed, where the fake weighs otherwise than AWS.

use std::sync::Arc;

use fakecloud_core::auth::{ConditionContext, IamAction, IamDecision, IamPolicyEvaluator, Principal, PrincipalType};

pub struct Rules(pub Arc<dyn IamPolicyEvaluator>);

impl IamPolicyEvaluator for Rules {
    fn evaluate(
        &self,
        principal: &Principal,
        action: &IamAction,
        context: &ConditionContext,
        session: &[String],
        scps: Option<&[String]>,
    ) -> IamDecision {
        self.0.evaluate(principal, action, &as_role(principal, context), session, scps)
    }

    fn evaluate_with_resource_policy(
        &self,
        principal: &Principal,
        action: &IamAction,
        context: &ConditionContext,
        resource_policy: Option<&str>,
        owner: &str,
        session: &[String],
        scps: Option<&[String]>,
    ) -> IamDecision {
        if is_free(action) {
            return IamDecision::Allow;
        }
        // A role that trusts its whole account leaves it to everybody's own policies who takes it; the fake lets all. Whether
        // it trusts at all is asked again when the session is made.
        let resource_policy = resource_policy.filter(|_| action.service != "sts");
        let context = as_role(principal, context);
        self.0.evaluate_with_resource_policy(principal, action, &context, resource_policy, owner, session, scps)
    }

    fn evaluate_anonymous(
        &self,
        action: &IamAction,
        context: &ConditionContext,
        resource_policy: Option<&str>,
    ) -> IamDecision {
        self.0.evaluate_anonymous(action, context, resource_policy)
    }

    fn evaluate_resource_policy_only(
        &self,
        principal: &Principal,
        action: &IamAction,
        context: &ConditionContext,
        resource_policy: Option<&str>,
    ) -> IamDecision {
        self.0.evaluate_resource_policy_only(principal, action, &as_role(principal, context), resource_policy)
    }
}

/// AWS asks for no permission to say who one is, nor to enter the code of one's device.
fn is_free(action: &IamAction) -> bool {
    action.service == "sts" && ["GetCallerIdentity", "GetSessionToken"].contains(&action.action)
}

/// Of a session of a role, `aws:PrincipalArn` is the role.
fn as_role(principal: &Principal, context: &ConditionContext) -> ConditionContext {
    let role = (principal.principal_type == PrincipalType::AssumedRole).then(|| role_of(&principal.arn)).flatten();
    ConditionContext { aws_principal_arn: role.or_else(|| context.aws_principal_arn.clone()), ..context.clone() }
}

/// `arn:aws:sts::1:assumed-role/name/session` as `arn:aws:iam::1:role/name`.
fn role_of(session: &str) -> Option<String> {
    let (account, name) = session.strip_prefix("arn:aws:sts::")?.split_once(":assumed-role/")?;
    Some(format!("arn:aws:iam::{account}:role/{}", name.split('/').next()?))
}
