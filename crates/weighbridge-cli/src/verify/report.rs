use std::fmt;
use std::io::{self, Write as _};
use std::path::Path;

use serde::Serialize;
use weighbridge::findings::escape;
use weighbridge::sign::certificate::Certificate;
use weighbridge::sign::files::EntryName;
use weighbridge::sign::{
    Culprit, Discrepancy, DiscrepancyKind, Error, Identity, Listing, Refusal, Relaxation,
    SignerError, Uncovered, Verified,
};

use crate::causes::with_causes;
use crate::exit::Exit;
use crate::moment::Moment;
use crate::output::json::{TOOL, Tool};
use crate::sign::MODEL_SCHEMA;

/// What came of verifying a model. `docs/model-signature.schema.json` is the contract.
#[derive(Serialize)]
pub(super) struct Report {
    #[serde(rename = "type")]
    kind: &'static str,
    schema: &'static str,
    tool: Tool,
    model: String,
    signature: String,
    at: String,
    result: Outcome,
    error: Option<ErrorJson>,
    signer: Option<SignerJson>,
    subject: Option<String>,
    root_digest: Option<String>,
    hash: Option<&'static str>,
    files: Option<u64>,
    relaxations: Vec<RelaxationJson>,
    uncovered: Option<UncoveredJson>,
    discrepancies: Option<DiscrepanciesJson>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Outcome {
    Valid,
    Invalid,
    Undecided,
}

#[derive(Serialize)]
struct ErrorJson {
    code: &'static str,
    culprit: &'static str,
    message: String,
    found: Option<String>,
    wanted: Option<String>,
}

#[derive(Serialize)]
struct RelaxationJson {
    code: &'static str,
    message: String,
}

/// Who signed, as far as it was proven.
#[derive(Serialize)]
pub(crate) struct SignerJson {
    method: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    algorithm: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fingerprint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    names: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<String>,
}

/// What a signature says nothing about.
#[derive(Serialize)]
pub(crate) struct UncoveredJson {
    ignored: Vec<IgnoredJson>,
    unsigned: NamesJson,
    empty: NamesJson,
    signature: NamesJson,
}

#[derive(Serialize)]
struct IgnoredJson {
    path: String,
    rule: &'static str,
    entries: u64,
    bytes: u64,
}

#[derive(Serialize)]
struct NamesJson {
    total: u64,
    names: Vec<String>,
}

#[derive(Serialize)]
struct DiscrepanciesJson {
    total: u64,
    listed: Vec<DiscrepancyJson>,
}

#[derive(Serialize)]
struct DiscrepancyJson {
    name: String,
    kind: &'static str,
    message: String,
    found: Option<String>,
    wanted: Option<String>,
}

impl Report {
    pub(super) fn new<T>(
        model: &Path,
        signature: &Path,
        at: Moment,
        result: &Result<Verified<T>, Error>,
    ) -> Self {
        let mut report = Self {
            kind: "verify-model",
            schema: MODEL_SCHEMA,
            tool: TOOL,
            model: model.to_string_lossy().into_owned(),
            signature: signature.to_string_lossy().into_owned(),
            at: at.to_string(),
            result: Outcome::Undecided,
            error: None,
            signer: None,
            subject: None,
            root_digest: None,
            hash: None,
            files: None,
            relaxations: Vec::new(),
            uncovered: None,
            discrepancies: None,
        };
        match result {
            Ok(verified) => report.valid(verified),
            Err(error) => report.refused(error),
        }
        report
    }

    fn valid<T>(&mut self, verified: &Verified<T>) {
        let manifest = verified.manifest();
        self.result = Outcome::Valid;
        self.signer = Some(SignerJson::new(verified.signer()));
        self.subject = Some(verified.subject().to_owned());
        self.root_digest = Some(verified.root_digest().to_string());
        self.hash = Some(manifest.serialization().hash_type.as_str());
        self.files = Some(u64::try_from(manifest.files().len()).unwrap_or(u64::MAX));
        self.uncovered = Some(UncoveredJson::new(verified.uncovered()));
        let relaxations = verified
            .relaxations()
            .iter()
            .map(|relaxation| RelaxationJson {
                code: Relaxation::code(relaxation),
                message: relaxation.to_string(),
            });
        self.relaxations = relaxations.collect();
    }

