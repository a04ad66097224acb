use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::Serialize;
use weighbridge::findings::escape;
use weighbridge::gate::{Model, Options};
use weighbridge::hold::{self, Held};
use weighbridge::sign::certificate::{Certificate, ChainLimits};
use weighbridge::sign::files::{EntryKind, ModelFiles as _};
use weighbridge::sign::oms::{self, HashType, Manifest, Order, Serialization, Symlinks};
use weighbridge::sign::signing::{Credential, Signing};
use weighbridge::sign::{self, Identity, Refusal, Relaxation, Uncovered};

use super::arguments::{Hash, ListOrder, Method, OfModel};
use super::{MODEL_SCHEMA, Sign};
use crate::arguments::Format;
use crate::causes::with_causes;
use crate::exit::Exit;
use crate::failure::{Failure, quoted};
use crate::ignore_path;
use crate::key_file;
use crate::keyless::{self, Content, KeylessOptions};
use crate::output::destination::{Destination, complain, warn};
use crate::output::json::{self, TOOL, Tool};
use crate::output::new_file::{Existing, NewFile, Readers};
use crate::progress::Bar;
use crate::scan::{guard_truncation, is_same_file};
use crate::verify::{SignerJson, UncoveredJson};

/// The largest file of certificates that is read, in bytes; a certificate has some 2 KiB.
const CERTIFICATE_BYTES: u64 = 1 << 20;

/// Signs the files of a model.
pub(super) fn run(model: &Path, arguments: &Sign) -> Result<Exit, Failure> {
    let of_model = &arguments.of_model;
    let out = match &of_model.signature {
        Some(out) => out.clone(),
        None => bundle_of(model),
    };
    let mut inputs = vec![model];
    inputs.extend(arguments.key.as_deref());
    inputs.extend(of_model.certificate.as_deref());
    inputs.extend(of_model.certificate_chain.iter().map(PathBuf::as_path));
    if let Some(input) = inputs.into_iter().find(|input| is_same_file(input, &out)) {
        return Err(Failure::usage(format!(
            "the signature would replace {}, which it is made of",
            quoted(input)
        )));
    }
    if of_model.method != Method::Certificate && of_model.certificate.is_some() {
        return Err(Failure::usage(
            "--certificate is for --method certificate".to_owned(),
        ));
    }
    if of_model.method == Method::Sigstore && arguments.key.is_some() {
        return Err(Failure::usage(
            "--method sigstore makes a key of its own, which signs once".to_owned(),
        ));
    }
    if of_model.method != Method::Sigstore && arguments.keyless.is_given() {
        return Err(Failure::usage(
            "options of keyless signing are for --method sigstore".to_owned(),
        ));
    }
    if !model.exists() {
        return Err(Failure::usage(format!("{} does not exist", quoted(model))));
    }
    let existing = Existing::of(arguments.force);
    NewFile::check(&out, existing)?;
    let signing = signing(model, &out, of_model)?;
    let name = match &of_model.name {
        Some(name) => name.clone(),
        None => name_of(model)?,
    };
    let work = Work {
        model,
        signing,
        name,
        quiet: of_model.quiet,
    };
    let made = match &arguments.key {
        Some(key) => work.with_key(key, arguments)?,
        None => work.keyless(&arguments.keyless)?,
    };
    NewFile::write(&out, &made.bundle, Readers::Everybody, existing)?.commit()?;

    if let Some(extension) = made.extension.as_ref().filter(|_| !of_model.quiet) {
        warn(&format!("{extension}"));
    }
    let document = Signed::new(model, &out, made);
    let mut text = Vec::new();
    let written = match arguments.format {
        Format::Json => json::write_indented(&mut text, &document),
        Format::Text => document.write(&mut text),
    };
    written.map_err(|error| Failure::failed(format!("cannot write what was done: {error}")))?;
    Ok(Destination::Stdout.write(&text, Exit::Fine))
}

/// A model that is to be signed.
struct Work<'a> {
    model: &'a Path,
    signing: Signing,
    name: String,
    quiet: bool,
}

/// A signature, and what is told about it.
struct Made {
    bundle: Vec<u8>,
    signer: SignerJson,
    list: List,
    extension: Option<Relaxation>,
    log_index: Option<u64>,
}

/// What was signed: the list of files, and what it leaves out.
struct List {
    subject: String,
    root_digest: String,
    files: u64,
    serialization: Serialization,
    uncovered: UncoveredJson,
}

