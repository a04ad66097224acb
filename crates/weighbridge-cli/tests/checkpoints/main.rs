//! Checkpoints that torch wrote, through `weighbridge convert`: every tensor byte for byte what torch says, or refused
//! where safetensors has no place for it. They lie in the folder that the environment variable `WEIGHBRIDGE_CORPORA`
//! names; without it all of this is ignored.

#![cfg(test)]

mod corpus;
mod file;

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};

use corpus::{Corpus, Expected, Truth};
use file::Contents;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = match Corpus::find() {
        Some(corpus) => trials(&corpus),
        None => {
            vec![Trial::test("every_tensor_is_what_torch_says", || Ok(())).with_ignored_flag(true)]
        }
    };
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials(corpus: &Corpus) -> Vec<Trial> {
    let files = corpus.truths().into_iter();
    files
        .map(|truth| {
            let name = truth.file.clone();
            let corpus = corpus.clone();
            Trial::test(name, move || holds(&corpus, &truth))
        })
        .collect()
}

/// Converts one checkpoint and, where safetensors cannot hold all of it, the rest of it.
fn holds(corpus: &Corpus, truth: &Truth) -> Result<(), Failed> {
    let sandbox = tempfile::tempdir()?;
    let output = sandbox.path().join("out.safetensors");
    let input = corpus.path(&truth.file);
    let refused = truth.tensors.iter().filter(|tensor| tensor.is_unspeakable);
    let refused: Vec<&Expected> = refused.collect();
    let run = convert(&input, &output, &[])?;
    if refused.is_empty() {
        if run.code != 0 {
            return Err(format!("exit code {}: {}", run.code, run.said).into());
        }
    } else {
        if run.code != 1 || output.exists() {
            return Err(format!("exit code {}, not a refusal: {}", run.code, run.said).into());
        }
        refused
            .iter()
            .try_for_each(|tensor| is_spoken_of(&run, tensor))?;
        if refused.len() == truth.tensors.len() {
            return Ok(());
        }
        let run = convert(&input, &output, &["--leave-out-refused"])?;
        if run.code != 0 && run.code != 1 {
            return Err(format!("the rest: exit code {}: {}", run.code, run.said).into());
        }
    }
    let contents = Contents::read(&output)?;
    is_the_same(truth, &contents)?;
    corpus
        .written_by_torch(&truth.file)
        .map_or(Ok(()), |twin| contents.holds_what(&Contents::read(&twin)?))?;
    let verified = convert(&input, &output, &["--verify"])?;
    let is_partial = !refused.is_empty();
    if verified.code == 0 || is_partial {
        Ok(())
    } else {
        Err(format!("--verify: exit code {}: {}", verified.code, verified.said).into())
    }
}

fn is_spoken_of(run: &Run, tensor: &Expected) -> Result<(), Failed> {
    if run.said.contains(&tensor.name) {
        Ok(())
    } else {
        Err(format!("`{}` is refused without a word: {}", tensor.name, run.said).into())
    }
}

/// Holds a file against the truth: these tensors, with these bytes, and no others.
fn is_the_same(truth: &Truth, contents: &Contents) -> Result<(), Failed> {
    let mut names: Vec<&str> = contents.names();
    for tensor in truth.tensors.iter().filter(|tensor| !tensor.is_unspeakable) {
        let held = contents.resolve(&tensor.name);
        let found = contents
            .tensor(held)
            .ok_or(format!("`{}` is missing", tensor.name))?;
        if found.dtype != tensor.dtype || found.shape != tensor.shape {
            let Expected { dtype, shape, .. } = tensor;
            let seen = format!("{} {:?}", found.dtype, found.shape);
            return Err(format!("`{}` is {seen}, not {dtype} {shape:?}", tensor.name).into());
        }
        if found.sha256 != tensor.sha256 {
            return Err(format!("`{}` has other bytes than torch says", tensor.name).into());
        }
        names.retain(|name| *name != held);
    }
    if names.is_empty() {
        Ok(())
    } else {
        Err(format!("{names:?} are in no checkpoint").into())
    }
}

/// What came of a run of the binary.
struct Run {
    code: i32,
    /// Both of its outputs.
    said: String,
}

fn convert(input: &Path, output: &Path, options: &[&str]) -> Result<Run, Failed> {
    let before = fs::metadata(output).map(|metadata| metadata.len()).ok();
    let done = Command::new(env!("CARGO_BIN_EXE_weighbridge"))
        .arg("convert")
        .args([input, output])
        .args(options)
        .env_clear()
        .output()?;
    let code = done.status.code().unwrap_or(-1);
    if options.contains(&"--verify") {
        let after = fs::metadata(output)?.len();
        if before != Some(after) {
            return Err("--verify has written".into());
        }
    }
    let said = [done.stdout, done.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    Ok(Run { code, said })
}
