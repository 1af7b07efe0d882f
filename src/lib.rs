//! verho carries a customer's dataset from production to test and leaves the people in it behind.

pub mod account;
pub mod cli;
pub mod consent;
pub mod crew;
pub mod detect;
pub mod document;
pub mod engine;
pub mod error;
pub mod evidence;
pub mod guard;
pub mod keys;
pub mod lake;
pub mod lineage;
pub mod method;
pub mod plan;
pub mod privacy;
pub mod release;
pub mod risk;
pub mod run;
pub mod scan;
pub mod schema;
pub mod sink;
pub mod source;
pub mod survey;
pub mod transform;
pub mod workspace;
