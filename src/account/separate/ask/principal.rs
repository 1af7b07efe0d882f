//! What IAM knows of who acts: policies, who may take a role, and the long-lived key behind it all.

use std::collections::BTreeMap;
use std::thread;

use aws_sdk_iam::types::{AttachedPolicy, PolicyEvaluationDecisionType, StatusType};
use jiff::Timestamp;

use super::identity::digest;
use super::{Clients, unless_none};
use crate::account::connection::wait;
use crate::account::credentials::Credentials;
use crate::account::failure::send;
use crate::account::meanwhile::{each, meanwhile};
use crate::account::provider;
use crate::account::separate::Asked;
use crate::account::separate::facts::{AccessKey, Blind, Identity, Policy, Principal, Seen, User};

/// Sends a request to IAM, and says why nothing was seen.
macro_rules! ask {
    ($clients:expr, $operation:literal, $request:expr) => {
        wait(async { send!($request) }).map_err($clients.blind($operation))
    };
}

impl Clients {
    /// Of whom it is not known who it is, nothing else is either.
    pub(super) fn principal(&self, identity: &Seen<Identity>, asked: &Asked<'_>) -> Principal {
        let identity = match identity {
            Ok(identity) => identity,
            Err(blind) => return unknown(blind),
        };
        match (identity.user(), identity.role()) {
            (Some(user), _) => thread::scope(|scope| {
                let policies = meanwhile(scope, || self.policies_of_user(user));
                let forbidden = meanwhile(scope, || self.forbidden(&identity.arn, asked));
                let user = identity.mfa_at.is_none().then(|| Ok(self.user(user, &identity.key_digest)));
                Principal { policies: policies(), trust: None, user, forbidden: forbidden() }
            }),
            (None, Some(role)) => self.role(role, asked),
            // The root user, or one that a federation made: IAM knows no policies of it.
            (None, None) => unknown(&Blind::Failed("who acts is neither a user nor a role".to_owned())),
        }
    }

    fn role(&self, name: &str, asked: &Asked<'_>) -> Principal {
        let role = ask!(self, "iam:GetRole", self.iam.get_role().role_name(name));
        let role = role.and_then(|reply| reply.role.ok_or_else(incomplete));
        let trust = role.clone().map(|role| decoded(&role.assume_role_policy_document.unwrap_or_default()));
        thread::scope(|scope| {
            let policies = meanwhile(scope, || self.policies_of_role(name));
            let user = meanwhile(scope, || self.base(asked));
            let forbidden = role.and_then(|role| self.forbidden(&role.arn, asked));
            Principal { policies: policies(), trust: Some(trust), user: user(), forbidden }
        })
    }

    /// The user whose key took the role, where one did; who gave a second factor is a person, and no robot.
    fn base(&self, asked: &Asked<'_>) -> Option<Seen<User>> {
        let Some(Credentials::Role { base, .. }) = &asked.side.access.credentials else { return None };
        if base.device().is_some() {
            return None;
        }
        let access = provider::base_access(&asked.side.access, base);
        let identity = match Clients::of(&access) {
            Ok(clients) => clients.identity(&access),
            Err(_) => Err(Blind::Failed("the named source gives no credentials".into())),
        };
        match identity {
            Ok(identity) => identity.user().map(|name| Ok(self.user(name, &identity.key_digest))),
            Err(blind) => Some(Err(blind)),
        }
    }

    fn user(&self, name: &str, used: &str) -> User {
        thread::scope(|scope| {
            let has_password = meanwhile(scope, || self.has_password(name));
            let devices =
                meanwhile(scope, || ask!(self, "iam:ListMFADevices", self.iam.list_mfa_devices().user_name(name)));
            User {
                name: name.to_owned(),
                access_keys: self.access_keys(name, used),
                has_password: has_password(),
                mfa_devices: devices().map(|reply| reply.mfa_devices.len()),
            }
        })
    }

