//! Secrets wrapped with `age` (age-encryption.org/v1), for a keyring without a key service.

use std::io::{Read, Write};
use std::iter;
use std::path::Path;

use age::secrecy::SecretString;
use age::{DecryptError, Decryptor, Encryptor, Identity, Recipient, scrypt, x25519};
use zeroize::Zeroizing;

use super::ring::{KeyError, Wrapper};
use super::secret::Secret;
use crate::private_file;

/// First line of what is wrapped: what it is, and in which version.
const MAGIC: &str = "verho pseudonym secret 1";

/// Of scrypt, 2 to this power: fixed, so that a file made on a fast machine opens on a slow one.
const WORK_FACTOR: u8 = 18;

/// What opens the keyring; it has no `Debug` and is wiped by `age`.
pub enum Unlock {
    Identity(x25519::Identity),
    Passphrase(SecretString),
}

/// The variables of the environment that unlock a key ring: a key, or a passphrase.
pub const VARIABLES: [&str; 2] = ["VERHO_KEYRING_KEY", "VERHO_KEYRING_PASSPHRASE"];

impl Unlock {
    /// From `VERHO_KEYRING_KEY` or `VERHO_KEYRING_PASSPHRASE`, else from an identity file (mode 0600).
    ///
    /// # Errors
    /// Where there is none of them, or both variables, or what is there is no age secret key.
    pub fn from_environment(identity_file: Option<&Path>) -> Result<Self, KeyError> {
        Self::from_variables(|name| std::env::var(name).ok(), identity_file)
    }

    fn from_variables(variable: impl Fn(&str) -> Option<String>, file: Option<&Path>) -> Result<Self, KeyError> {
        let set = |name: &str| variable(name).map(Zeroizing::new).filter(|value| !value.is_empty());
        match (set(VARIABLES[0]), set(VARIABLES[1]), file) {
            (Some(_), Some(_), _) => Err(KeyError::TwoUnlocks),
            (Some(key), None, _) => Self::from_identity(&key),
            (None, Some(passphrase), _) => Ok(Unlock::Passphrase(SecretString::from(passphrase.as_str()))),
            (None, None, Some(file)) => Self::from_file(file),
            (None, None, None) => Err(KeyError::NoUnlock),
        }
    }

    /// From a file as `age-keygen` makes it, closed to group and others.
    ///
    /// # Errors
    /// Where it is not there, is open to others, or holds no age secret key.
    pub fn from_file(file: &Path) -> Result<Self, KeyError> {
        let content = private_file::read(file)?;
        Self::from_identity(std::str::from_utf8(&content).map_err(|_| KeyError::NoIdentity)?)
    }

    /// Makes such a file, for a workspace that has none.
    ///
    /// # Errors
    /// Where one is there already, or it cannot be written.
    pub fn create_file(file: &Path) -> Result<Self, KeyError> {
        use age::secrecy::ExposeSecret;
        let identity = x25519::Identity::generate();
        let line = Zeroizing::new(format!("{}\n", identity.to_string().expose_secret()));
        private_file::create(file, line.as_bytes())?;
        Ok(Unlock::Identity(identity))
    }

    fn from_identity(text: &str) -> Result<Self, KeyError> {
        let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
        line.unwrap_or_default().parse().map(Unlock::Identity).map_err(|_| KeyError::NoIdentity)
    }

    fn recipient(&self) -> Box<dyn Recipient> {
        match self {
            Unlock::Identity(identity) => Box::new(identity.to_public()),
            Unlock::Passphrase(passphrase) => {
                let mut recipient = scrypt::Recipient::new(passphrase.clone());
                recipient.set_work_factor(WORK_FACTOR);
                Box::new(recipient)
            }
        }
    }

    fn identity(&self) -> Box<dyn Identity> {
        match self {
            Unlock::Identity(identity) => Box::new(identity.clone()),
            Unlock::Passphrase(passphrase) => {
                let mut identity = scrypt::Identity::new(passphrase.clone());
                identity.set_max_work_factor(WORK_FACTOR);
                Box::new(identity)
            }
        }
    }
}

/// Wraps with an age key or a passphrase. The customer and the epoch are wrapped too, so that one customer's file
/// does not serve as another's.
pub struct AgeWrapper {
    unlock: Unlock,
}

impl AgeWrapper {
    /// A wrapper that `unlock` opens and closes.
    pub fn new(unlock: Unlock) -> Self {
        AgeWrapper { unlock }
    }
}