    fn refused(&mut self, error: &Error) {
        self.result = match error.refusal() {
            Refusal::Invalid => Outcome::Invalid,
            Refusal::Unjudged => Outcome::Undecided,
        };
        self.error = Some(ErrorJson::new(error));
        self.discrepancies = error.discrepancies().map(DiscrepanciesJson::new);
    }

    pub(super) const fn exit(&self) -> Exit {
        match self.result {
            Outcome::Valid => Exit::Fine,
            Outcome::Invalid => Exit::Found,
            Outcome::Undecided => Exit::Undecided,
        }
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) -> io::Result<()> {
        let model = escape(&self.model);
        let result = match self.result {
            Outcome::Valid => "valid",
            Outcome::Invalid => "not valid",
            Outcome::Undecided => "undecided, which is as good as not valid",
        };
        writeln!(out, "`{model}`: {result}")?;
        if let Some(error) = &self.error {
            match &self.discrepancies {
                Some(found) => {
                    writeln!(out, "  {}: discrepancies {}", error.code, found.total)?;
                }
                None => writeln!(out, "  {}: {}", error.code, escape(&error.message))?,
            }
        }
        if let Some(found) = &self.discrepancies {
            for one in &found.listed {
                writeln!(
                    out,
                    "  {:<13} `{}`: {}",
                    one.kind,
                    escape(&one.name),
                    escape(&one.message)
                )?;
            }
            let listed = u64::try_from(found.listed.len()).unwrap_or(u64::MAX);
            if found.total > listed {
                let more = found.total.saturating_sub(listed);
                writeln!(out, "  and {more} more")?;
            }
        }
        if let Some(signer) = &self.signer {
            writeln!(out, "  signer     {signer}")?;
        }
        if let Some(root) = &self.root_digest {
            writeln!(out, "  root       {root}")?;
        }
        if let (Some(files), Some(hash)) = (self.files, self.hash) {
            writeln!(out, "  files      {files}, by {hash}")?;
        }
        for relaxation in &self.relaxations {
            let message = escape(&relaxation.message);
            writeln!(out, "  relaxed    {}: {message}", relaxation.code)?;
        }
        if let Some(uncovered) = &self.uncovered {
            uncovered.write(out)?;
        }
        writeln!(out, "  signature  `{}`", escape(&self.signature))
    }
}

impl ErrorJson {
    fn new(error: &Error) -> Self {
        let (found, wanted) = match error {
            Error::Signer(SignerError::OtherKey { found, wanted }) => {
                (Some(found.clone()), Some(wanted.clone()))
            }
            Error::Signer(SignerError::OtherMethod { found, wanted }) => {
                (Some(found.to_string()), Some(wanted.to_string()))
            }
            Error::Signer(SignerError::OtherSigner { found, wanted }) => {
                (Some(found.to_string()), Some(wanted.clone()))
            }
            _ => (None, None),
        };
        Self {
            code: error.code(),
            culprit: match error.culprit() {
                Culprit::Artifact => "artifact",
                Culprit::Signer => "signer",
                Culprit::Caller => "caller",
                _ => "environment",
            },
            message: with_causes(error),
            found,
            wanted,
        }
    }
}

impl SignerJson {
    pub(crate) fn new(identity: &Identity) -> Self {
        let mut signer = Self {
            method: identity.method().as_str(),
            algorithm: None,
            fingerprint: None,
            subject: None,
            names: Vec::new(),
            issuer: None,
        };
        match identity {
            Identity::Key {
                algorithm,
                fingerprint,
            } => {
                signer.algorithm = Some(algorithm.as_str());
                signer.fingerprint = Some(fingerprint.to_string());
            }
            Identity::Certificate {
                subject,
                names,
                anchor,
            } => {
                signer.subject = Some(subject.clone());
                signer.names.clone_from(names);
                signer.issuer = Some(anchor.clone());
            }
            Identity::Keyless { subject, issuer } => {
                signer.subject = Some(subject.clone());
                signer.issuer = Some(issuer.clone());
            }
            _ => {}
        }
        signer
    }

