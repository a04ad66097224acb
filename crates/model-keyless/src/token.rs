use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sigstore_sign::oidc;

/// Bytes of a token. Those of GitHub and GitLab have 1 to 3 KiB.
const MOST: usize = 64 << 10;

/// A token, a JWT, in which an OIDC issuer says who somebody is: the CI job that signs, or a person.
///
/// Whoever holds it can sign as that identity until it expires. It is in no message and not in `Debug`, and it is
/// overwritten in memory when it is dropped.
///
/// Its signature is not checked here: Fulcio does, and takes nothing from us.
#[derive(Clone)]
pub struct IdentityToken {
    token: oidc::IdentityToken,
}

/// What a certificate for a token has to say, as far as the token tells.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Expected {
    /// This identity.
    Exactly(String),
    /// Any: how Fulcio makes it out of the claims is a matter of the issuer.
    Something,
}

impl IdentityToken {
    /// Reads a token; white space around it, such as the line feed of a file, is no part of it.
    ///
    /// # Errors
    ///
    /// [`TokenError`] if it is larger than 64 KiB, or no JWT with an issuer, a subject and a time of expiry.
    pub fn parse(token: &str) -> Result<Self, TokenError> {
        let token = token.trim_ascii();
        if token.is_empty() {
            return Err(TokenError::Empty);
        }
        if token.len() > MOST {
            return Err(TokenError::TooLarge {
                length: token.len(),
                limit: MOST,
            });
        }
        let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if token.split('.').count() != 3 || !token.bytes().all(known) {
            return Err(TokenError::NotAJwt);
        }
        // What the parser says may quote claims, so it is dropped.
        let token = oidc::IdentityToken::from_jwt(token).map_err(|_| TokenError::Claims)?;
        let expires = token.claims().exp.as_second();
        if token.issuer().is_empty() || token.identity().is_empty() || expires < 0 {
            return Err(TokenError::Claims);
        }
        Ok(Self { token })
    }

    /// Returns who gave the token out, as the certificate will name it: behind a broker such as Dex the issuer
    /// that the broker itself asked.
    #[must_use]
    pub fn issuer(&self) -> &str {
        let federated = self.token.claims().federated_claims.as_ref();
        federated
            .and_then(|claims| claims.connector_id.as_deref())
            .unwrap_or_else(|| self.token.issuer())
    }

    /// Returns the subject (claim `sub`).
    #[must_use]
    pub fn subject(&self) -> &str {
        self.token.subject()
    }

    /// Returns the time from which on the token is refused (claim `exp`).
    #[must_use]
    pub fn expires(&self) -> SystemTime {
        let seconds = u64::try_from(self.token.claims().exp.as_second()).unwrap_or_default();
        UNIX_EPOCH
            .checked_add(Duration::from_secs(seconds))
            .unwrap_or(UNIX_EPOCH)
    }

    /// Returns what has to be signed to show that the one who asks holds the key (Fulcio: the e-mail address, or
    /// else the subject).
    pub(crate) fn challenge(&self) -> &str {
        self.token.identity()
    }

    /// Returns who the certificate has to be for. An e-mail address and a SPIFFE id are taken over as they are.
    /// For CI systems Fulcio puts an identity together from claims of theirs.
    pub(crate) fn expected(&self) -> Expected {
        match self.token.email() {
            Some(email) => Expected::Exactly(email.to_owned()),
            None if self.subject().starts_with("spiffe://") => {
                Expected::Exactly(self.subject().to_owned())
            }
            None => Expected::Something,
        }
    }

    /// Returns the token itself, to be sent to Fulcio.
    pub(crate) fn secret(&self) -> &str {
        self.token.expose_secret()
    }
}

impl fmt::Debug for IdentityToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityToken").finish_non_exhaustive()
    }
}

/// Why a text is no identity token. None of these says what the text is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// There is nothing.
    #[error("the identity token is empty")]
    Empty,
    /// It is larger than tokens are.
    #[error("the identity token has {length} bytes, more than {limit}")]
    TooLarge {
        /// How many bytes there are.
        length: usize,
        /// How many are taken.
        limit: usize,
    },
    /// It is not three parts of base64url with dots between.
    #[error("the identity token is not a JWT")]
    NotAJwt,
    /// The part in the middle is not an object with `iss`, `sub` and `exp`.
    #[error("the identity token does not say issuer, subject and time of expiry")]
    Claims,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `{"iss":"https://i","sub":"s","exp":100}`.
    const TOKEN: &str = "e30.eyJpc3MiOiJodHRwczovL2kiLCJzdWIiOiJzIiwiZXhwIjoxMDB9.aHVzaGh1c2g";

    #[test]
    fn a_token_says_who_and_until_when() {
        let token = IdentityToken::parse(TOKEN).unwrap();
        assert_eq!((token.issuer(), token.subject()), ("https://i", "s"));
        assert_eq!(token.expires(), UNIX_EPOCH + Duration::from_secs(100));
        assert_eq!(token.expected(), Expected::Something);
    }

    #[test]
    fn the_line_feed_of_a_file_is_no_part_of_it() {
        let token = IdentityToken::parse(&format!("{TOKEN}\n")).unwrap();
        assert_eq!(token.secret(), TOKEN);
    }

    #[test]
    fn a_token_is_not_shown() {
        let token = IdentityToken::parse(TOKEN).unwrap();
        assert_eq!(format!("{token:?}"), "IdentityToken { .. }");
    }

    #[test]
    fn what_is_no_token_is_refused_without_being_quoted() {
        let cases = [
            ("", TokenError::Empty),
            (" \n", TokenError::Empty),
            ("hush", TokenError::NotAJwt),
            ("a.b", TokenError::NotAJwt),
            ("a.b.c.d", TokenError::NotAJwt),
            ("a.b\n.c", TokenError::NotAJwt),
            ("a.!.c", TokenError::NotAJwt),
            ("a.e30.c", TokenError::Claims),
            ("a.aHVzaA.c", TokenError::Claims),
        ];
        for (text, error) in cases {
            assert_eq!(IdentityToken::parse(text).unwrap_err(), error, "{text}");
            assert!(!error.to_string().contains("hush"));
        }
        let large = format!("a.{}.c", "b".repeat(MOST));
        assert!(matches!(
            IdentityToken::parse(&large),
            Err(TokenError::TooLarge { .. })
        ));
    }
}
