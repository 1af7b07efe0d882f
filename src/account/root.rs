//! Where an account's objects lie, as text and as a store.

use std::fmt;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use super::credentials::Credentials;
use super::file::FileStore;
use super::store::{Store, StoreError};

/// A folder, or a prefix in a bucket. Shown in one canonical form that ends with `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Root {
    /// An absolute folder without `.` and `..`.
    File(PathBuf),
    /// A bucket, and a prefix that is empty or ends with `/`.
    S3 { bucket: String, prefix: String },
}

/// Why a text is not a root.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RootError {
    #[error("root is empty")]
    Empty,
    #[error("unknown kind of root `{0}:`; known are s3://bucket/prefix/ and file:///path")]
    Scheme(String),
    #[error("`{0}` is not a bucket name; a root is written s3://bucket/prefix/")]
    Bucket(String),
    #[error("an S3 prefix has no empty part, `.` or `..`")]
    Prefix,
    #[error("a file root is written file:///absolute/path or file:relative/path, without `..` above `/`")]
    Path,
}

/// How a side's storage and keys are reached; nothing here is taken from the environment.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// The AWS account that must own what is touched.
    pub account: String,
    pub region: Option<String>,
    /// An S3-compatible server; none means AWS.
    pub endpoint: Option<String>,
    /// A KMS server of its own; none means `endpoint`, and where that is missing too, AWS.
    pub kms_endpoint: Option<String>,
    /// The same for IAM.
    pub iam_endpoint: Option<String>,
    /// The same for STS.
    pub sts_endpoint: Option<String>,
    pub credentials: Option<Credentials>,
    /// The full ARN of the key under which objects are written (SSE-KMS).
    pub kms_key: Option<String>,
    pub checksums: Checksums,
    /// Whom AWS's log names as the source of a session (SourceIdentity), where a role is taken.
    pub operator: Option<String>,
    /// `bucket/prefix` that a session reaches, where a role is taken; a store sets it to its root where it is not narrower.
    pub narrowed_to: Option<String>,
    /// Whether another process holds the credentials, and this one asks it.
    pub apart: bool,
    /// How slow a reply may come.
    pub pace: Pace,
}

/// So many bytes of an object must come in every so much time, or what is left of it; else it is asked for again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    pub bytes: u64,
    pub within: Duration,
    /// Until when an answer that holds no object must be whole.
    pub answer: Duration,
}

impl Default for Pace {
    /// Half a kilobyte a second: what a hundred replies at once get of half a megabit.
    fn default() -> Self {
        Pace { bytes: 16 << 10, within: Duration::from_secs(30), answer: Duration::from_secs(600) }
    }
}

/// When writes carry a CRC-64/NVME of the whole object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Checksums {
    #[default]
    Always,
    /// Only where S3 demands one: for servers that do not know the newer checksums.
    WhenRequired,
}

/// The part of AWS that a region belongs to, as ARNs name it.
#[cfg(feature = "s3")]
pub(crate) fn partition(region: Option<&str>) -> &'static str {
    match region.unwrap_or_default() {
        region if region.starts_with("cn-") => "aws-cn",
        region if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

impl FromStr for Checksums {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "always" => Ok(Checksums::Always),
            "when_required" => Ok(Checksums::WhenRequired),
            _ => Err("checksums are `always` or `when_required`".into()),
        }
    }
}

impl Root {
    /// Reads a root as a workspace in `workspace` (an absolute folder) writes it.
    ///
    /// # Errors
    /// Where the kind is unknown or the rest does not fit the kind.
    pub fn parse(text: &str, workspace: &Path) -> Result<Self, RootError> {
        match text.split_once(':') {
            _ if text.is_empty() => Err(RootError::Empty),
            Some(("s3", rest)) => bucket_and_prefix(rest),
            Some(("file", rest)) => folder(rest, workspace),
            Some((scheme, _)) => Err(RootError::Scheme(scheme.to_owned())),
            None => folder(text, workspace),
        }
    }

    /// The root one folder further down.
    pub fn below(&self, folder: &str) -> Root {
        match self {
            Root::File(path) => Root::File(path.join(folder)),
            Root::S3 { bucket, prefix } => Root::S3 { bucket: bucket.clone(), prefix: format!("{prefix}{folder}/") },
        }
    }

    /// Whether one of two roots lies in the other.
    pub fn overlaps(&self, other: &Root) -> bool {
        match (self, other) {
            (Root::File(left), Root::File(right)) => touch(left, right),
            _ => {
                let (left, right) = (self.to_string(), other.to_string());
                left.starts_with(&right) || right.starts_with(&left)
            }
        }
    }

    /// Opens the store below this root.
    ///
    /// # Errors
    /// Where a bucket is opened without a region or credentials, or by a build without S3.
    pub fn open(&self, access: &Access) -> Result<Box<dyn Store>, StoreError> {
        match self {
            Root::File(path) => Ok(Box::new(FileStore::open(path.clone())?)),
            #[cfg(feature = "s3")]
            Root::S3 { .. } if access.apart => Ok(Box::new(super::apart::FarStore::open(self)?)),
            Root::S3 { bucket, prefix } => open_bucket(bucket, prefix, access),
        }
    }
}

impl fmt::Display for Root {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Root::File(path) if path == Path::new("/") => write!(out, "file:///"),
            Root::File(path) => write!(out, "file://{}/", path.display()),
            Root::S3 { bucket, prefix } => write!(out, "s3://{bucket}/{prefix}"),
        }
    }
}

#[cfg(feature = "s3")]
fn open_bucket(bucket: &str, prefix: &str, access: &Access) -> Result<Box<dyn Store>, StoreError> {
    Ok(Box::new(super::s3::S3Store::open(bucket, prefix, access)?))
}