impl Wrapper for AgeWrapper {
    fn ending(&self) -> &'static str {
        super::ring::AGE_ENDING
    }

    fn make(&self, customer: &str) -> Result<(Secret, Vec<u8>), KeyError> {
        let secret = Secret::random();
        let content = content(&secret, customer);
        let recipient = self.unlock.recipient();
        let wrapped = (|| {
            let encryptor =
                Encryptor::with_recipients(iter::once(recipient.as_ref())).map_err(std::io::Error::other)?;
            let mut writer = encryptor.wrap_output(Vec::new())?;
            writer.write_all(&content)?;
            writer.finish()
        })();
        wrapped.map(|wrapped| (secret, wrapped)).map_err(|error| KeyError::Service(error.kind().to_string()))
    }

    fn open(&self, wrapped: &[u8], customer: &str) -> Result<Secret, KeyError> {
        let identity = self.unlock.identity();
        let decryptor = Decryptor::new_buffered(wrapped).map_err(|error| closed(&error))?;
        let mut reader = decryptor.decrypt(iter::once(identity.as_ref())).map_err(|error| closed(&error))?;
        // Room for the whole from the start: a vector that grows leaves copies behind.
        let mut plain = Zeroizing::new(Vec::with_capacity(wrapped.len()));
        reader.read_to_end(&mut plain).map_err(|_| KeyError::Damaged)?;
        secret(&plain, customer)
    }
}

fn closed(error: &DecryptError) -> KeyError {
    match error {
        DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed | DecryptError::NoMatchingKeys => {
            KeyError::WrongKey
        }
        _ => KeyError::Damaged,
    }
}

/// Three lines (what it is, the customer, the epoch), then the secret's 32 bytes.
fn content(secret: &Secret, customer: &str) -> Zeroizing<Vec<u8>> {
    let head = format!("{MAGIC}\n{customer}\n{}\n", secret.epoch());
    let mut content = Zeroizing::new(Vec::with_capacity(head.len() + 32));
    content.extend_from_slice(head.as_bytes());
    content.extend_from_slice(secret.reveal_for_wrapping());
    content
}

fn secret(plain: &[u8], customer: &str) -> Result<Secret, KeyError> {
    let (head, bytes) = plain.split_last_chunk::<32>().ok_or(KeyError::Damaged)?;
    let secret = Secret::unwrapped(Zeroizing::new(*bytes));
    let mut lines = head.split(|byte| *byte == b'\n');
    if lines.next() != Some(MAGIC.as_bytes()) {
        return Err(KeyError::Damaged);
    }
    if lines.next() != Some(customer.as_bytes()) {
        return Err(KeyError::Swapped);
    }
    match lines.next() {
        Some(epoch) if epoch == secret.epoch().as_bytes() => Ok(secret),
        _ => Err(KeyError::Damaged),
    }
}

#[cfg(test)]
mod tests {
    use age::secrecy::ExposeSecret;

    use super::super::KeyRing;
    use super::*;

    fn identity() -> String {
        x25519::Identity::generate().to_string().expose_secret().to_owned()
    }

    fn ring(home: &Path, variable: &str, value: &str) -> KeyRing {
        let unlock = Unlock::from_variables(|name| (name == variable).then(|| value.to_owned()), None);
        KeyRing::new(home, Box::new(AgeWrapper::new(unlock.unwrap_or_else(|error| panic!("{error}")))))
    }

    fn error<T>(outcome: Result<T, KeyError>) -> KeyError {
        outcome.err().expect("must fail")
    }

    #[test]
    fn a_secret_is_made_once_and_opens_again() {
        let home = tempfile::tempdir().expect("a folder can be made");
        let key = identity();
        let open = || ring(home.path(), "VERHO_KEYRING_KEY", &key);
        assert_eq!(error(open().existing("acme")), KeyError::NoSecret("acme".to_owned()));
        let epoch = open().secret("acme").expect("can be made").epoch();
        std::fs::hard_link(home.path().join("acme.age"), home.path().join(".draft-1")).expect("is writable");
        assert_eq!(open().secret("acme").expect("opens").epoch(), epoch);
        assert_eq!(open().shelf().strays(), Ok(Vec::new()), "drafts are swept before a secret is used");
        assert_ne!(open().secret("globex").expect("can be made").epoch(), epoch);
        assert_eq!(open().shelf().customers(), ["acme", "globex"]);
    }

    #[test]
    fn a_passphrase_opens_what_it_closed_and_another_does_not() {
        let home = tempfile::tempdir().expect("a folder can be made");
        let open = |phrase: &str| ring(home.path(), "VERHO_KEYRING_PASSPHRASE", phrase).secret("acme");
        let epoch = open("correct horse").expect("can be made").epoch();
        assert_eq!(open("correct horse").expect("opens").epoch(), epoch);
        assert_eq!(error(open("battery staple")), KeyError::WrongKey);
    }

