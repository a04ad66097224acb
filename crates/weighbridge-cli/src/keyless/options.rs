use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::{Duration, SystemTime};

use weighbridge::findings::escape;
use weighbridge::keyless::{Endpoint, Limits, LogVersion, Options, Services};

use super::KeylessOptions;
use super::arguments::RekorVersion;
use crate::failure::{Failure, quoted};
use crate::scan::is_stdin;

/// Bytes of a signing configuration, and of a file of certificate authorities, that are read.
const CONFIGURATION: u64 = 1 << 20;

/// Finds out which services are asked: those of a configuration or of the public-good instance, and instead of
/// each of them the one that has an option of its own.
pub(super) fn services(arguments: &KeylessOptions, at: SystemTime) -> Result<Services, Failure> {
    let mut services = match &arguments.signing_config {
        Some(path) => {
            let json = read(path, CONFIGURATION)?;
            Services::from_signing_config(&json, at).map_err(|error| {
                Failure::failed(format!("{}: {}", quoted(path), escape(&error.to_string())))
            })?
        }
        None => Services::public_good(),
    };
    if let Some(url) = &arguments.fulcio_url {
        services = services.with_fulcio(endpoint("--fulcio-url", url)?);
    }
    if let Some(url) = &arguments.rekor_url {
        let version = match arguments.rekor_version {
            Some(RekorVersion::V2) => LogVersion::V2,
            Some(RekorVersion::V1) | None => LogVersion::V1,
        };
        services = services.with_log(endpoint("--rekor-url", url)?, version);
    }
    match arguments.timestamp_url.as_deref() {
        Some("none") => services = services.without_timestamps(),
        Some(url) => services = services.with_timestamps(endpoint("--timestamp-url", url)?),
        // The public-good authority does not stamp for an instance of one's own, and need not see what it signs.
        None if is_own(arguments) => services = services.without_timestamps(),
        None => {}
    }
    Ok(services)
}

/// Says whether Fulcio or Rekor were named one by one.
const fn is_own(arguments: &KeylessOptions) -> bool {
    arguments.signing_config.is_none()
        && (arguments.fulcio_url.is_some() || arguments.rekor_url.is_some())
}

pub(super) fn options(arguments: &KeylessOptions) -> Result<Options, Failure> {
    let time = Duration::from_secs(arguments.timeout);
    let limits = Limits::default().with_request_time(time);
    let mut options = Options::default().with_limits(limits);
    if let Some(path) = &arguments.tls_ca {
        let pem = read(path, CONFIGURATION)?;
        options = options
            .with_tls_roots(&pem)
            .map_err(|error| Failure::failed(format!("{}: {error}", quoted(path))))?;
    }
    if let Some(url) = &arguments.proxy {
        options = options.with_proxy(endpoint("--proxy", url)?);
    }
    Ok(options)
}

/// Reads the URL that an option has.
pub(super) fn endpoint(option: &str, url: &str) -> Result<Endpoint, Failure> {
    Endpoint::parse(url)
        .map_err(|error| Failure::usage(format!("{option} `{}`: {error}", escape(url))))
}

/// Reads a small file whole; it may be a pipe, or standard input.
pub(super) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
    if is_stdin(path) {
        return bounded(io::stdin().lock(), "standard input", limit);
    }
    let file = File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Failure::usage(format!("{} does not exist", quoted(path))),
        _ => Failure::failed(format!("cannot read {}: {error}", quoted(path))),
    })?;
    bounded(file, &quoted(path), limit)
}

fn bounded(input: impl Read, place: &str, limit: u64) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = input.take(limit.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|error| Failure::failed(format!("cannot read {place}: {error}")))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= limit) {
        Ok(bytes)
    } else {
        Err(Failure::failed(format!(
            "{place} has more than the {limit} bytes that are read of it"
        )))
    }
}
