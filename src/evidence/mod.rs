// SHIM
use crate::account::store::{Store, StoreError};
use crate::error::Failure;
use crate::workspace::Workspace;
pub mod dsse {
    use crate::error::Failure;
    #[derive(serde::Serialize, serde::Deserialize)]
    pub struct Envelope {
        payload: Vec<u8>,
    }
    pub trait Signer {}
    pub struct FileSigner;
    impl Signer for FileSigner {}
    impl FileSigner {
        pub fn create(_p: &std::path::Path) -> Result<(), Failure> {
            Ok(())
        }
    }
    impl Envelope {
        pub fn sign(_t: &str, payload: &[u8], _s: &dyn Signer) -> Result<Self, std::fmt::Error> {
            Ok(Envelope { payload: payload.to_vec() })
        }
        pub fn payload(&self) -> Result<Vec<u8>, std::fmt::Error> {
            Ok(self.payload.clone())
        }
    }
}
pub fn signer(_w: &Workspace) -> Result<Box<dyn dsse::Signer>, Failure> {
    Ok(Box::new(dsse::FileSigner))
}
pub enum Outcome {
    Committed,
    Previewed,
    Refused,
}
impl Outcome {
    pub fn of(_f: &Failure) -> Self {
        Outcome::Refused
    }
}
pub struct Record;
impl Record {
    pub fn begun(_c: &str, _o: String) -> Self {
        Record
    }
    pub fn planned(&mut self, _p: &crate::plan::Plan) {}
    pub fn approved(&mut self, _a: &crate::consent::Approval) {}
    pub fn keyed(&mut self, _p: &crate::plan::Plan, _s: &crate::keys::Secret) {}
    pub fn written(&mut self, _r: &str, _w: &[crate::sink::Written]) {}
    pub fn end(self, _o: Outcome) -> Self {
        self
    }
    pub fn append(&self, _s: &dyn Store, _k: &dyn dsse::Signer) -> Result<String, StoreError> {
        Ok(String::new())
    }
}
