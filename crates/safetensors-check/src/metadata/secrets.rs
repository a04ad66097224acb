//! Keys and tokens, by the shapes that those who give them out have published.

use memchr::memmem;

use crate::code::head;

/// Matches of one shape that are looked at in one text.
const MATCHES: usize = 64;

/// Characters of a URL in which a password is looked for.
const AUTHORITY: usize = 1024;

/// What is told of a secret: never the secret itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Secret {
    /// What it is, with its article.
    pub(super) kind: &'static str,
    /// Where it begins in the text, in bytes.
    pub(super) at: usize,
    /// Whether its own checksum holds, or its shape leaves no doubt.
    pub(super) certain: bool,
}

/// A token: what it begins with, how many characters follow and of which kind.
struct Shape {
    kind: &'static str,
    prefix: &'static str,
    length: core::ops::RangeInclusive<usize>,
    fits: fn(u8) -> bool,
}

const fn alphanumeric(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

const fn wordlike(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

const fn dotted(byte: u8) -> bool {
    wordlike(byte) || byte == b'.'
}

const fn base32(byte: u8) -> bool {
    matches!(byte, b'A'..=b'Z' | b'2'..=b'7')
}

const SHAPES: [Shape; 24] = [
    shape("an AWS access key", "AKIA", 16..=16, base32),
    shape("an AWS access key", "ASIA", 16..=16, base32),
    shape("a GitHub token", "ghp_", 36..=255, alphanumeric),
    shape("a GitHub token", "gho_", 36..=255, alphanumeric),
    shape("a GitHub token", "ghu_", 36..=255, alphanumeric),
    shape("a GitHub token", "ghs_", 36..=255, alphanumeric),
    shape("a GitHub token", "ghr_", 36..=255, alphanumeric),
    shape("a GitHub token", "github_pat_", 50..=255, wordlike),
    shape("a Hugging Face token", "hf_", 30..=40, alphanumeric),
    shape("a Hugging Face token", "api_org_", 30..=40, alphanumeric),
    shape("an Anthropic key", "sk-ant-", 24..=200, wordlike),
    shape("an OpenAI key", "sk-proj-", 24..=255, wordlike),
    shape("an OpenAI key", "sk-svcacct-", 24..=255, wordlike),
    shape("an OpenAI key", "sk-", 40..=64, alphanumeric),
    shape("a Slack token", "xoxb-", 20..=255, wordlike),
    shape("a Slack token", "xoxp-", 20..=255, wordlike),
    shape("a Slack token", "xoxa-", 20..=255, wordlike),
    shape("a Slack token", "xapp-", 20..=255, wordlike),
    shape("a Google key", "AIza", 35..=35, wordlike),
    shape("a GitLab token", "glpat-", 20..=64, dotted),
    shape("an npm token", "npm_", 36..=36, alphanumeric),
    shape("a PyPI token", "pypi-AgEIcHlwaS5vcmc", 50..=400, wordlike),
    shape("a Stripe key", "sk_live_", 24..=128, alphanumeric),
    shape("a SendGrid key", "SG.", 60..=70, dotted),
];

const fn shape(
    kind: &'static str,
    prefix: &'static str,
    length: core::ops::RangeInclusive<usize>,
    fits: fn(u8) -> bool,
) -> Shape {
    Shape {
        kind,
        prefix,
        length,
        fits,
    }
}

/// Fields whose value is secret if it is given as a text.
const FIELDS: [&str; 14] = [
    "api_key",
    "apikey",
    "access_token",
    "auth_token",
    "hf_token",
    "client_secret",
    "secret_key",
    "secret_access_key",
    "private_key",
    "password",
    "passwd",
    "passphrase",
    "wandb_key",
    "authorization",
];

/// Returns the first secret of a text.
pub(super) fn secret(text: &str) -> Option<Secret> {
    private_key(text)
        .or_else(|| SHAPES.iter().find_map(|shape| shaped(text, shape)))
        .or_else(|| webhook(text))
        .or_else(|| web_token(text))
        .or_else(|| in_url(text))
        .or_else(|| assigned(text))
}

/// Says whether the value of a field of this name is secret.
pub(super) fn is_secret(field: &str, value: &str) -> bool {
    let field = field.to_ascii_lowercase();
    FIELDS.iter().any(|known| field.ends_with(known)) && is_given(value)
}

fn private_key(text: &str) -> Option<Secret> {
    for at in memmem::find_iter(text.as_bytes(), b"-----BEGIN ").take(MATCHES) {
        let rest = text.get(at.saturating_add(11)..)?;
        let Some((label, body)) = rest.split_once("-----") else {
            continue;
        };
        let is_key = label.ends_with("PRIVATE KEY") || label == "PGP PRIVATE KEY BLOCK";
        let digits = body
            .bytes()
            .take_while(|byte| {
                byte.is_ascii_alphanumeric()
                    || matches!(
                        byte,
                        b'+' | b'/' | b'=' | b'\n' | b'\r' | b'\\' | b' ' | b':' | b'-' | b','
                    )
            })
            .filter(u8::is_ascii_alphanumeric)
            .count();
        if is_key && digits >= 40 {
            return Some(Secret {
                kind: "a private key",
                at,
                certain: true,
            });
        }
    }
    None
}

fn shaped(text: &str, shape: &Shape) -> Option<Secret> {
    let bytes = text.as_bytes();
    memmem::find_iter(bytes, shape.prefix.as_bytes())
        .take(MATCHES)
        .find_map(|at| {
            let before = at.checked_sub(1).and_then(|at| bytes.get(at));
            if before.is_some_and(|byte| wordlike(*byte)) {
                return None;
            }
            let rest = bytes.get(at.checked_add(shape.prefix.len())?..)?;
            let token = rest
                .split(|byte| !(shape.fits)(*byte))
                .next()
                .unwrap_or_default();
            let ends = rest.get(token.len()).is_none_or(|byte| !wordlike(*byte));
            if !ends || !shape.length.contains(&token.len()) || !is_random(token) {
                return None;
            }
            Some(Secret {
                kind: shape.kind,
                at,
                certain: !shape.kind.ends_with("GitHub token") || checksum(token),
            })
        })
}

/// Says whether the last six characters of a GitHub token are the CRC-32 of those before, in base 62.
fn checksum(token: &[u8]) -> bool {
    let Some((random, check)) = token.len().checked_sub(6).map(|at| token.split_at(at)) else {
        return false;
    };
    let mut crc = u32::MAX;
    for byte in random {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = crc >> 1 ^ 0xedb8_8320 & (crc & 1).wrapping_neg();
        }
    }
    let mut left = !crc;
    check.iter().rev().all(|digit| {
        let value = match digit {
            b'0'..=b'9' => digit.wrapping_sub(b'0'),
            b'A'..=b'Z' => digit.wrapping_sub(b'A').wrapping_add(10),
            _ => digit.wrapping_sub(b'a').wrapping_add(36),
        };
        let same = left.checked_rem(62) == Some(u32::from(value));
        left = left.checked_div(62).unwrap_or(0);
        same
    })
}

fn webhook(text: &str) -> Option<Secret> {
    let at = memmem::find(text.as_bytes(), b"hooks.slack.com/services/T")?;
    let path = text.get(at..)?.get(25..)?;
    let token = path.split(|c: char| !c.is_ascii_alphanumeric()).nth(2)?;
    (token.len() >= 16 && is_random(token.as_bytes())).then_some(Secret {
        kind: "the address of a Slack hook",
        at,
        certain: true,
    })
}

/// Looks for a JSON web token: three parts in base64, the first an object that names an algorithm.
fn web_token(text: &str) -> Option<Secret> {
    let bytes = text.as_bytes();
    memmem::find_iter(bytes, b"eyJ")
        .take(MATCHES)
        .find_map(|at| {
            let token = bytes.get(at..)?.split(|byte| !dotted(*byte)).next()?;
            let mut parts = token.split(|byte| *byte == b'.');
            let (head, claims, signature) = (parts.next()?, parts.next()?, parts.next()?);
            let fits = parts.next().is_none()
                && head.len() >= 20
                && claims.starts_with(b"eyJ")
                && signature.len() >= 20;
            let decoded = super::base64::decoded(std::str::from_utf8(head).ok()?).next()?;
            (fits && memmem::find(&decoded, b"\"alg\"").is_some()).then_some(Secret {
                kind: "a web token",
                at,
                certain: true,
            })
        })
}

/// Looks for a URL with a password.
fn in_url(text: &str) -> Option<Secret> {
    memmem::find_iter(text.as_bytes(), b"://")
        .take(MATCHES)
        .find_map(|at| {
            let rest = text.get(at.saturating_add(3)..)?;
            let rest = head(rest, AUTHORITY);
            let authority = rest
                .split(|c: char| {
                    c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '\'' | '<' | '\\')
                })
                .next()?;
            let (user, _) = authority.rsplit_once('@')?;
            let (name, password) = user.split_once(':')?;
            (!name.contains(['{', '$']) && is_given(password)).then_some(Secret {
                kind: "a URL with a password",
                at,
                certain: true,
            })
        })
}

