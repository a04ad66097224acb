use libtest_mimic::{Failed, Trial};
use model_scan::Verdict;

use crate::tool::{EVIL, HONEST, folder, is_there, judge, run, scan};

pub(crate) fn trials() -> Vec<Trial> {
    let absent = !is_there("7z");
    let mut trials = Vec::new();
    for (name, options) in [
        ("copy", vec!["-mx=0"]),
        ("lzma", vec!["-m0=LZMA"]),
        ("lzma2", vec!["-m0=LZMA2"]),
        ("lzma2_large_dictionary", vec!["-m0=LZMA2:d=1g"]),
        ("deflate", vec!["-m0=Deflate"]),
        ("bzip2", vec!["-m0=BZip2"]),
        ("not_solid", vec!["-ms=off"]),
        ("plain_header", vec!["-mhc=off"]),
        ("x86", vec!["-m0=BCJ", "-m1=LZMA"]),
        ("x86_and_copy", vec!["-m0=BCJ", "-m1=Copy"]),
        ("arm", vec!["-m0=ARM", "-m1=LZMA2"]),
        ("powerpc", vec!["-m0=PPC", "-m1=LZMA2"]),
        ("delta", vec!["-m0=Delta:4", "-m1=LZMA2"]),
        ("delta_and_bzip2", vec!["-m0=Delta:1", "-m1=BZip2"]),
        ("times_and_attributes", vec!["-mtc=on", "-mta=on"]),
    ] {
        trials.push(
            Trial::test(format!("7z_{name}"), move || read(&options)).with_ignored_flag(absent),
        );
    }
    for (name, options, method) in [
        ("ppmd", vec!["-m0=PPMd"], "30401"),
        ("deflate64", vec!["-m0=Deflate64"], "40109"),
        ("encrypted", vec!["-psecret"], "6f10701"),
        ("encrypted_header", vec!["-psecret", "-mhe=on"], "6f10701"),
        (
            "bcj2",
            vec!["-m0=BCJ2", "-m1=LZMA", "-m2=LZMA", "-m3=LZMA"],
            "303011b",
        ),
    ] {
        trials.push(
            Trial::test(format!("7z_{name}_is_undecided"), move || {
                unread(&options, method)
            })
            .with_ignored_flag(absent),
        );
    }
    trials
}

fn made(options: &[&str], pickle: &[u8]) -> Result<model_scan::Target, Failed> {
    let (holder, _) = folder(pickle, true)?;
    let arguments = [&["a", "-snl"], options, &["out.7z", "in"]].concat();
    run(holder.path(), "7z", &arguments)?;
    scan(&holder.path().join("out.7z"))
}

fn read(options: &[&str]) -> Result<(), Failed> {
    for pickle in [HONEST, EVIL] {
        let target = made(options, pickle)?;
        judge(&target, pickle)?;
        if !target
            .members
            .iter()
            .any(|member| member.name == "in/sub/more.pkl")
        {
            return Err(format!("{:#?}", target.members).into());
        }
    }
    Ok(())
}

fn unread(options: &[&str], method: &str) -> Result<(), Failed> {
    let target = made(options, EVIL)?;
    let named = target.findings.iter().any(|finding| {
        finding.rule.code() == "CON009" && finding.message.contains(&format!("method {method}"))
    });
    if target.verdict == Verdict::Undecided && named {
        return Ok(());
    }
    Err(format!("{} {:#?}", target.verdict, target.findings).into())
}
