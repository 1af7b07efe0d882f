//! verho carries a customer's dataset from production to test and leaves the people in it behind.

pub mod account;
pub mod consent;
pub mod document;
pub mod error;
pub mod evidence;
pub mod keys;
