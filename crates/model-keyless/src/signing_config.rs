use std::error;
use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use sigstore_sign::trust_root::{
    ServiceConfiguration, ServiceEndpoint, ServiceSelector, SigningConfig,
};

use crate::{Endpoint, EndpointError, LogVersion, Services};

/// Bytes of a signing configuration. The public-good one has 1.2 KiB.
const MOST: usize = 1 << 20;

/// The kinds of service that a signing configuration names.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Service {
    /// A certificate authority, Fulcio.
    CertificateAuthority,
    /// A transparency log, Rekor.
    Log,
    /// A timestamp authority, RFC 3161.
    TimestampAuthority,
}

/// Why a signing configuration cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SigningConfigError {
    /// It has more bytes than any configuration needs.
    #[error("the signing configuration has {length} bytes, more than {limit}")]
    TooLarge {
        /// How many bytes there are.
        length: usize,
        /// How many are read.
        limit: usize,
    },
    /// The bytes are not UTF-8.
    #[error("the signing configuration is not UTF-8")]
    NotUtf8,
    /// It is not JSON of the media type `application/vnd.dev.sigstore.signingconfig.v0.2+json`.
    #[error("not a signing configuration of version 0.2")]
    Malformed {
        /// What the parser says.
        source: Box<dyn error::Error + Send + Sync>,
    },
    /// No service of this kind is valid at the time given and speaks a version that is known here.
    #[error("the signing configuration has no {service} for this time")]
    Missing {
        /// What is missing.
        service: Service,
    },
    /// It wants a signature to be sent to several services of one kind, or does not say how many.
    #[error("the signing configuration asks for more than one {service}")]
    Several {
        /// What it wants several of.
        service: Service,
    },
    /// The URL of a service is not one.
    #[error("the signing configuration has a {service} that cannot be asked")]
    Url {
        /// Of which service.
        service: Service,
        /// What is wrong with the URL.
        source: EndpointError,
    },
    /// The log needs a timestamp authority beside it, and none is named.
    #[error("Rekor v2 needs a timestamp authority, and the signing configuration has none")]
    NoTime,
}

pub(crate) fn public_good() -> Services {
    /// These three are constants that a test reads.
    #[expect(clippy::expect_used, reason = "a test parses these three constants")]
    fn known(url: &str) -> Endpoint {
        Endpoint::parse(url).expect("a URL")
    }
    Services::new(
        known("https://fulcio.sigstore.dev"),
        known("https://rekor.sigstore.dev"),
    )
    .with_timestamps(known("https://timestamp.sigstore.dev/api/v1/timestamp"))
}

pub(crate) fn read(json: &[u8], at: SystemTime) -> Result<Services, SigningConfigError> {
    if json.len() > MOST {
        return Err(SigningConfigError::TooLarge {
            length: json.len(),
            limit: MOST,
        });
    }
    let text = std::str::from_utf8(json).map_err(|_| SigningConfigError::NotUtf8)?;
    let config = SigningConfig::from_json(text).map_err(|error| SigningConfigError::Malformed {
        source: Box::new(error),
    })?;

    let fulcio = valid(&config.ca_urls, &[1], at);
    let mut logs = valid(&config.rekor_tlog_urls, &[1, 2], at);
    logs.sort_by_key(|log| std::cmp::Reverse(log.major_api_version));
    let authorities = valid(&config.tsa_urls, &[1], at);

    let fulcio = first(&fulcio, Service::CertificateAuthority)?;
    one_is_enough(&config.rekor_tlog_config, &logs, Service::Log)?;
    let log = first(&logs, Service::Log)?;
    let version = match log.major_api_version {
        1 => LogVersion::V1,
        _ => LogVersion::V2,
    };
    let services = Services::new(
        endpoint(fulcio, Service::CertificateAuthority)?,
        endpoint(log, Service::Log)?,
    )
    .with_log(endpoint(log, Service::Log)?, version);

    // An instance without timestamps is one whose log signs the time of its entries. One that lists
    // authorities wants a timestamp, and then none that is valid is a fault.
    if config.tsa_urls.is_empty() {
        return match version {
            LogVersion::V1 => Ok(services),
            LogVersion::V2 => Err(SigningConfigError::NoTime),
        };
    }
    one_is_enough(
        &config.tsa_config,
        &authorities,
        Service::TimestampAuthority,
    )?;
    let authority = first(&authorities, Service::TimestampAuthority)?;
    Ok(services.with_timestamps(endpoint(authority, Service::TimestampAuthority)?))
}

