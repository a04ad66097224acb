//! The public behaviour of `model-scan`.

#[cfg(test)]
mod containers;
#[cfg(test)]
mod folders;
mod forge;
#[cfg(test)]
mod pickles;
mod sniff;
#[cfg(test)]
mod time;
mod zip;
