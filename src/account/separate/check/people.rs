//! People come with a second factor, services with a role, robots with a key that is nobody's.

use super::{Check, Look, Told};
use crate::account::credentials::Credentials;
use crate::account::separate::Place;
use crate::account::separate::facts::{Identity, Principal, Seen, User};
use crate::account::separate::policy::{Principal as Who, Statement, statements};

pub(super) const PEOPLE: Check = Check {
    name: "people",
    demands: "who acts is a person with a second factor, a service with a role, or a robot without password and devices",
    asks: &["iam:GetRole", "iam:ListMFADevices", "iam:GetLoginProfile"],
    is_law: false,
    hint: "as a person, name your device (`mfa = \"arn:aws:iam::ACCOUNT:mfa/NAME\"`) and a role; as a service, take a role",
    judge: people,
};

fn people(look: &Look<'_>) -> Vec<Told> {
    look.each(|place, side, facts| {
        let principal = facts.principal.as_ref()?;
        let who = match &facts.identity {
            Ok(who) => who,
            Err(blind) => return Some(Told::unseen(*place, blind)),
        };
        match &side.access.credentials {
            Some(Credentials::Role { base, .. }) if is_of_a_service(base) => {
                Some(Told::of(*place, true, "a service, whose own role takes this one"))
            }
            _ => Some(told(*place, who, principal)),
        }
    })
}

fn is_of_a_service(base: &Credentials) -> bool {
    matches!(base, Credentials::Container | Credentials::WebIdentity { .. })
}

fn told(place: Place, who: &Identity, principal: &Principal) -> Told {
    if who.mfa_at.is_some() {
        return Told::of(place, true, "a person, with a second factor given for this run");
    }
    match &principal.trust {
        Some(trust) => Told::seen(place, trust, |trust| of_role(trust)).or_base(place, principal),
        None if who.is_session => {
            Told::of(place, false, "a session of a user, of which nobody can tell whether a second factor was given")
        }
        None => of_user(place, principal.user.as_ref()),
    }
}

impl Told {
    /// A role that is taken with a key whose owner cannot be looked at is not known to be a robot's.
    fn or_base(self, place: Place, principal: &Principal) -> Told {
        match (&self.state, &principal.user) {
            (super::State::Broken, Some(Err(blind))) => Told::unseen(place, blind),
            (super::State::Broken, Some(Ok(_))) => of_user(place, principal.user.as_ref()),
            _ => self,
        }
    }
}

/// Whether a role can be taken only with a second factor, or by services.
fn of_role(trust: &str) -> (bool, String) {
    let Some(statements) = statements(trust) else {
        return (false, "the trust policy of its role cannot be read".to_owned());
    };
    let by_people = |statement: &&Statement| {
        // Who comes by SAML is a person, whose second factor is the identity provider's word.
        let is_service = |who: &Who| match who {
            Who::Service(_) => true,
            Who::Federated(provider) => !provider.contains(":saml-provider/"),
            _ => false,
        };
        let is_person = |who: &Who| !is_service(who);
        statement.allows && statement.principals.iter().any(is_person)
    };
    let people: Vec<&Statement> = statements.iter().filter(by_people).collect();
    let (holds, says) = match people.iter().all(|statement| statement.demands_mfa()) {
        _ if people.is_empty() => (true, "a service, with a role that only services take"),
        true => (true, "a role that nobody takes without a second factor"),
        false => (false, "a role that is taken without a second factor"),
    };
    (holds, says.to_owned())
}

fn of_user(place: Place, user: Option<&Seen<User>>) -> Told {
    let user = match user {
        Some(Ok(user)) => user,
        Some(Err(blind)) => return Told::unseen(place, blind),
        None => return Told::of(place, false, "nobody can tell whether it is a person"),
    };
    match (&user.has_password, &user.mfa_devices) {
        (Ok(true), _) => Told::of(place, false, "a person, without a second factor: the user has a password"),
        (_, Ok(1..)) => Told::of(place, false, "a person, without a second factor: the user has a device for one"),
        (Ok(false), Ok(0)) => Told::of(place, true, "a robot: a user without password and devices"),
        (Err(blind), _) | (_, Err(blind)) => Told::unseen(place, blind),
    }
}
