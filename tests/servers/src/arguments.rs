//! What was typed.

use std::path::PathBuf;

pub const USAGE: &str = "account-server ADDRESS ACCOUNT [--region REGION] [--data DIR] [--log FILE] \
                         [--user NAME:KEY:SECRET:POLICY_FILE[:AGE_DAYS]]... [--role NAME:POLICY_FILE]...";

#[derive(Default)]
pub struct Arguments {
    pub address: String,
    pub account: String,
    pub region: String,
    pub data: Option<PathBuf>,
    pub log: Option<PathBuf>,
    pub users: Vec<User>,
    pub roles: Vec<Role>,
}

pub struct Role {
    pub name: String,
    pub policy: PathBuf,
}

pub struct User {
    pub name: String,
    pub key: String,
    pub secret: String,
    pub policy: PathBuf,
    pub age_days: i64,
}

impl Arguments {
    pub fn parse(mut typed: impl Iterator<Item = String>) -> Result<Self, String> {
        let (address, account) = typed.next().zip(typed.next()).ok_or(USAGE)?;
        let mut parsed = Arguments { address, account, region: "eu-west-1".to_owned(), ..Arguments::default() };
        while let Some(flag) = typed.next() {
            let value = typed.next().ok_or_else(|| format!("{flag} takes a value"))?;
            match flag.as_str() {
                "--region" => parsed.region = value,
                "--data" => parsed.data = Some(value.into()),
                "--log" => parsed.log = Some(value.into()),
                "--user" => parsed.users.push(User::parse(&value)?),
                "--role" => parsed.roles.push(Role::parse(&value)?),
                _ => return Err(USAGE.to_owned()),
            }
        }
        Ok(parsed)
    }
}

impl User {
    fn parse(text: &str) -> Result<Self, String> {
        let fields: Vec<&str> = text.split(':').collect();
        let (fields, age) = match fields[..] {
            [name, key, secret, policy] => ([name, key, secret, policy], "0"),
            [name, key, secret, policy, age] => ([name, key, secret, policy], age),
            _ => return Err(USAGE.to_owned()),
        };
        let [name, key, secret, policy] = fields.map(str::to_owned);
        let age_days = age.parse().map_err(|_| "the age of a key is a number of days")?;
        Ok(User { name, key, secret, policy: policy.into(), age_days })
    }
}

impl Role {
    fn parse(text: &str) -> Result<Self, String> {
        let (name, policy) = text.split_once(':').ok_or(USAGE)?;
        Ok(Role { name: name.to_owned(), policy: policy.into() })
    }
}