impl List {
    fn new(manifest: &Manifest, uncovered: &Uncovered) -> Self {
        Self {
            subject: manifest.subject_name().to_owned(),
            root_digest: manifest.root().to_string(),
            files: u64::try_from(manifest.files().len()).unwrap_or(u64::MAX),
            serialization: *manifest.serialization(),
            uncovered: UncoveredJson::new(uncovered),
        }
    }
}

impl Work<'_> {
    fn with_key(&self, key: &Path, arguments: &Sign) -> Result<Made, Failure> {
        let key = key_file::private(key, &arguments.passphrase)?;
        let chain = chain(&arguments.of_model)?;
        let (credential, signer) = match chain.first() {
            None => {
                let identity = Identity::of_key(key.public_key());
                (Credential::Key(&key), SignerJson::new(&identity))
            }
            Some(leaf) => {
                let credential = Credential::Certificate {
                    signer: &key,
                    chain: &chain,
                };
                (credential, SignerJson::of_certificate(leaf))
            }
        };
        let signed =
            self.over_files(|files, bar| self.signing.sign(files, &self.name, &credential, bar))?;
        Ok(Made {
            list: List::new(signed.manifest(), signed.uncovered()),
            extension: signed.extension(),
            bundle: signed.bundle().to_vec(),
            signer,
            log_index: None,
        })
    }

    fn keyless(&self, options: &KeylessOptions) -> Result<Made, Failure> {
        keyless::available()?;
        let prepared =
            self.over_files(|files, bar| self.signing.prepare(files, &self.name, bar))?;
        let signed = keyless::sign(Content::Statement(prepared.payload()), options)?;
        Ok(Made {
            list: List::new(prepared.manifest(), prepared.uncovered()),
            extension: None,
            bundle: signed.bundle,
            signer: SignerJson::new(&Identity::Keyless {
                subject: signed.identity,
                issuer: signed.issuer,
            }),
            log_index: Some(signed.log_index),
        })
    }

    fn over_files<T>(
        &self,
        work: impl FnOnce(&Model, &Bar) -> Result<T, sign::Error>,
    ) -> Result<T, Failure> {
        guard_truncation();
        let files = Model::open(self.model, &Options::default()).map_err(unopened)?;
        let bar = Bar::hashing(bytes_of(&files), !self.quiet);
        let done = work(&files, &bar);
        drop(bar);
        done.map_err(|error| failure(self.model, &error))
    }
}

fn signing(model: &Path, out: &Path, arguments: &OfModel) -> Result<Signing, Failure> {
    let method = match arguments.shard_size {
        None => oms::Method::Files,
        Some(size) if size.0 == 0 => {
            return Err(Failure::usage("a shard of no bytes".to_owned()));
        }
        Some(size) => oms::Method::Shards { size: size.0 },
    };
    let hash_type = match arguments.hash {
        Hash::Sha256 => HashType::Sha256,
        Hash::Blake2b => HashType::Blake2b,
        Hash::Blake3 => HashType::Blake3,
    };
    let symlinks = if arguments.allow_symlinks {
        Symlinks::Followed
    } else {
        Symlinks::Refused
    };
    let serialization = Serialization::default()
        .with_method(method)
        .with_hash_type(hash_type)
        .with_symlinks(symlinks);
    let order = match arguments.order {
        ListOrder::Specification => Order::Specification,
        ListOrder::Python => Order::Python,
    };
    let mut signing = Signing::new()
        .with_serialization(serialization)
        .with_order(order);
    let mut names = Vec::new();
    for path in &arguments.ignore_path {
        names.push(ignore_path::name_below(model, path)?);
    }
    // The signature cannot sign itself, and is recorded whether or not it is there already.
    names.extend(ignore_path::output_below(model, out));
    for name in names {
        signing = signing.ignore(&name).map_err(|error| {
            Failure::usage(format!("`{}` cannot be left out: {error}", escape(&name)))
        })?;
    }
    Ok(signing)
}

/// Reads the certificates that go into the signature: that of the key first.
fn chain(arguments: &OfModel) -> Result<Vec<Certificate>, Failure> {
    let mut chain: Vec<Certificate> = Vec::new();
    let files = arguments
        .certificate
        .iter()
        .chain(&arguments.certificate_chain);
    for path in files {
        for certificate in certificates(path)? {
            // A chain file commonly begins with the certificate of the key again.
            if !chain.iter().any(|known| known.der() == certificate.der()) {
                chain.push(certificate);
            }
        }
    }
    Ok(chain)
}