/// Looks for a field of that kind that is given a text: `"api_key": "..."`, `password=...`.
fn assigned(text: &str) -> Option<Secret> {
    let lower = text.to_ascii_lowercase();
    FIELDS.iter().find_map(|field| {
        memmem::find_iter(lower.as_bytes(), field.as_bytes())
            .take(MATCHES)
            .find_map(|at| {
                let rest = text.get(at.saturating_add(field.len())..)?;
                let rest = rest.trim_start_matches(['"', '\'', '\\', ' ']);
                let rest = rest.strip_prefix([':', '='])?;
                let rest = rest.trim_start_matches(['"', '\'', '\\', ' ']);
                let end = |c: char| {
                    c.is_whitespace()
                        || matches!(c, '"' | '\'' | '\\' | ',' | ';' | '&' | '}' | ')')
                };
                let value = rest.split(end).next()?;
                // In free text a value is only told from words by being long and mixed.
                (value.len() >= 16 && is_given(value) && is_random(value.as_bytes())).then_some(
                    Secret {
                        kind: "the value of a secret field",
                        at,
                        certain: false,
                    },
                )
            })
    })
}

/// Says whether a value is more than a sign that there is none.
fn is_given(value: &str) -> bool {
    let value = value.trim();
    let mut chars = value.chars();
    let first = chars.next();
    value.len() >= 6
        && !value.contains(['<', '{', '$', '*', '%'])
        && chars.any(|c| Some(c) != first)
        && ![
            "password", "none", "null", "false", "secret", "redacted", "your", "xxx", "example",
            "changeme",
        ]
        .iter()
        .any(|word| value.to_ascii_lowercase().starts_with(word))
}