    #[test]
    fn a_file_that_does_not_open_is_never_replaced() {
        let home = tempfile::tempdir().expect("a folder can be made");
        let key = identity();
        let file = home.path().join("acme.age");
        ring(home.path(), "VERHO_KEYRING_KEY", &key).secret("acme").expect("can be made");
        let kept = std::fs::read(&file).expect("is there");
        let other = ring(home.path(), "VERHO_KEYRING_KEY", &identity());
        assert_eq!(error(other.secret("acme")), KeyError::WrongKey);
        assert_eq!(error(other.existing("acme")), KeyError::WrongKey);
        assert_eq!(std::fs::read(&file).expect("is there"), kept);
    }

    #[test]
    fn a_swapped_or_damaged_file_is_refused() {
        let home = tempfile::tempdir().expect("a folder can be made");
        let ring = ring(home.path(), "VERHO_KEYRING_KEY", &identity());
        ring.secret("acme").expect("can be made");
        let (acme, globex) = (home.path().join("acme.age"), home.path().join("globex.age"));
        std::fs::copy(&acme, &globex).expect("is there");
        assert_eq!(error(ring.secret("globex")), KeyError::Swapped);
        let whole = std::fs::read(&acme).expect("is there");
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            std::fs::write(&acme, bytes).expect("is writable");
            assert!(matches!(error(ring.secret("acme")), KeyError::Damaged | KeyError::WrongKey), "byte {at}");
        }
        std::fs::write(&acme, &whole[..whole.len() - 1]).expect("is writable");
        assert_eq!(error(ring.secret("acme")), KeyError::Damaged);
    }

    #[test]
    fn what_was_destroyed_is_gone_and_what_comes_is_another() {
        let home = tempfile::tempdir().expect("a folder can be made");
        let ring = ring(home.path(), "VERHO_KEYRING_KEY", &identity());
        let (old, digest) = ring.named("acme").expect("can be made");
        assert_eq!(ring.shelf().digest("acme"), Ok(Some(digest.clone())));
        // As a process leaves it that was killed before it took the first name away.
        std::fs::hard_link(home.path().join("acme.age"), home.path().join(".draft-1")).expect("is writable");
        assert_eq!(ring.shelf().strays(), Ok(vec![(home.path().join(".draft-1"), digest.clone())]));
        ring.shelf().destroy("acme", Some("of another")).expect("nothing is deleted");
        assert_eq!(ring.shelf().digest("acme"), Ok(Some(digest.clone())), "nobody has said of it that it is to go");
        for there in [Some(digest.as_str()), Some(digest.as_str()), None] {
            ring.shelf().destroy("acme", there).expect("is deletable");
        }
        assert_eq!(error(ring.existing("acme")), KeyError::NoSecret("acme".to_owned()));
        assert_eq!(std::fs::read_dir(home.path()).expect("is there").count(), 0);
        let (new, other) = ring.named("acme").expect("can be made");
        assert_eq!((new.epoch() == old.epoch(), other == digest), (false, false));
        assert_eq!(error(ring.secret("../acme")), KeyError::Name("../acme".to_owned()));
    }

    #[test]
    fn how_it_is_unlocked_must_be_said_once_and_clearly() {
        let with = |variables: &[(&str, &str)], file: Option<&Path>| {
            let look =
                |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
            Unlock::from_variables(look, file)
        };
        assert_eq!(error(with(&[], None)), KeyError::NoUnlock);
        assert_eq!(error(with(&[("VERHO_KEYRING_KEY", "")], None)), KeyError::NoUnlock);
        assert_eq!(error(with(&[("VERHO_KEYRING_KEY", "AGE-SECRET-KEY-1X")], None)), KeyError::NoIdentity);
        let both = [("VERHO_KEYRING_KEY", "a"), ("VERHO_KEYRING_PASSPHRASE", "b")];
        assert_eq!(error(with(&both, None)), KeyError::TwoUnlocks);

        let home = tempfile::tempdir().expect("a folder can be made");
        let file = home.path().join("identity");
        let made = Unlock::create_file(&file).map(AgeWrapper::new).unwrap_or_else(|error| panic!("{error}"));
        let read = with(&[], Some(&file)).map(AgeWrapper::new).unwrap_or_else(|error| panic!("{error}"));
        let (secret, wrapped) = made.make("acme").unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(read.open(&wrapped, "acme").expect("opens").epoch(), secret.epoch());
    }
}
