//! The public behaviour of `pickle-vm`.

// Under `cfg(test)` clippy counts helpers as tests too and lets them unwrap.
#[cfg(test)]
mod advisories;
#[cfg(test)]
mod assembler;
#[cfg(test)]
mod decompilation;
#[cfg(test)]
mod disasm;
#[cfg(test)]
mod goldens;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod minimizing;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod rendering;
#[cfg(test)]
mod trace;
