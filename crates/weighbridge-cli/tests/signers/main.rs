//! Keys and signatures of Python's `cryptography` and of OpenSSL, in both directions; ignored where those are not
//! installed. `WEIGHBRIDGE_PYTHON` names another interpreter than `python3`.

#![cfg(test)]

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use libtest_mimic::{Arguments, Failed, Trial};
use tempfile::TempDir;

const SCRIPT: &str = include_str!("script.py");
const ALGORITHMS: [&str; 4] = ["ed25519", "p256", "p384", "p521"];

fn main() -> ExitCode {
    let has_python = succeeds(&interpreter(), &["-c", "import cryptography"]);
    let has_openssl = succeeds(&"openssl".into(), &["version"]);
    let mut trials = Vec::new();
    for algorithm in ALGORITHMS {
        let of_python: [(&str, Test); 4] = [
            ("signs_what_python_verifies", we_sign_python_verifies),
            ("verifies_what_python_signs", python_signs_we_verify),
            ("opens_keys_that_python_encrypts", python_encrypts_we_open),
            ("encrypts_keys_that_python_opens", we_encrypt_python_opens),
        ];
        let of_openssl: [(&str, Test); 3] = [
            ("opens_keys_that_openssl_makes", openssl_makes_we_open),
            ("encrypts_keys_that_openssl_opens", we_encrypt_openssl_opens),
            (
                "writes_public_keys_as_openssl_does",
                we_write_as_openssl_does,
            ),
        ];
        let ignored = |test: &[(&'static str, Test)], is_there: bool| -> Vec<Trial> {
            let trials = test.iter().map(|(name, test)| {
                let (name, test) = (format!("{algorithm}::{name}"), *test);
                Trial::test(name, move || test(algorithm)).with_ignored_flag(!is_there)
            });
            trials.collect()
        };
        trials.extend(ignored(&of_python, has_python));
        trials.extend(ignored(&of_openssl, has_openssl));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

type Test = fn(&str) -> Result<(), Failed>;

fn interpreter() -> OsString {
    env::var_os("WEIGHBRIDGE_PYTHON").unwrap_or_else(|| "python3".into())
}

fn succeeds(program: &OsString, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// A folder with a model and another one.
struct Folder(TempDir);

impl Folder {
    fn new() -> Result<Self, Failed> {
        let folder = TempDir::new()?;
        std::fs::write(folder.path().join("model.bin"), b"weights")?;
        std::fs::write(folder.path().join("other.bin"), b"other weights")?;
        std::fs::write(folder.path().join("passphrase"), b"a passphrase\n")?;
        Ok(Self(folder))
    }

    /// Runs a program, and returns whether it ended with 0.
    fn run(&self, program: &OsString, arguments: &[&str]) -> Result<bool, Failed> {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.0.path());
        Ok(command.stdin(Stdio::null()).output()?.status.success())
    }

    fn python(&self, arguments: &[&str]) -> Result<bool, Failed> {
        self.run(&interpreter(), &[&["-I", "-c", SCRIPT], arguments].concat())
    }

    fn must(&self, program: &str, arguments: &[&str]) -> Result<(), Failed> {
        if self.run(&program.into(), arguments)? {
            Ok(())
        } else {
            Err(format!("{program} {arguments:?} failed").into())
        }
    }

    fn must_python(&self, arguments: &[&str]) -> Result<(), Failed> {
        if self.python(arguments)? {
            Ok(())
        } else {
            Err(format!("{arguments:?} failed").into())
        }
    }

    /// Runs our binary, which must end with this code.
    fn ours(&self, arguments: &[&str], wanted: i32) -> Result<(), Failed> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_weighbridge"));
        let output = command
            .args(arguments)
            .current_dir(self.0.path())
            .output()?;
        if output.status.code() == Some(wanted) {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        Err(format!("{arguments:?}: {}, {text}", output.status).into())
    }

    fn verify(&self, model: &str, wanted: i32) -> Result<(), Failed> {
        let arguments = [
            "verify",
            "--model",
            model,
            "--key",
            "k.pub.pem",
            "--sig",
            "s",
        ];
        self.ours(&arguments, wanted)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

fn we_sign_python_verifies(algorithm: &str) -> Result<(), Failed> {
    let folder = Folder::new()?;
    folder.ours(&["keygen", "--name", "k", "--algorithm", algorithm], 0)?;
    let sign = [
        "sign",
        "--model",
        "model.bin",
        "--key",
        "k.priv.pem",
        "--sig",
        "s",
    ];
    folder.ours(&sign, 0)?;
    folder.must_python(&["verify", "model.bin", "k.pub.pem", "s"])?;
    if folder.python(&["verify", "other.bin", "k.pub.pem", "s"])? {
        return Err("Python verified another file".into());
    }
    // And it reads our private key.
    folder.must_python(&["sign", "model.bin", "k.priv.pem", "s"])?;
    folder.verify("model.bin", 0)
}

fn python_signs_we_verify(algorithm: &str) -> Result<(), Failed> {
    let folder = Folder::new()?;
    folder.must_python(&["keygen", algorithm, "k.priv.pem", "k.pub.pem"])?;
    // Some signatures of a curve have an s in the upper half, and some numbers are shorter than others.
    for _ in 0..8 {
        folder.must_python(&["sign", "model.bin", "k.priv.pem", "s"])?;
        folder.verify("model.bin", 0)?;
        folder.verify("other.bin", 1)?;
    }
    let sign = [
        "sign",
        "--model",
        "model.bin",
        "--key",
        "k.priv.pem",
        "--sig",
        "s",
        "--force",
    ];
    folder.ours(&sign, 0)?;
    folder.must_python(&["verify", "model.bin", "k.pub.pem", "s"])
}

fn python_encrypts_we_open(algorithm: &str) -> Result<(), Failed> {
    let folder = Folder::new()?;
    folder.must_python(&[
        "keygen",
        algorithm,
        "k.priv.pem",
        "k.pub.pem",
        "a passphrase",
    ])?;
    let sign = [
        "sign",
        "--model",
        "model.bin",
        "--key",
        "k.priv.pem",
        "--sig",
        "s",
    ];
    folder.ours(&sign, 2)?;
    let with_passphrase = ["--passphrase-file", "passphrase"];
    folder.ours(
        &[&sign[..], &["--passphrase-file", "model.bin"]].concat(),
        2,
    )?;
    folder.ours(&[&sign[..], &with_passphrase].concat(), 0)?;
    folder.must_python(&["verify", "model.bin", "k.pub.pem", "s"])
}

fn we_encrypt_python_opens(algorithm: &str) -> Result<(), Failed> {
    let folder = Folder::new()?;
    encrypted_by_us(&folder, algorithm)?;
    if folder.python(&["sign", "model.bin", "k.priv.pem", "s", "another"])? {
        return Err("Python opened it with another passphrase".into());
    }
    folder.must_python(&["sign", "model.bin", "k.priv.pem", "s", "a passphrase"])?;
    folder.verify("model.bin", 0)
}

fn encrypted_by_us(folder: &Folder, algorithm: &str) -> Result<(), Failed> {
    let keygen = [
        "keygen",
        "--name",
        "k",
        "--algorithm",
        algorithm,
        "--passphrase-file",
        "passphrase",
    ];
    folder.ours(&keygen, 0)
}

/// Keys in every form that the program writes: PKCS#8, SEC 1 with and without the name of the curve before it, and
/// under a passphrase with PBKDF2 and with scrypt.
fn openssl_makes_we_open(algorithm: &str) -> Result<(), Failed> {
    let folder = Folder::new()?;
    let curve = match algorithm {
        "p256" => "prime256v1",
        "p384" => "secp384r1",
        "p521" => "secp521r1",
        _ => "",
    };
    let forms: &[&str] = if curve.is_empty() {
        folder.must(
            "openssl",
            &["genpkey", "-algorithm", "ed25519", "-out", "pkcs8"],
        )?;
        &["pkcs8"]
    } else {
        folder.must(
            "openssl",
            &["ecparam", "-name", curve, "-genkey", "-out", "parameters"],
        )?;
        folder.must("openssl", &["ec", "-in", "parameters", "-out", "sec1"])?;
        folder.must(
            "openssl",
            &[
                "pkcs8", "-topk8", "-nocrypt", "-in", "sec1", "-out", "pkcs8",
            ],
        )?;
        &["parameters", "sec1", "pkcs8"]
    };
    folder.must(
        "openssl",
        &["pkey", "-in", "pkcs8", "-pubout", "-out", "k.pub.pem"],
    )?;
    let sign = |key: &str| {
        [
            "sign",
            "--model",
            "model.bin",
            "--force",
            "--sig",
            "s",
            "--key",
            key,
        ]
        .map(str::to_owned)
    };
    for form in forms {
        let sign = sign(form);
        folder.ours(&sign.each_ref().map(String::as_str), 0)?;
        folder.verify("model.bin", 0)?;
    }
    for how in [
        &["-v2", "aes-256-cbc"][..],
        &["-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA512"],
        &["-v2", "aes-256-cbc", "-iter", "100000"],
        &["-scrypt"],
    ] {
        let out = [
            "-topk8",
            "-in",
            "pkcs8",
            "-out",
            "encrypted",
            "-passout",
            "file:passphrase",
        ];
        folder.must("openssl", &[&["pkcs8"], &out[..], how].concat())?;
        let sign = sign("encrypted");
        let sign = sign.each_ref().map(String::as_str);
        folder.ours(&sign, 2)?;
        folder.ours(
            &[&sign[..], &["--passphrase-file", "passphrase"]].concat(),
            0,
        )?;
        folder.verify("model.bin", 0)?;
    }
    // What is out of date is refused, not misread.
    let out = [
        "-topk8",
        "-in",
        "pkcs8",
        "-out",
        "encrypted",
        "-passout",
        "file:passphrase",
    ];
    folder.must(
        "openssl",
        &[&["pkcs8"], &out[..], &["-v2prf", "hmacWithSHA1"]].concat(),
    )?;
    let sign = sign("encrypted");
    let sign = sign.each_ref().map(String::as_str);
    folder.ours(
        &[&sign[..], &["--passphrase-file", "passphrase"]].concat(),
        2,
    )
}

fn we_encrypt_openssl_opens(algorithm: &str) -> Result<(), Failed> {
    let folder = Folder::new()?;
    encrypted_by_us(&folder, algorithm)?;
    let pkey = [
        "pkey",
        "-in",
        "k.priv.pem",
        "-passin",
        "file:passphrase",
        "-pubout",
        "-out",
        "again.pem",
    ];
    folder.must("openssl", &pkey)?;
    same(&folder, "k.pub.pem", "again.pem")
}

fn we_write_as_openssl_does(algorithm: &str) -> Result<(), Failed> {
    let folder = Folder::new()?;
    folder.ours(&["keygen", "--name", "k", "--algorithm", algorithm], 0)?;
    folder.must(
        "openssl",
        &["pkey", "-in", "k.priv.pem", "-pubout", "-out", "public.pem"],
    )?;
    same(&folder, "k.pub.pem", "public.pem")?;
    folder.must(
        "openssl",
        &["pkey", "-in", "k.priv.pem", "-out", "private.pem"],
    )?;
    same(&folder, "k.priv.pem", "private.pem")
}

fn same(folder: &Folder, one: &str, other: &str) -> Result<(), Failed> {
    let read = |name: &str| -> Result<String, Failed> {
        let file = std::fs::File::open(folder.path().join(name))?;
        Ok(std::io::read_to_string(file)?)
    };
    if read(one)? == read(other)? {
        Ok(())
    } else {
        Err(format!("{one} is not {other}").into())
    }
}