    fn has_password(&self, name: &str) -> Seen<bool> {
        let profile = wait(async { send!(self.iam.get_login_profile().user_name(name)) });
        let profile = unless_none(profile, &["NoSuchEntity"]).map_err(self.blind("iam:GetLoginProfile"));
        profile.map(|profile| profile.is_some())
    }

    fn access_keys(&self, name: &str, used: &str) -> Seen<Vec<AccessKey>> {
        let reply = ask!(self, "iam:ListAccessKeys", self.iam.list_access_keys().user_name(name))?;
        let now = Timestamp::now().as_second();
        let keys = reply.access_key_metadata.into_iter().map(|key| AccessKey {
            is_active: key.status == Some(StatusType::Active),
            age_days: key.create_date.map_or(i64::MAX, |made| (now - made.secs()) / (24 * 3600)),
            is_used_here: key.access_key_id.is_some_and(|id| digest(&id) == used),
        });
        Ok(keys.collect())
    }

    fn policies_of_user(&self, name: &str) -> Seen<Vec<Policy>> {
        thread::scope(|scope| {
            let of_groups = meanwhile(scope, || {
                let groups = ask!(self, "iam:ListGroupsForUser", self.iam.list_groups_for_user().user_name(name))?;
                all(each(&groups.groups, |group| self.policies_of_group(&group.group_name)))
            });
            let inline = meanwhile(scope, || {
                let inline = ask!(self, "iam:ListUserPolicies", self.iam.list_user_policies().user_name(name))?;
                inlined(&inline.policy_names, |policy| {
                    let request = self.iam.get_user_policy().user_name(name).policy_name(policy);
                    Ok(ask!(self, "iam:GetUserPolicy", request)?.policy_document)
                })
            });
            let request = self.iam.list_attached_user_policies().user_name(name);
            let attached = ask!(self, "iam:ListAttachedUserPolicies", request).map(|reply| reply.attached_policies);
            all([self.attached(attached), inline(), of_groups()])
        })
    }

    fn policies_of_group(&self, name: &str) -> Seen<Vec<Policy>> {
        thread::scope(|scope| {
            let inline = meanwhile(scope, || {
                let inline = ask!(self, "iam:ListGroupPolicies", self.iam.list_group_policies().group_name(name))?;
                inlined(&inline.policy_names, |policy| {
                    let request = self.iam.get_group_policy().group_name(name).policy_name(policy);
                    Ok(ask!(self, "iam:GetGroupPolicy", request)?.policy_document)
                })
            });
            let request = self.iam.list_attached_group_policies().group_name(name);
            let attached = ask!(self, "iam:ListAttachedGroupPolicies", request).map(|reply| reply.attached_policies);
            all([self.attached(attached), inline()])
        })
    }

    fn policies_of_role(&self, name: &str) -> Seen<Vec<Policy>> {
        thread::scope(|scope| {
            let inline = meanwhile(scope, || {
                let inline = ask!(self, "iam:ListRolePolicies", self.iam.list_role_policies().role_name(name))?;
                inlined(&inline.policy_names, |policy| {
                    let request = self.iam.get_role_policy().role_name(name).policy_name(policy);
                    Ok(ask!(self, "iam:GetRolePolicy", request)?.policy_document)
                })
            });
            let request = self.iam.list_attached_role_policies().role_name(name);
            let attached = ask!(self, "iam:ListAttachedRolePolicies", request).map(|reply| reply.attached_policies);
            all([self.attached(attached), inline()])
        })
    }

    /// AWS's own policies are known by name; others are read. A page lists more than quotas let anybody have.
    fn attached(&self, attached: Seen<Option<Vec<AttachedPolicy>>>) -> Seen<Vec<Policy>> {
        let arns: Vec<String> = attached?.into_iter().flatten().filter_map(|policy| policy.policy_arn).collect();
        let read = |arn: &String| {
            let document = if arn.contains(":aws:policy/") { None } else { Some(self.managed(arn)?) };
            Ok(Policy { name: arn.clone(), document })
        };
        each(&arns, read).into_iter().collect()
    }

