//! Makes the table of names and words of `src/detect/person/lexicon`, so that no process has to.

use std::path::PathBuf;

// The modules that make it are the program's own; what else is in them is used there.
#[allow(dead_code)]
#[path = "src/detect"]
mod detect {
    pub mod text {
        mod eight;
        mod hash;
        pub use eight::CASE;
        pub use hash::{hash_by, hash_of_plain};
    }
    pub mod person {
        pub mod plain;
        pub mod roles;
        pub mod lexicon {
            mod entry;
            pub mod lists;
        }
    }
}

fn main() -> std::io::Result<()> {
    // All that the table is made of is compiled into this script.
    println!("cargo::rerun-if-changed=build.rs");
    let folder =
        PathBuf::from(std::env::var_os("OUT_DIR").ok_or_else(|| std::io::Error::other("cargo runs this script"))?);
    let [slots, bits] = detect::person::lexicon::lists::Made::of_lists().into_bytes();
    std::fs::write(folder.join("lexicon.slots"), slots)?;
    std::fs::write(folder.join("lexicon.bits"), bits)
}
