//! Reads the header of a safetensors file that is mapped, and says how many tensors it has:
//! `read_tensors read|check|safetensors FILE`. For measuring whole processes.

use std::error::Error;

use model_digest::Source;
use model_hold::Held;
use safetensors::SafeTensors;
use safetensors_check::{Header, Limits, Validity, check};

#[expect(clippy::print_stdout, reason = "it is a program")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let reader = arguments.next().ok_or("which reader?")?;
    let file = Held::open(arguments.next().ok_or("which file?")?)?.map()?;
    let bytes = file.as_slice().ok_or("the file cannot be mapped")?;
    let limits = Limits::default();
    let count = match &*reader {
        "read" => Header::read(bytes, file.len(), &limits)?.len(),
        "check" => {
            let report = check(bytes, &limits);
            if report.validity() != Validity::Valid {
                return Err("not valid".into());
            }
            report.header().len()
        }
        "safetensors" => SafeTensors::deserialize(bytes)?.len(),
        _ => return Err("which reader?".into()),
    };
    println!("{count}");
    Ok(())
}
