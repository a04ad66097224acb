//! Every byte of a small file, changed in every way: the answer is the reference implementation's, or a rule says
//! why it is not.

use safetensors_check::Limits;

use crate::forge::{entry, file};
use crate::oracle;

fn base() -> Vec<u8> {
    let header = format!(
        "{{\"__metadata__\":{{\"k\":\"v\"}},{},{}}} ",
        entry("a", "F16", "[2]", 0, 4),
        entry("b", "U8", "[1]", 4, 5)
    );
    file(header, 5)
}

fn holds(file: &[u8]) {
    oracle::hold(file, &Limits::default());
}

#[test]
fn every_bit_flipped() {
    let base = base();
    holds(&base);
    for at in 0..base.len() {
        for bit in 0..8 {
            let mut file = base.clone();
            file[at] ^= 1 << bit;
            holds(&file);
        }
    }
}

#[test]
fn every_byte_left_out_or_doubled() {
    let base = base();
    for at in 0..base.len() {
        let mut shorter = base.clone();
        shorter.remove(at);
        holds(&shorter);
        let mut longer = base.clone();
        longer.insert(at, base[at]);
        holds(&longer);
        holds(&base[..at]);
    }
}

#[test]
fn every_byte_left_out_or_put_in_with_the_length_mended() {
    let base = base();
    let end = base.len() - 5;
    for at in 8..end {
        let mut shorter = base[8..end].to_vec();
        shorter.remove(at - 8);
        holds(&file(&shorter, 5));
        for byte in 0..=u8::MAX {
            let mut longer = base[8..end].to_vec();
            longer.insert(at - 8, byte);
            holds(&file(&longer, 5));
        }
    }
}

#[test]
fn every_byte_replaced_by_every_other_of_the_grammar() {
    let base = base();
    for at in 0..base.len() - 5 {
        for byte in b"{}[],:\"\\ \n\t0123456789-+.eEnulltrue_\0\x7f\x80" {
            let mut file = base.clone();
            file[at] = *byte;
            holds(&file);
        }
    }
}
