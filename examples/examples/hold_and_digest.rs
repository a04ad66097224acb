//! Prints the SHA-256 digest of every file below a folder, each opened once, and says what could not be read.
//!
//! ```console
//! $ cargo run -p weighbridge-examples --example hold_and_digest -- testdata
//! ```
#![expect(clippy::print_stdout, reason = "the example shows its result")]

use std::env;
use std::error::Error;
use std::process::ExitCode;

use weighbridge::digest::{Algorithm, Digest};
use weighbridge::hold::{Held, Item, Links, Options, Root, WalkLimits, guard_truncation};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    // A file that somebody truncates while it is mapped would end the process otherwise.
    guard_truncation()?;

    let path = env::args_os().nth(1).unwrap_or_else(|| ".".into());
    let options = Options::default().with_links(Links::WithinCache);
    let root = Root::open_with(path, &options)?;
    let mut complete = true;
    for item in root.walk(&WalkLimits::default()) {
        match item {
            Item::File(entry) => {
                let line = match root.open_file(&entry.path).map(digest) {
                    Ok(Ok(digest)) => digest.to_string(),
                    Ok(Err(error)) => {
                        complete = false;
                        error.to_string()
                    }
                    Err(error) => {
                        complete = false;
                        error.to_string()
                    }
                };
                println!("{line}  {:?}", entry.path);
            }
            Item::Repeat(repeat) => println!("{:?} is {:?} again", repeat.path, repeat.first),
            Item::Problem(error) => {
                complete = false;
                println!("not read: {error}");
            }
        }
    }
    Ok(if complete {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(2)
    })
}

/// Takes the digest of a held file, and fails if the file was no longer the one that was opened.
fn digest(held: Held) -> Result<Digest, Box<dyn Error>> {
    let mapped = held.map()?;
    let digest = Digest::of_source(Algorithm::Sha256, &mapped)?;
    if mapped.was_truncated()? {
        return Err("was truncated while it was read".into());
    }
    match held.changed()? {
        None => Ok(digest),
        Some(change) => Err(change.to_string().into()),
    }
}
