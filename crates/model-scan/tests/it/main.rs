//! The public behaviour of `model-scan`.

#[cfg(test)]
mod checkpoint;
#[cfg(test)]
mod containers;
#[cfg(test)]
mod convert;
#[cfg(test)]
mod folders;
mod forge;
mod forge_seven;
mod forge_tar;
#[cfg(test)]
mod forge_torch;
#[cfg(test)]
mod formats;
#[cfg(test)]
mod model_folder;
#[cfg(test)]
mod pack;
#[cfg(test)]
mod pickles;
#[cfg(test)]
mod polyglots;
#[cfg(test)]
mod rule_data;
#[cfg(test)]
mod safetensors;
#[cfg(test)]
mod seven_zip;
mod sniff;
#[cfg(test)]
mod streams;
#[cfg(test)]
mod suppression;
#[cfg(test)]
mod tarball;
#[cfg(test)]
mod time;
mod zip;