#[cfg(not(feature = "s3"))]
fn open_bucket(_bucket: &str, _prefix: &str, _access: &Access) -> Result<Box<dyn Store>, StoreError> {
    Err(StoreError::Other("this build knows no S3; build it with `--features s3`".into()))
}

fn bucket_and_prefix(rest: &str) -> Result<Root, RootError> {
    let rest = rest.strip_prefix("//").unwrap_or_default();
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    if !is_bucket_name(bucket) {
        return Err(RootError::Bucket(bucket.to_owned()));
    }
    let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
    if !prefix.is_empty() && prefix.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Err(RootError::Prefix);
    }
    let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
    Ok(Root::S3 { bucket: bucket.to_owned(), prefix })
}

/// The rules of S3 general purpose buckets, as far as one name alone shows them.
fn is_bucket_name(name: &str) -> bool {
    let plain = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    let ends = [name.as_bytes().first(), name.as_bytes().last()];
    (3..=63).contains(&name.len())
        && name.bytes().all(|letter| plain(letter) || matches!(letter, b'-' | b'.'))
        && ends.iter().all(|end| end.is_some_and(|&letter| plain(letter)))
}

fn folder(rest: &str, workspace: &Path) -> Result<Root, RootError> {
    let path = match rest.strip_prefix("//") {
        Some(path) if !path.starts_with('/') => return Err(RootError::Path),
        Some(path) => path,
        None => rest,
    };
    if path.is_empty() || path.contains('\0') {
        return Err(RootError::Path);
    }
    normal(&workspace.join(path)).map(Root::File)
}

/// Whether one of two files or folders is the other, or lies in it, by whatever links and mounts they are reached.
pub fn touch(left: &Path, right: &Path) -> bool {
    let (left, right) = (real(left), real(right));
    left.ancestors().any(|folder| is_same(folder, &right)) || right.ancestors().any(|folder| is_same(folder, &left))
}

/// The path without links, as far as it is there.
fn real(path: &Path) -> PathBuf {
    let there = path.ancestors().find_map(|part| Some((part.canonicalize().ok()?, path.strip_prefix(part).ok()?)));
    let whole = there.map_or_else(|| path.to_owned(), |(real, rest)| real.join(rest));
    normal(&whole).unwrap_or(whole)
}

/// A folder that is mounted twice has two paths, and is one all the same.
fn is_same(one: &Path, other: &Path) -> bool {
    let place = |path: &Path| path.metadata().map(|found| (found.dev(), found.ino()));
    one == other || place(one).is_ok_and(|one| place(other).is_ok_and(|other| one == other))
}

/// The path without `.` and `..`, taken as text: the folder may not be there yet.
fn normal(path: &Path) -> Result<PathBuf, RootError> {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if !normal.pop() => return Err(RootError::Path),
            Component::ParentDir => {}
            part => normal.push(part),
        }
    }
    if normal.is_absolute() { Ok(normal) } else { Err(RootError::Path) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Result<String, RootError> {
        Root::parse(text, Path::new("/srv/space")).map(|root| root.to_string())
    }

    #[test]
    fn every_spelling_has_one_canonical_form() {
        let cases = [
            ("file:///data/x", "file:///data/x/"),
            ("file:///data//x/./", "file:///data/x/"),
            ("file:///", "file:///"),
            ("file:prod", "file:///srv/space/prod/"),
            ("./prod/", "file:///srv/space/prod/"),
            ("../prod", "file:///srv/prod/"),
            ("/data", "file:///data/"),
            ("s3://acme-data", "s3://acme-data/"),
            ("s3://acme-data/acme/x", "s3://acme-data/acme/x/"),
        ];
        for (text, canonical) in cases {
            assert_eq!(shown(text).as_deref(), Ok(canonical), "{text}");
            assert_eq!(shown(canonical).as_deref(), Ok(canonical), "{text}");
        }
    }

    #[test]
    fn places_touch_by_whatever_path_they_are_reached() {
        let home = tempfile::tempdir().expect("a folder");
        let at = |name: &str| home.path().join(name);
        std::fs::create_dir_all(at("production/acme")).expect("folders");
        std::os::unix::fs::symlink("production", at("test")).expect("a link");
        std::os::unix::fs::symlink(at("production/acme"), at("deep")).expect("a link");
        for (left, right) in [
            ("test", "production"),
            ("test/not/there", "production"),
            ("deep/x", "production"),
            ("production/x", "test/x/y"),
            ("not/../production", "production/acme"),
        ] {
            assert!(touch(&at(left), &at(right)) && touch(&at(right), &at(left)), "{left} and {right}");
        }
        for (left, right) in [("production", "productions"), ("deep", "production/x"), ("not/there", "not/here")] {
            assert!(!touch(&at(left), &at(right)) && !touch(&at(right), &at(left)), "{left} and {right}");
        }
    }

    #[test]
    fn what_is_no_root_is_refused() {
        assert_eq!(shown(""), Err(RootError::Empty));
        assert_eq!(shown("gs://x/"), Err(RootError::Scheme("gs".into())));
        for text in ["s3:", "s3:/acme", "s3://", "s3://Acme/x", "s3://ab", "s3://-abc"] {
            assert!(matches!(shown(text), Err(RootError::Bucket(_))), "{text}");
        }
        for text in ["s3://acme//x", "s3://acme/../x", "s3://acme/x//"] {
            assert_eq!(shown(text), Err(RootError::Prefix), "{text}");
        }
        for text in ["file:", "file://host/x", "file:///../x"] {
            assert_eq!(shown(text), Err(RootError::Path), "{text}");
        }
    }
}
