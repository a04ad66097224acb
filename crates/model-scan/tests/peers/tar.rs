use libtest_mimic::{Failed, Trial};
use model_scan::tar::{Archive, DivergenceKind, Limits};

use crate::tool::{EVIL, HONEST, folder, is_there, judge, run, scan};

/// Writes an archive in each of the formats of `tarfile`.
const TARFILE: &str = "
import sys, tarfile
with tarfile.open(sys.argv[2], 'w', format=getattr(tarfile, sys.argv[1])) as tar:
    tar.add('in')
";

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    let gnu = is_there("tar");
    for format in ["v7", "oldgnu", "gnu", "ustar", "posix"] {
        let option = format!("--format={format}");
        trials.push(
            Trial::test(format!("gnu_tar_{format}"), move || {
                // Version 7 has no room for long names.
                made(
                    "tar",
                    &[&option, "-cf", "out.tar", "in"],
                    format != "v7" && format != "ustar",
                )
            })
            .with_ignored_flag(!gnu),
        );
    }
    for (name, options) in [
        ("gnu", vec!["--format=gnu"]),
        ("posix_0_0", vec!["--format=posix", "--sparse-version=0.0"]),
        ("posix_0_1", vec!["--format=posix", "--sparse-version=0.1"]),
        ("posix_1_0", vec!["--format=posix", "--sparse-version=1.0"]),
    ] {
        trials.push(
            Trial::test(format!("gnu_tar_sparse_{name}"), move || sparse(&options))
                .with_ignored_flag(!gnu),
        );
    }
    for format in ["USTAR_FORMAT", "GNU_FORMAT", "PAX_FORMAT"] {
        trials.push(
            Trial::test(format!("python_tarfile_{format}"), move || {
                let arguments = ["-c", TARFILE, format, "out.tar"];
                made("python3", &arguments, format != "USTAR_FORMAT")
            })
            .with_ignored_flag(!is_there("python3")),
        );
    }
    for format in ["ustar", "pax", "gnutar", "v7tar"] {
        trials.push(
            Trial::test(format!("bsdtar_{format}"), move || {
                let arguments = ["--format", format, "-cf", "out.tar", "in"];
                made("bsdtar", &arguments, format == "pax" || format == "gnutar")
            })
            .with_ignored_flag(!is_there("bsdtar")),
        );
    }
    trials
}

fn made(program: &str, arguments: &[&str], long: bool) -> Result<(), Failed> {
    for pickle in [HONEST, EVIL] {
        let (holder, _) = folder(pickle, long)?;
        run(holder.path(), program, arguments)?;
        let path = holder.path().join("out.tar");
        judge(&scan(&path)?, pickle)?;
    }
    Ok(())
}

fn sparse(options: &[&str]) -> Result<(), Failed> {
    let (holder, folder) = folder(HONEST, false)?;
    // A pickle behind a hole: protocol 0 takes what it starts with, then many pieces.
    let file = std::fs::File::create(folder.join("sparse.txt"))?;
    std::io::Write::write_all(&mut &file, b"text")?;
    for piece in 1..40 {
        let at = piece * (1 << 20);
        std::os::unix::fs::FileExt::write_all_at(&file, b"more text", at)?;
    }
    drop(file);
    let arguments = [options, &["-S", "-cf", "out.tar", "in"]].concat();
    run(holder.path(), "tar", &arguments)?;
    #[expect(clippy::disallowed_methods, reason = "the archive was made here")]
    let bytes = std::fs::read(holder.path().join("out.tar"))?;
    let archive = Archive::read(&bytes, &Limits::default())?;
    let told: Vec<&DivergenceKind> = archive
        .divergences()
        .iter()
        .map(|divergence| &divergence.kind)
        .collect();
    if !told.is_empty() {
        return Err(format!("{told:?}").into());
    }
    let filled = archive
        .members()
        .iter()
        .filter(|member| member.name().ends_with(b"sparse.txt"))
        .filter_map(|member| member.readings().next())
        .find(|reading| reading.is_sparse())
        .ok_or("no sparse file")?;
    let contents = archive.open(filled, &Limits::default());
    let mut wanted = vec![0; (39 << 20) + 9];
    wanted.get_mut(..4).ok_or("short")?.copy_from_slice(b"text");
    for piece in 1..40_usize {
        let at = piece << 20;
        wanted
            .get_mut(at..at + 9)
            .ok_or("short")?
            .copy_from_slice(b"more text");
    }
    if contents.bytes() != wanted || contents.problem().is_some() {
        return Err("the file is not what it was".into());
    }
    Ok(())
}