/// Lists the services that speak one of the versions and are valid at the time, in the order of the file.
fn valid<'a>(
    all: &'a [ServiceEndpoint],
    versions: &[u32],
    at: SystemTime,
) -> Vec<&'a ServiceEndpoint> {
    let at = milliseconds(at);
    all.iter()
        .filter(|service| versions.contains(&service.major_api_version))
        .filter(|service| service.valid_for.start.as_millisecond() <= at)
        .filter(|service| {
            let end = service.valid_for.end;
            end.is_none_or(|end| at <= end.as_millisecond())
        })
        .collect()
}

/// Holds the demands of the configuration against what is done here: one service of each kind is asked.
fn one_is_enough(
    wanted: &ServiceConfiguration,
    services: &[&ServiceEndpoint],
    service: Service,
) -> Result<(), SigningConfigError> {
    let operators = || services.iter().map(|service| service.operator.as_deref());
    let one = match wanted.selector {
        ServiceSelector::Any => true,
        ServiceSelector::Exact => wanted.count == Some(1),
        // All operators have to be asked; the services of one operator stand for each other.
        ServiceSelector::All => match operators().next() {
            None => true,
            Some(None) => services.len() == 1,
            Some(first) => operators().all(|operator| operator == first),
        },
        _ => false,
    };
    if one {
        Ok(())
    } else {
        Err(SigningConfigError::Several { service })
    }
}

fn first<'a>(
    services: &[&'a ServiceEndpoint],
    service: Service,
) -> Result<&'a ServiceEndpoint, SigningConfigError> {
    let first = services.first().copied();
    first.ok_or(SigningConfigError::Missing { service })
}

fn endpoint(found: &ServiceEndpoint, service: Service) -> Result<Endpoint, SigningConfigError> {
    Endpoint::parse(&found.url).map_err(|source| SigningConfigError::Url { service, source })
}

