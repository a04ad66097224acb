use std::fs;
use std::io::Write as _;
use std::path::Path;

use weighbridge::findings::{Finding, escape, escape_shortened};
use weighbridge::pickle::{Lists, PayloadReason, minimize, scan};
use weighbridge::scan::{Limits, NestedPayload, Options, Scanner};

use crate::arguments::Extract;
use crate::exit::Exit;
use crate::failure::{Failure, quoted};
use crate::output::destination::{Destination, complain};
use crate::pickle::{Output, SHOWN, Source, is_chosen};
use crate::scan::{guard_truncation, is_stdin};

/// Lists the payloads of a file, or writes one of them, or the part of a pickle that shows a finding, to a
/// file for analysis.
pub(crate) fn run(arguments: &Extract) -> Result<Exit, Failure> {
    guard_truncation();
    let source = Source::open(&arguments.selection.file)?;
    let exit = match (&arguments.payload, &arguments.minimize) {
        (Some(number), _) => {
            let bytes = payload(arguments, &source, *number)?;
            write(arguments, &bytes)?
        }
        (None, Some(wanted)) => {
            let bytes = prefix(arguments, &source, wanted)?;
            write(arguments, &bytes)?
        }
        (None, None) => list(arguments, &source)?,
    };
    if source.has_changed() {
        let file = quoted(&arguments.selection.file);
        complain(&format!("{file} has changed while it was read"));
        return Ok(Exit::Undecided);
    }
    Ok(exit)
}

/// Shows every payload of the chosen pickles and its number. Says whether these are all that there are.
fn payloads(
    arguments: &Extract,
    source: &Source,
    visit: &mut dyn FnMut(u64, &NestedPayload<'_>),
) -> Exit {
    let mut number: u64 = 0;
    let scanner = Scanner::new(Options::default());
    let cut = scanner.payloads(source.path(), source.bytes(), &mut |payload| {
        let around = payload.member.rsplit_once('!').map(|(around, _)| around);
        if is_chosen(&arguments.selection, around, payload.stream) {
            visit(number, &payload);
            number = number.saturating_add(1);
        }
    });
    if cut == 0 {
        return Exit::Fine;
    }
    let s = if cut == 1 { "" } else { "s" };
    complain(&format!(
        "{cut} pickle{s} may hold more payloads: not read to the end, or too many to list"
    ));
    Exit::Undecided
}

fn list(arguments: &Extract, source: &Source) -> Result<Exit, Failure> {
    let mut out = Output::new();
    let mut any = false;
    let exit = payloads(arguments, source, &mut |number, payload| {
        any = true;
        let member = escape_shortened(&payload.member, SHOWN);
        let len = payload.bytes.len();
        let reason = match &payload.reason {
            PayloadReason::Loaded(name) => {
                format!("loaded by {}", escape_shortened(name, SHOWN))
            }
            _ => "a pickle that lies in the data".to_owned(),
        };
        let stream = payload.stream;
        out.write(|out| {
            writeln!(
                out,
                "{number} {member}: {len} bytes of stream {stream}, {reason}"
            )
        });
    });
    if let Err(error) = out.finish() {
        return Err(Failure::failed(format!(
            "cannot write to standard output: {error}"
        )));
    }
    if !any && exit == Exit::Fine {
        let file = quoted(&arguments.selection.file);
        return Err(Failure::nothing_to_check(format!("no payload in {file}")));
    }
    Ok(exit)
}

fn payload(arguments: &Extract, source: &Source, wanted: u64) -> Result<Vec<u8>, Failure> {
    let mut found = None;
    let mut count: u64 = 0;
    payloads(arguments, source, &mut |number, payload| {
        count = count.saturating_add(1);
        if number == wanted {
            found = Some(payload.bytes.to_vec());
        }
    });
    found.ok_or_else(|| {
        let file = quoted(&arguments.selection.file);
        Failure::usage(match count {
            0 => format!("no payload in {file}"),
            1 => format!("no payload {wanted} in {file}; there is only payload 0"),
            _ => format!(
                "no payload {wanted} in {file}; there are 0 to {}",
                count.saturating_sub(1)
            ),
        })
    })
}

/// The finding that is meant: a rule, and the offset where it begins.
struct Wanted<'a> {
    rule: &'a str,
    offset: Option<u64>,
}