    fn managed(&self, arn: &str) -> Seen<String> {
        let policy =
            ask!(self, "iam:GetPolicy", self.iam.get_policy().policy_arn(arn))?.policy.ok_or_else(incomplete)?;
        let version = policy.default_version_id.ok_or_else(incomplete)?;
        let request = self.iam.get_policy_version().policy_arn(arn).version_id(version);
        let version = ask!(self, "iam:GetPolicyVersion", request)?.policy_version.ok_or_else(incomplete)?;
        Ok(decoded(&version.document.unwrap_or_default()))
    }

    /// What IAM says of that which must be denied; of IAM's own actions both in general and towards who acts.
    fn forbidden(&self, arn: &str, asked: &Asked<'_>) -> Seen<BTreeMap<String, bool>> {
        let own = vec![arn.to_owned()];
        let questions = asked.forbidden.iter().flat_map(|(actions, resources)| {
            let towards = resources.is_empty().then_some((actions, &own));
            std::iter::once((actions, resources)).chain(towards)
        });
        let questions: Vec<_> = questions.collect();
        let mut decided = BTreeMap::new();
        for answers in each(&questions, |(actions, resources)| self.simulate(arn, actions, resources)) {
            answers?.into_iter().for_each(|(action, is_allowed)| *decided.entry(action).or_insert(false) |= is_allowed);
        }
        match asked.forbidden.iter().flat_map(|(actions, _)| actions.iter()).all(|action| decided.contains_key(*action))
        {
            true => Ok(decided),
            false => Err(incomplete()),
        }
    }

    /// An action is allowed where it is so on any of the resources: the decision over all of them is the strictest.
    fn simulate(&self, arn: &str, actions: &[&'static str], resources: &[String]) -> Seen<Vec<(String, bool)>> {
        let request = self.iam.simulate_principal_policy().policy_source_arn(arn);
        let request = request.set_action_names(Some(actions.iter().map(|action| (*action).to_owned()).collect()));
        let request = request.set_resource_arns((!resources.is_empty()).then(|| resources.to_vec()));
        let reply = ask!(self, "iam:SimulatePrincipalPolicy", request)?;
        let is_allowed = |decision: &PolicyEvaluationDecisionType| *decision == PolicyEvaluationDecisionType::Allowed;
        let decided = reply.evaluation_results.unwrap_or_default().into_iter().map(|result| {
            let on_any = result.resource_specific_results().iter().any(|one| is_allowed(one.eval_resource_decision()));
            let is_allowed = on_any || is_allowed(&result.eval_decision);
            (result.eval_action_name, is_allowed)
        });
        Ok(decided.collect())
    }
}

/// IAM gives documents percent-encoded (RFC 3986).
fn decoded(document: &str) -> String {
    percent_encoding::percent_decode_str(document).decode_utf8_lossy().into_owned()
}

/// Policies that have no ARN of their own, each with what it says.
fn inlined(names: &[String], document: impl Fn(&str) -> Seen<String> + Sync) -> Seen<Vec<Policy>> {
    let read = |name: &String| Ok(Policy { document: Some(decoded(&document(name)?)), name: name.clone() });
    each(names, read).into_iter().collect()
}

/// All policies of several kinds, or the first reason why some were not seen.
fn all(kinds: impl IntoIterator<Item = Seen<Vec<Policy>>>) -> Seen<Vec<Policy>> {
    kinds.into_iter().collect::<Seen<Vec<_>>>().map(|kinds| kinds.concat())
}

fn unknown(blind: &Blind) -> Principal {
    let user = Some(Err(blind.clone()));
    Principal { policies: Err(blind.clone()), trust: None, user, forbidden: Err(blind.clone()) }
}

fn incomplete() -> Blind {
    Blind::Failed("an incomplete reply".into())
}
