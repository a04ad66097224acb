//! The files that keys and passphrases are read from.

use std::env;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use clap::Args;
use weighbridge::sign::key::{KeyError, KeyErrorKind, PrivateKey, PublicKey};
use zeroize::Zeroizing;

use crate::failure::{Failure, quoted};
use crate::output::destination::warn;

/// The largest file of a key that is read, in bytes, which is also what the library reads at most.
const KEY_BYTES: usize = 64 * 1024;

/// The longest passphrase, in bytes. It is hashed to 64 bytes before it is used, so that a longer one is most
/// probably the wrong file.
const PASSPHRASE_BYTES: usize = 1024;

/// Where the passphrase of a private key comes from. The command line itself is no place for it: other users see
/// it there.
#[derive(Debug, Args)]
#[group(id = "passphrase", multiple = false)]
pub(crate) struct Passphrase {
    /// Take the passphrase of the private key from the first line of this file
    #[arg(long, value_name = "FILE", help_heading = "Passphrase")]
    pub(crate) passphrase_file: Option<PathBuf>,

    /// Take the passphrase of the private key from this environment variable
    #[arg(long, value_name = "NAME", help_heading = "Passphrase")]
    pub(crate) passphrase_env: Option<String>,
}

impl Passphrase {
    /// Reads the passphrase, if one was named.
    pub(crate) fn read(&self) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
        let (passphrase, place) = if let Some(path) = &self.passphrase_file {
            (first_line(path)?, quoted(path))
        } else if let Some(name) = &self.passphrase_env {
            let place = format!("the environment variable {}", quoted(Path::new(name)));
            if name.is_empty() || name.contains(['=', '\0']) {
                return Err(Failure::usage(format!("{place} cannot exist")));
            }
            let value = env::var_os(name);
            let value = value.ok_or_else(|| Failure::usage(format!("{place} is not set")))?;
            (Zeroizing::new(value.into_encoded_bytes()), place)
        } else {
            return Ok(None);
        };
        if passphrase.is_empty() {
            return Err(Failure::usage(format!(
                "the passphrase in {place} is empty"
            )));
        }
        if passphrase.len() > PASSPHRASE_BYTES {
            return Err(Failure::usage(format!(
                "the passphrase in {place} has more than {PASSPHRASE_BYTES} bytes"
            )));
        }
        Ok(Some(passphrase))
    }
}

/// Reads a private key, and warns if others can read it too.
pub(crate) fn private(path: &Path, passphrase: &Passphrase) -> Result<PrivateKey, Failure> {
    let passphrase = passphrase.read()?;
    let text = read(path, KEY_BYTES, Secrecy::Secret)?;
    PrivateKey::from_pem(
        &text,
        passphrase.as_ref().map(|passphrase| passphrase.as_slice()),
    )
    .map_err(|error| unusable(path, &error))
}

/// Reads a public key.
pub(crate) fn public(path: &Path) -> Result<PublicKey, Failure> {
    let text = read(path, KEY_BYTES, Secrecy::Public)?;
    PublicKey::from_pem(&text).map_err(|error| unusable(path, &error))
}

fn unusable(path: &Path, error: &KeyError) -> Failure {
    let advice = match error.kind() {
        KeyErrorKind::PassphraseMissing => ", see --passphrase-file and --passphrase-env",
        _ => "",
    };
    Failure::failed(format!(
        "cannot use the key {}: {error}{advice}",
        quoted(path)
    ))
}

/// Whether what a file holds is to be kept from others.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Secrecy {
    Public,
    Secret,
}

/// Reads a file whole. A key may come out of a pipe, such as one that a shell puts in the place of a command, so
/// that this is no file that is held.
fn read(path: &Path, limit: usize, secrecy: Secrecy) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Failure::usage(format!("{} does not exist", quoted(path))),
        _ => Failure::failed(format!("cannot read {}: {error}", quoted(path))),
    };
    let file = File::open(path).map_err(failed)?;
    if secrecy == Secrecy::Secret && is_readable_by_others(&file) {
        warn(&format!(
            "{} can be read by others, and holds a secret",
            quoted(path)
        ));
    }
    // One byte more than there may be, and as large as it gets, since a vector that grows leaves copies behind.
    let room = limit.saturating_add(1);
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    let room = u64::try_from(room).unwrap_or(u64::MAX);
    file.take(room).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() > limit {
        return Err(Failure::failed(format!(
            "{} has more than the {limit} bytes that are read of it",
            quoted(path)
        )));
    }
    Ok(bytes)
}

fn first_line(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let text = read(path, KEY_BYTES, Secrecy::Secret)?;
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    Ok(Zeroizing::new(line.to_vec()))
}

#[cfg(unix)]
fn is_readable_by_others(file: &File) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    file.metadata()
        .is_ok_and(|metadata| metadata.is_file() && metadata.mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_readable_by_others(_: &File) -> bool {
    false
}
