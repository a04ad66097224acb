use std::io::{self, Write};

use serde::Serialize;
use weighbridge::findings::escape;
use weighbridge::sign::Relaxation;
use weighbridge::sign::attest::{
    AttestationError, AttestationSigner, Attested, SubjectError, VerifiedAttestation,
};

use super::{AttestVerify, Subject};
use crate::arguments::Format;
use crate::causes::with_causes;
use crate::failure::quoted;
use crate::output::json::{self, TOOL, Tool};

/// The version of what `attest verify` writes as JSON.
const SCHEMA: &str = "weighbridge.attestation/1";

/// What came of one attestation.
#[derive(Debug, Serialize)]
pub(super) struct Judged {
    line: u64,
    valid: bool,
    /// A stable word for what is wrong.
    code: Option<&'static str>,
    error: Option<String>,
    predicate_type: Option<String>,
    signers: Vec<Signer>,
    /// What the signer calls the model.
    subject: Option<String>,
    /// The digest by which the model was found to be the subject.
    digest: Option<String>,
    #[serde(skip)]
    malformed: bool,
}

#[derive(Debug, Serialize)]
struct Signer {
    kind: &'static str,
    name: String,
}

impl Signer {
    fn new(signer: &AttestationSigner) -> Self {
        let kind = match signer {
            AttestationSigner::Key(_) => "key",
            AttestationSigner::Certificate(_) => "certificate",
            AttestationSigner::Identity { .. } => "identity",
            _ => "other",
        };
        Self {
            kind,
            name: signer.to_string(),
        }
    }
}

impl Judged {
    pub(super) fn new(
        line: u64,
        verified: Result<(Attested, Result<VerifiedAttestation, SubjectError>), AttestationError>,
    ) -> Self {
        let mut judged = Self {
            line,
            valid: false,
            code: None,
            error: None,
            predicate_type: None,
            signers: Vec::new(),
            subject: None,
            digest: None,
            malformed: false,
        };
        match verified {
            Err(error) => {
                judged.code = Some(error.code());
                judged.malformed = error.is_malformed();
                judged.error = Some(with_causes(&error));
            }
            Ok((attested, about)) => {
                judged.predicate_type = Some(attested.predicate_type().to_owned());
                judged.signers = attested.signers().iter().map(Signer::new).collect();
                match about {
                    Ok(verified) => {
                        judged.valid = true;
                        judged.subject = verified.subject().map(str::to_owned);
                        judged.digest = Some(verified.digest().to_string());
                    }
                    Err(error) => {
                        judged.code = Some("other-subject");
                        judged.error = Some(error.to_string());
                    }
                }
            }
        }
        judged
    }

    pub(super) fn is_valid(&self) -> bool {
        self.valid
    }

    pub(super) fn is_malformed(&self) -> bool {
        self.malformed
    }
}

/// What came of all. `docs/attestation.schema.json` is the contract.
#[derive(Serialize)]
pub(super) struct Report<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    schema: &'static str,
    tool: Tool,
    valid: bool,
    file: String,
    subject: About,
    relaxations: Vec<Relaxed>,
    attestations: &'a [Judged],
    #[serde(skip)]
    arguments: &'a AttestVerify,
}

/// What was not asked of a signer.
#[derive(Serialize)]
struct Relaxed {
    code: &'static str,
    message: String,
}

impl Relaxed {
    /// Lists what the command line leaves open.
    fn all(arguments: &AttestVerify) -> Vec<Self> {
        let names_nobody =
            arguments.signer_subject.is_none() && arguments.alternative_name.is_none();
        let any_leaf = !arguments.certificate_chain.is_empty() && names_nobody;
        let relaxations = any_leaf.then_some(Relaxation::AnyLeaf);
        let relaxed = relaxations.into_iter().map(|relaxation| Self {
            code: relaxation.code(),
            message: relaxation.to_string(),
        });
        relaxed.collect()
    }
}

#[derive(Serialize)]
struct About {
    path: String,
    kind: &'static str,
    digests: Vec<String>,
}

impl<'a> Report<'a> {
    pub(super) fn new(
        arguments: &'a AttestVerify,
        subject: &Subject,
        judged: &'a [Judged],
    ) -> Self {
        Self {
            kind: "attest-verify",
            schema: SCHEMA,
            tool: TOOL,
            valid: judged.iter().any(Judged::is_valid),
            file: arguments.file.to_string_lossy().into_owned(),
            subject: About {
                path: arguments.subject.to_string_lossy().into_owned(),
                kind: subject.kind,
                digests: subject.digests.iter().map(ToString::to_string).collect(),
            },
            relaxations: Relaxed::all(arguments),
            attestations: judged,
            arguments,
        }
    }

    pub(super) fn write(&self, format: Format, out: &mut Vec<u8>) -> io::Result<()> {
        match format {
            Format::Json => json::write_indented(out, self),
            Format::Text => self.write_text(out),
        }
    }

    fn write_text(&self, out: &mut Vec<u8>) -> io::Result<()> {
        let result = if self.valid {
            "attested"
        } else {
            "not attested"
        };
        writeln!(out, "{}: {result}", quoted(&self.arguments.subject))?;
        for digest in &self.subject.digests {
            writeln!(out, "  digest     {digest}")?;
        }
        for relaxed in &self.relaxations {
            writeln!(out, "  relaxed    {}", relaxed.message)?;
        }
        for judged in self.attestations {
            let line = judged.line;
            match &judged.error {
                None => writeln!(out, "line {line}: valid")?,
                Some(error) => writeln!(out, "line {line}: not valid, {}", escape(error))?,
            }
            if let Some(predicate) = &judged.predicate_type {
                writeln!(out, "  predicate  {}", escape(predicate))?;
            }
            for signer in &judged.signers {
                writeln!(out, "  signer     {}", escape(&signer.name))?;
            }
            if let Some(subject) = &judged.subject {
                writeln!(out, "  subject    {}", escape(subject))?;
            }
        }
        Ok(())
    }
}
