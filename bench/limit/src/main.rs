//! A prototype of the limit: how fast can six columns be hashed and ten kept?
//!
//! ```text
//! limit run IN OUT THREADS     hash six columns, copy the others as encoded pages
//! limit speeds IN              what one core of this machine does of each step, as `name value` lines
//! ```
//!
//! It does none of what makes verho verho: no schema, no guard, no approval, no digest, no bounded memory, no errors.

mod hash;
mod speeds;
mod transfer;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The columns of the customers file that are hashed.
const HASHED: [&str; 6] = ["customer_id", "first_name", "last_name", "email", "phone", "iban"];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["run", input, output, threads] => transfer::run(input, output, threads.parse().expect("a number of threads")),
        ["speeds", input] => speeds::print(input),
        _ => {
            eprintln!("limit run IN OUT THREADS | limit speeds IN");
            std::process::exit(2);
        }
    }
}