    /// Names whom a certificate names. Nobody vouched for it yet.
    pub(crate) fn of_certificate(leaf: &Certificate) -> Self {
        let names = leaf.alternative_names().iter().map(ToString::to_string);
        Self {
            method: "certificate",
            algorithm: None,
            fingerprint: None,
            subject: Some(leaf.subject().to_string()),
            names: names.collect(),
            issuer: Some(leaf.issuer().to_string()),
        }
    }
}

impl fmt::Display for SignerJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.method)?;
        if let (Some(algorithm), Some(fingerprint)) = (&self.algorithm, &self.fingerprint) {
            write!(f, " {algorithm} {fingerprint}")?;
        }
        if let Some(subject) = &self.subject {
            write!(f, " `{}`", escape(subject))?;
        }
        for name in &self.names {
            write!(f, " `{}`", escape(name))?;
        }
        if let Some(issuer) = &self.issuer {
            write!(f, " by `{}`", escape(issuer))?;
        }
        Ok(())
    }
}

impl UncoveredJson {
    pub(crate) fn new(uncovered: &Uncovered) -> Self {
        let ignored = uncovered.ignored.iter().map(|ignored| IgnoredJson {
            path: ignored.path.clone(),
            rule: ignored.origin.as_str(),
            entries: ignored.entries,
            bytes: ignored.bytes,
        });
        Self {
            ignored: ignored.collect(),
            unsigned: NamesJson::new(&uncovered.unsigned),
            empty: NamesJson::new(&uncovered.empty),
            signature: NamesJson::new(&uncovered.signature),
        }
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) -> io::Result<()> {
        for ignored in &self.ignored {
            let (path, rule) = (escape(&ignored.path), ignored.rule);
            let (entries, bytes) = (ignored.entries, ignored.bytes);
            writeln!(
                out,
                "  ignored    `{path}` by {rule}: {entries} entries, {bytes} bytes"
            )?;
        }
        for (word, names) in [("unsigned", &self.unsigned), ("empty", &self.empty)] {
            for name in &names.names {
                writeln!(out, "  {word:<10} `{}`", escape(name))?;
            }
            let listed = u64::try_from(names.names.len()).unwrap_or(u64::MAX);
            if names.total > listed {
                let more = names.total.saturating_sub(listed);
                writeln!(out, "  {word:<10} and {more} more")?;
            }
        }
        Ok(())
    }
}

impl NamesJson {
    fn new(names: &Listing<EntryName>) -> Self {
        Self {
            total: names.total(),
            names: names.kept().iter().map(ToString::to_string).collect(),
        }
    }
}

impl DiscrepanciesJson {
    fn new(found: &Listing<Discrepancy>) -> Self {
        let listed = found.kept().iter().map(|one| {
            let (found, wanted) = match &one.kind {
                DiscrepancyKind::Changed { found, wanted }
                | DiscrepancyKind::ShardChanged { found, wanted, .. } => {
                    (Some(found.to_string()), Some(wanted.to_string()))
                }
                DiscrepancyKind::Length { found, wanted } => {
                    (Some(found.to_string()), Some(wanted.to_string()))
                }
                _ => (None, None),
            };
            DiscrepancyJson {
                name: one.name.to_string(),
                kind: one.kind.code(),
                message: one.kind.to_string(),
                found,
                wanted,
            }
        });
        Self {
            total: found.total(),
            listed: listed.collect(),
        }
    }
}