/// Reads a file of certificates.
pub(crate) fn certificates(path: &Path) -> Result<Vec<Certificate>, Failure> {
    let bytes = Held::open(path).and_then(|held| held.read_to_vec(CERTIFICATE_BYTES));
    let bytes = bytes.map_err(unopened)?;
    Certificate::from_pem(&bytes, &ChainLimits::default()).map_err(|error| {
        Failure::failed(format!(
            "cannot use the certificates in {}: {}",
            quoted(path),
            escape(&error.to_string())
        ))
    })
}

/// Returns where the bundle of a model is, unless told otherwise.
pub(crate) fn bundle_of(model: &Path) -> PathBuf {
    if model.is_dir() {
        return model.join("model.sig");
    }
    let mut path = OsString::from(model);
    path.push(".sig");
    path.into()
}

/// Returns what a model is called, unless told otherwise.
fn name_of(model: &Path) -> Result<String, Failure> {
    let whole = model.canonicalize();
    let whole = whole.as_deref().unwrap_or(model);
    let name = whole.file_name().unwrap_or_default().to_string_lossy();
    if name.is_empty() {
        return Err(Failure::usage(format!(
            "{} has no name of its own, give one with --name",
            quoted(model)
        )));
    }
    Ok(name.into_owned())
}

/// Returns how many bytes the files of a model have.
pub(crate) fn bytes_of(model: &Model) -> u64 {
    let sizes = model.entries().iter().map(|entry| match entry.kind {
        EntryKind::File { bytes } => bytes,
        _ => 0,
    });
    sizes.fold(0, u64::saturating_add)
}

pub(crate) fn unopened(error: hold::Error) -> Failure {
    match error.kind() {
        hold::ErrorKind::NotFound => {
            Failure::usage(format!("{} does not exist", quoted(error.path())))
        }
        _ => Failure::failed(error.to_string()),
    }
}

/// Says why there is no signature: everything on a line of its own.
fn failure(model: &Path, error: &sign::Error) -> Failure {
    if let Some(found) = error.discrepancies() {
        for one in found.kept() {
            complain(&format!("{one}"));
        }
        let total = found.total();
        return Failure::failed(format!(
            "{} cannot be signed, {total} of what is in it cannot be",
            quoted(model)
        ));
    }
    debug_assert_eq!(error.refusal(), Refusal::Unjudged);
    let message = format!("cannot sign {}: {}", quoted(model), with_causes(error));
    match error {
        sign::Error::Caller(_) => Failure::usage(message),
        _ => Failure::failed(message),
    }
}

/// What was signed. `docs/model-signature.schema.json` is the contract.
#[derive(Serialize)]
struct Signed {
    #[serde(rename = "type")]
    kind: &'static str,
    schema: &'static str,
    tool: Tool,
    model: String,
    signature: String,
    signer: SignerJson,
    subject: String,
    root_digest: String,
    files: u64,
    hash: &'static str,
    shard_size: Option<u64>,
    extension: Option<&'static str>,
    log_index: Option<u64>,
    uncovered: UncoveredJson,
}

impl Signed {
    fn new(model: &Path, out: &Path, made: Made) -> Self {
        let serialization = made.list.serialization;
        Self {
            kind: "sign-model",
            schema: MODEL_SCHEMA,
            tool: TOOL,
            model: model.to_string_lossy().into_owned(),
            signature: out.to_string_lossy().into_owned(),
            signer: made.signer,
            subject: made.list.subject,
            root_digest: made.list.root_digest,
            files: made.list.files,
            hash: serialization.hash_type.as_str(),
            shard_size: match serialization.method {
                oms::Method::Files => None,
                oms::Method::Shards { size } => Some(size),
            },
            extension: made.extension.map(|extension| extension.code()),
            log_index: made.log_index,
            uncovered: made.list.uncovered,
        }
    }

    fn write(&self, out: &mut Vec<u8>) -> std::io::Result<()> {
        writeln!(out, "`{}`: signed", escape(&self.model))?;
        writeln!(out, "  signer     {}", self.signer)?;
        writeln!(out, "  root       {}", self.root_digest)?;
        writeln!(out, "  files      {}, by {}", self.files, self.hash)?;
        if let Some(index) = self.log_index {
            writeln!(out, "  log index  {index}")?;
        }
        self.uncovered.write(out)?;
        writeln!(out, "  signature  `{}`", escape(&self.signature))
    }
}
