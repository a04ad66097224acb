//! Single compressed streams: what each format's readers would give, and a look into that.

mod bzip2;
mod crc64;
mod format;
mod gzip;
mod inspect;
mod joblib;
mod lz4;
mod lzma;
mod member;
mod naming;
mod xz;
mod zlib;
mod zstd;

pub(crate) use format::Format;
pub(crate) use joblib::data as joblib_data;
