use crate::Limits;
use crate::bundle::{self, Bundle, Content};
use crate::dsse::{self, Envelope};
use crate::json;

/// A signed statement as it lies in a file: in a Sigstore bundle, or in an envelope alone. Nothing of it is verified.
#[derive(Clone, Debug)]
pub struct Evidence {
    pub(super) form: Form,
    line: u64,
}

#[derive(Clone, Debug)]
pub(super) enum Form {
    Envelope(Envelope),
    /// The bytes stand beside the bundle for whoever reads them a second time.
    #[cfg_attr(
        not(feature = "sigstore"),
        expect(dead_code, reason = "only Sigstore reads the bytes a second time")
    )]
    Bundle(Box<Bundle>, Vec<u8>),
    Unknown(EvidenceError),
}

/// Why a file or a line of one is no evidence.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EvidenceError {
    /// There is nothing in the file.
    #[error("no attestation in the file")]
    Empty,
    /// There are more lines than are read.
    #[error("{found} attestations where at most {limit} are read")]
    TooMany {
        /// How many there are.
        found: usize,
        /// How many are read.
        limit: usize,
    },
    /// It is no JSON.
    #[error(transparent)]
    Json(#[from] json::Error),
    /// It is JSON and neither a bundle nor an envelope.
    #[error("neither a bundle nor an envelope")]
    Unknown,
    /// It is a bundle that cannot be read.
    #[error(transparent)]
    Bundle(#[from] bundle::Error),
    /// It is an envelope that cannot be read.
    #[error(transparent)]
    Envelope(#[from] dsse::Error),
    /// It is a bundle of a bare signature, which says nothing.
    #[error("a bundle with a bare signature and no statement")]
    NoStatement,
}

impl Evidence {
    /// Lines that are read; a model has a handful of attestations.
    pub const MOST_LINES: usize = 1_000;

    /// Reads a bundle, an envelope, or JSON Lines of them.
    ///
    /// in-toto wants lines that are not recognised ignored: of several they are kept as such, and verifying one says
    /// why it is none. A file that is one document, and not recognised, is an error.
    ///
    /// # Limits
    /// [`Limits::json_bytes`] for the whole, [`Evidence::MOST_LINES`].
    ///
    /// # Errors
    /// See [`EvidenceError`].
    pub fn read_all(bytes: &[u8], limits: &Limits) -> Result<Vec<Self>, EvidenceError> {
        if bytes.len() > limits.json_bytes {
            // Refused by its size; nothing of it is parsed.
            json::read(bytes, &limits.json())?;
        }
        let is_line = |line: &&[u8]| !line.trim_ascii().is_empty();
        let mut lines = bytes.split(|byte| *byte == b'\n').filter(is_line);
        let Some(first) = lines.next() else {
            return Err(EvidenceError::Empty);
        };
        let found = lines.count().saturating_add(1);
        // A document over several lines does not end on its first one.
        if found == 1 || json::read(first.trim_ascii(), &limits.json()).is_err() {
            let form = read(bytes.trim_ascii(), limits)?;
            return Ok(vec![Self { form, line: 1 }]);
        }
        if found > Self::MOST_LINES {
            let limit = Self::MOST_LINES;
            return Err(EvidenceError::TooMany { found, limit });
        }
        let lines = bytes.split(|byte| *byte == b'\n').zip(1_u64..);
        let lines = lines.filter(|(line, _)| is_line(line));
        let all = lines.map(|(bytes, line)| {
            let form = read(bytes.trim_ascii(), limits).unwrap_or_else(Form::Unknown);
            Self { form, line }
        });
        Ok(all.collect())
    }

    /// The line at which it stands, from 1.
    #[must_use]
    pub const fn line(&self) -> u64 {
        self.line
    }
}

fn read(bytes: &[u8], limits: &Limits) -> Result<Form, EvidenceError> {
    let value = json::read(bytes, &limits.json())?;
    let has = |key: &str| {
        value
            .as_object()
            .is_ok_and(|object| object.get(key).is_some())
    };
    if has("mediaType") || has("verificationMaterial") {
        let bundle = Bundle::read(bytes, limits)?;
        return match bundle.content() {
            Content::Envelope(_) => Ok(Form::Bundle(Box::new(bundle), bytes.to_vec())),
            _ => Err(EvidenceError::NoStatement),
        };
    }
    if has("payload") || has("payloadType") {
        return Ok(Form::Envelope(Envelope::from_value(&value, limits)?));
    }
    Err(EvidenceError::Unknown)
}