impl<'a> Wanted<'a> {
    fn parse(text: &'a str) -> Result<Self, Failure> {
        let (rule, offset) = match text.split_once('@') {
            None => (text, None),
            Some((rule, offset)) => {
                let offset = offset
                    .parse()
                    .map_err(|_| Failure::usage(format!("`{}` is no offset", escape(offset))))?;
                (rule, Some(offset))
            }
        };
        Ok(Self { rule, offset })
    }

    fn is(&self, finding: &Finding) -> bool {
        let rule = finding.rule.as_str();
        let (code, name) = rule.split_once('/').unwrap_or((rule, rule));
        let named = [rule, code, name].contains(&self.rule);
        named
            && self
                .offset
                .is_none_or(|offset| offset == finding.location.byte_start)
    }
}

/// The shortest beginning of a pickle that still shows a finding, from the pickle's first byte on.
fn prefix(arguments: &Extract, source: &Source, wanted: &str) -> Result<Vec<u8>, Failure> {
    let meant = Wanted::parse(wanted)?;
    let (lists, limits) = (Lists::built_in(), Limits::default().pickle);
    let mut found = None;
    let scanner = Scanner::new(Options::default());
    scanner.pickles(source.path(), source.bytes(), &mut |pickle| {
        let member = pickle.member.as_deref();
        if found.is_some() || !is_chosen(&arguments.selection, member, pickle.stream) {
            return;
        }
        let findings = scan(pickle.bytes, pickle.start, &limits).report.findings;
        let Some(finding) = findings.iter().find(|finding| meant.is(finding)) else {
            return;
        };
        let shortest = minimize(pickle.bytes, pickle.start, finding, &lists, &limits);
        found = shortest.and_then(|prefix| {
            let bytes = pickle.bytes.get(pickle.start..prefix.end)?.to_vec();
            let place = match member {
                Some(member) => format!("{}, stream {}", escape(member), pickle.stream),
                None => format!("stream {}", pickle.stream),
            };
            Some((bytes, prefix.finding, place))
        });
    });
    let Some((bytes, finding, place)) = found else {
        let file = quoted(&arguments.selection.file);
        let wanted = escape_shortened(wanted, SHOWN);
        return Err(Failure::usage(format!(
            "no pickle in {file} has a finding `{wanted}` of its own"
        )));
    };
    let _ = writeln!(
        std::io::stderr(),
        "{} bytes of {place} show {} at bytes {}..{}: {}",
        bytes.len(),
        finding.rule,
        finding.location.byte_start,
        finding.location.byte_end,
        finding.message,
    );
    Ok(bytes)
}

/// Writes bytes to the file that was named, which is never the one that was read.
fn write(arguments: &Extract, bytes: &[u8]) -> Result<Exit, Failure> {
    let output = arguments.output.as_deref();
    if let Some(output) = output
        && !is_stdin(&arguments.selection.file)
        && is_same(output, &arguments.selection.file)
    {
        return Err(Failure::usage(format!(
            "{} is the file that is looked into, and stays as it is",
            quoted(output)
        )));
    }
    Ok(Destination::new(output)?.write(bytes, Exit::Fine))
}

/// Says whether two paths lead to one file.
fn is_same(one: &Path, other: &Path) -> bool {
    let (Ok(one_path), Ok(other_path)) = (one.canonicalize(), other.canonicalize()) else {
        return false;
    };
    one_path == other_path || is_one_inode(&one_path, &other_path)
}

#[cfg(unix)]
fn is_one_inode(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    match (fs::metadata(one), fs::metadata(other)) {
        (Ok(one), Ok(other)) => (one.dev(), one.ino()) == (other.dev(), other.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_one_inode(_: &Path, _: &Path) -> bool {
    false
}