/// Says whether characters are spread as those of a key are: three bits each at least, which words and fillers
/// such as `xxxx1234` do not reach at these lengths, and not one that an example has.
fn is_random(token: &[u8]) -> bool {
    let lower = token.to_ascii_lowercase();
    if memmem::find(&lower, b"example").is_some() || memmem::find(&lower, b"xxxx").is_some() {
        return false;
    }
    let mut counts = [0_u32; 256];
    for byte in token {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count = count.saturating_add(1);
        }
    }
    let length = f64::from(u32::try_from(token.len()).unwrap_or(u32::MAX).max(1));
    let entropy: f64 = counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = f64::from(*count) / length;
            -share * share.log2()
        })
        .sum();
    entropy >= 3.0
}

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "numbers of the test itself, small enough"
)]
mod tests {
    use super::{is_secret, secret};

    /// Characters as of a key, so that none that looks alive stands in the sources.
    fn random(count: usize, alphabet: &str) -> String {
        let alphabet: Vec<char> = alphabet.chars().collect();
        let mut state = 0x1234_5678_9abc_def1_u64;
        (0..count)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                alphabet[usize::try_from(state >> 33).unwrap() % alphabet.len()]
            })
            .collect()
    }

    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const BASE32: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    #[test]
    fn keys_and_tokens_are_told_by_their_shape() {
        let dashes = "-".repeat(5);
        for (text, kind) in [
            (format!("AKIA{}", random(16, BASE32)), "an AWS access key"),
            (format!("ghp_{}", random(36, LETTERS)), "a GitHub token"),
            (
                format!("token=hf_{}", random(34, LETTERS)),
                "a Hugging Face token",
            ),
            (format!("sk-{}", random(48, LETTERS)), "an OpenAI key"),
            (format!("sk-proj-{}", random(80, LETTERS)), "an OpenAI key"),
            (
                format!("xoxb-{}-{}", random(12, "0123456789"), random(24, LETTERS)),
                "a Slack token",
            ),
            (format!("AIza{}", random(35, LETTERS)), "a Google key"),
            (
                format!(
                    "{dashes}BEGIN RSA PRIVATE KEY{dashes}\n{}\n{dashes}END",
                    random(64, LETTERS)
                ),
                "a private key",
            ),
            (
                format!("https://bob:{}@host/x", random(12, LETTERS)),
                "a URL with a password",
            ),
            (
                format!("{{\"api_key\": \"{}\"}}", random(32, LETTERS)),
                "the value of a secret field",
            ),
        ] {
            assert_eq!(secret(&text).map(|found| found.kind), Some(kind), "{text}");
        }
    }

    #[test]
    fn a_github_token_is_certain_only_with_its_checksum() {
        let token = random(30, LETTERS);
        let digits: Vec<char> = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
            .chars()
            .collect();
        let mut crc = u32::MAX;
        for byte in token.bytes() {
            crc ^= u32::from(byte);
            for _ in 0..8 {
                crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
            }
        }
        let mut left = !crc;
        let mut check = String::new();
        for _ in 0..6 {
            check.insert(0, digits[usize::try_from(left % 62).unwrap()]);
            left /= 62;
        }
        assert!(secret(&format!("ghp_{token}{check}")).unwrap().certain);
        assert!(!secret(&format!("ghp_{token}aaaaaa")).unwrap().certain);
    }

    #[test]
    fn placeholders_and_words_are_none() {
        for text in [
            "AKIAIOSFODNN7EXAMPLE",
            "hf_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "ghp_000000000000000000000000000000000000",
            "eos_token: </s>, bos_token: <s>",
            "https://user:<password>@host",
            "https://huggingface.co/a/b@main",
            "password=",
            "task-based-learning-sk-learn",
            "sk-learn-classifier-with-a-very-long-name-of-words-that-go-on",
            "{\"api_key\": null}",
        ] {
            assert_eq!(secret(text), None, "{text}");
        }
        assert!(is_secret("db_password", "tr0ub4dor"));
        assert!(!is_secret("bos_token", "<s>"));
        assert!(!is_secret("api_key", "your-key-here"));
    }
}