fn milliseconds(at: SystemTime) -> i64 {
    match at.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_millis())
            .map_or(i64::MIN, |milliseconds| milliseconds.saturating_neg()),
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::CertificateAuthority => "certificate authority",
            Self::Log => "transparency log",
            Self::TimestampAuthority => "timestamp authority",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::*;

    /// 2026-01-01.
    fn at() -> SystemTime {
        UNIX_EPOCH
            .checked_add(Duration::from_secs(1_767_225_600))
            .unwrap()
    }

    fn service(url: &str, version: u32) -> Value {
        json!({ "url": url, "majorApiVersion": version, "operator": "a", "validFor": { "start": "2025-01-01T00:00:00Z" } })
    }

    fn config() -> Value {
        json!({
            "mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
            "caUrls": [service("https://fulcio.example", 1)],
            "rekorTlogUrls": [service("https://v1.example", 1), service("https://v2.example", 2)],
            "tsaUrls": [service("https://tsa.example/ts", 1)],
            "rekorTlogConfig": { "selector": "ANY" },
            "tsaConfig": { "selector": "ANY" },
        })
    }

    fn services(config: &Value) -> Result<Services, SigningConfigError> {
        read(config.to_string().as_bytes(), at())
    }

    #[test]
    fn the_public_good_instance_is_the_one_that_its_own_configuration_names() {
        let known = sigstore_sign::trust_root::SIGSTORE_PRODUCTION_SIGNING_CONFIG;
        assert_eq!(read(known.as_bytes(), at()).unwrap(), public_good());
    }

    #[test]
    fn the_log_of_the_highest_generation_is_taken() {
        let services = services(&config()).unwrap();
        assert_eq!(services.log().host(), "v2.example");
        assert_eq!(services.log_version(), LogVersion::V2);
        assert_eq!(
            services.timestamps().unwrap().to_string(),
            "https://tsa.example/ts"
        );
    }

    #[test]
    fn what_is_not_valid_yet_or_any_more_is_passed_over() {
        let mut later = config();
        later["rekorTlogUrls"][1]["validFor"]["start"] = json!("2026-01-01T00:00:00.001Z");
        assert_eq!(services(&later).unwrap().log().host(), "v1.example");
        let mut over = config();
        over["rekorTlogUrls"][1]["validFor"]["end"] = json!("2025-12-31T23:59:59Z");
        assert_eq!(services(&over).unwrap().log().host(), "v1.example");
        let mut to_the_moment = config();
        to_the_moment["rekorTlogUrls"][1]["validFor"]["end"] = json!("2026-01-01T00:00:00Z");
        assert_eq!(services(&to_the_moment).unwrap().log().host(), "v2.example");
    }

    #[test]
    fn a_missing_service_is_named() {
        for (list, missing) in [
            ("caUrls", Service::CertificateAuthority),
            ("rekorTlogUrls", Service::Log),
        ] {
            let mut without = config();
            without[list] = json!([]);
            let error = services(&without).unwrap_err();
            assert!(matches!(error, SigningConfigError::Missing { service } if service == missing));
        }
        let mut without = config();
        without["tsaUrls"] = json!([]);
        assert!(matches!(
            services(&without),
            Err(SigningConfigError::NoTime)
        ));
        without["rekorTlogUrls"] = json!([service("https://v1.example", 1)]);
        assert_eq!(services(&without).unwrap().timestamps(), None);
    }

    #[test]
    fn a_demand_for_several_services_is_refused_and_not_reduced() {
        for (key, wanted) in [
            ("rekorTlogConfig", Service::Log),
            ("tsaConfig", Service::TimestampAuthority),
        ] {
            for demand in [
                json!({ "selector": "EXACT", "count": 2 }),
                json!({ "selector": "EXACT" }),
                json!({ "selector": "SERVICE_SELECTOR_UNDEFINED" }),
            ] {
                let mut several = config();
                several[key] = demand;
                let error = services(&several).unwrap_err();
                assert!(
                    matches!(error, SigningConfigError::Several { service } if service == wanted)
                );
            }
            let mut one = config();
            one[key] = json!({ "selector": "EXACT", "count": 1 });
            assert!(services(&one).is_ok());
        }
        let mut all = config();
        all["rekorTlogConfig"] = json!({ "selector": "ALL" });
        assert!(services(&all).is_ok());
        all["rekorTlogUrls"][1]["operator"] = json!("b");
        assert!(services(&all).is_err());
    }

    #[test]
    fn a_service_on_plain_http_elsewhere_is_refused() {
        let mut plain = config();
        plain["caUrls"][0]["url"] = json!("http://fulcio.example");
        let error = services(&plain).unwrap_err();
        assert!(matches!(
            error,
            SigningConfigError::Url {
                source: EndpointError::NotSecure,
                ..
            }
        ));
    }

    #[test]
    fn what_is_no_configuration_is_refused() {
        assert!(matches!(
            read(b"\xff", at()),
            Err(SigningConfigError::NotUtf8)
        ));
        assert!(matches!(
            read(b"[", at()),
            Err(SigningConfigError::Malformed { .. })
        ));
        let mut other = config();
        other["mediaType"] = json!("application/vnd.dev.sigstore.signingconfig.v0.3+json");
        assert!(matches!(
            services(&other),
            Err(SigningConfigError::Malformed { .. })
        ));
        let large = vec![b' '; MOST + 1];
        assert!(matches!(
            read(&large, at()),
            Err(SigningConfigError::TooLarge { .. })
        ));
    }
}
