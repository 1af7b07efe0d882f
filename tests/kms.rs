//! KMS as verho uses it: secrets bound to their context, signatures that others can check.
#![cfg(feature = "s3")]

mod common;

use common::servers::{PRODUCTION, Server, TEST, User, allow, keys};
use sha2::{Digest, Sha256};
use signature::Verifier;
use ssh_key::public::EcdsaPublicKey;
use ssh_key::{Algorithm, EcdsaCurve, Signature};
use verho::account::kms::{Context, Kms};
use verho::account::store::StoreError;

fn context(customer: &str) -> Context {
    [("customer".to_owned(), customer.to_owned())].into()
}

#[test]
fn a_secret_opens_under_its_key_and_context_only() {
    let server = Server::with_free_user(PRODUCTION, "worker");
    let (key, other) = (server.encryption_key(), server.encryption_key());
    let kms = Kms::open(&server.access("worker")).expect("a KMS");
    let made = kms.generate(&key, &context("acme")).expect("generated");
    assert_eq!(*kms.unwrap(&key, &made.wrapped, &context("acme")).expect("unwrapped"), *made.secret);
    assert_ne!(*kms.generate(&key, &context("acme")).expect("generated").secret, *made.secret);

    let refused = |key: &str, wrapped: &[u8], context: &Context| {
        matches!(kms.unwrap(key, wrapped, context), Err(StoreError::Damaged(_)))
    };
    assert!(refused(&key, &made.wrapped, &context("other")));
    assert!(refused(&key, &made.wrapped, &Context::new()));
    assert!(refused(&other, &made.wrapped, &context("acme")));
    assert!(refused(&key, &made.wrapped[..20], &context("acme")));
}

#[test]
fn a_signature_is_good_for_its_message_only() {
    let server = Server::with_free_user(PRODUCTION, "worker");
    let key = server.signing_key();
    let kms = Kms::open(&server.access("worker")).expect("a KMS");
    let signature = kms.sign(&key, &Sha256::digest(b"message").into()).expect("signed");
    let public = kms.public_key(&key).expect("a public key");
    // An uncompressed point on P-256 is the last 65 bytes of its SubjectPublicKeyInfo.
    let public = EcdsaPublicKey::from_sec1_bytes(&public[public.len() - 65..]).expect("a point");
    let signature =
        Signature::new(Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 }, integers(&signature)).expect("two integers");
    assert!(public.verify(b"message", &signature).is_ok());
    assert!(public.verify(b"massage", &signature).is_err());
}

/// DER's SEQUENCE of two INTEGERs as two SSH mpints: the same bytes, with longer lengths.
fn integers(der: &[u8]) -> Vec<u8> {
    let (first, rest) = der[4..].split_at(usize::from(der[3]));
    let second = &rest[2..];
    let mpint = |bytes: &[u8]| [&(bytes.len() as u32).to_be_bytes(), bytes].concat();
    [mpint(first), mpint(second)].concat()
}

#[test]
fn keys_of_the_other_side_and_keys_not_granted_are_denied() {
    let worker = || User { name: "worker", policy: allow(&["kms:Decrypt"]), key_age_days: 0 };
    let server = Server::start(PRODUCTION, &[worker()]);
    let key = server.encryption_key();
    let denied = |access| {
        let kms = Kms::open(&access).expect("a KMS");
        matches!(kms.generate(&key, &context("acme")), Err(StoreError::Denied(_)))
    };
    assert!(denied(server.access("worker")), "a key that may only open");
    assert!(denied(server.access_with(keys(TEST, "worker"), "foreign")), "a foreign access key");
}

#[test]
fn a_missing_key_is_missing() {
    let server = Server::with_free_user(PRODUCTION, "worker");
    let kms = Kms::open(&server.access("worker")).expect("a KMS");
    let nowhere = format!("arn:aws:kms:eu-west-1:{PRODUCTION}:key/00000000-0000-0000-0000-000000000000");
    assert_eq!(kms.public_key(&nowhere), Err(StoreError::Missing));
}
