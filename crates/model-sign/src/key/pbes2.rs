//! Encryption under a passphrase, PBES2 (RFC 8018 section 6.2), as OpenSSL and Python's `cryptography` write it.

use aes::{Aes128, Aes256};
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _};
use pbkdf2::pbkdf2_hmac;
use pbkdf2::sha2::{Sha256, Sha384, Sha512};
use zeroize::Zeroizing;

use super::der::{Reader, element, tag, unsigned};
use super::private::fill_random;
use super::{KeyError, KeyErrorKind, Oid, Work};

const PBES2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d];
const PBKDF2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0c];
const SCRYPT: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x04, 0x0b];
const HMAC_SHA1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x07];
const HMAC_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x09];
const HMAC_SHA384: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x0a];
const HMAC_SHA512: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x0b];
const AES128_CBC: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x02];
const AES256_CBC: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2a];

/// Rounds of PBKDF2 that are spent at most: some seconds, and ten times what is advised today (600,000).
const MOST_ROUNDS: u64 = 10_000_000;
/// Memory that scrypt gets at most, in bytes: what its author and OWASP advise is 128 MiB (N 2^17, r 8).
const MOST_MEMORY: u64 = 128 << 20;
/// Bytes that scrypt writes and reads at most: some seconds. The same advice comes to 256 MiB.
const MOST_TRAFFIC: u64 = 1 << 30;
/// The longest salt, in bytes; 8 to 32 are in use.
const LONGEST_SALT: usize = 128;

/// What is written: scrypt with N 2^14, r 8, p 5, which OWASP gives as equal to N 2^17 and p 1. OpenSSL opens no
/// key that takes more than 32 MiB of memory, and this takes 16.
const LOG_N: u8 = 14;
const R: u32 = 8;
const P: u32 = 5;

/// How a passphrase becomes a key.
enum Derivation<'a> {
    Pbkdf2 {
        salt: &'a [u8],
        rounds: u32,
        hash: Hash,
    },
    Scrypt {
        salt: &'a [u8],
        params: scrypt::Params,
    },
}

#[derive(Clone, Copy)]
enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

/// Which cipher the key is for.
#[derive(Clone, Copy)]
enum Cipher {
    Aes128,
    Aes256,
}

impl Cipher {
    const fn key_len(self) -> usize {
        match self {
            Self::Aes128 => 16,
            Self::Aes256 => 32,
        }
    }
}

/// An EncryptedPrivateKeyInfo (RFC 5958 section 3) that was read and is not open yet.
pub(crate) struct Encrypted<'a> {
    derivation: Derivation<'a>,
    cipher: Cipher,
    iv: &'a [u8],
    contents: &'a [u8],
}

impl<'a> Encrypted<'a> {
    pub(crate) fn read(der: &'a [u8]) -> Result<Self, KeyError> {
        let mut outer = Reader::new(der);
        let mut info = outer.element(tag::SEQUENCE)?;
        outer.finish()?;
        let mut algorithm = info.element(tag::SEQUENCE)?;
        let contents = info.element(tag::OCTET_STRING)?;
        info.finish()?;

        expect(&mut algorithm, PBES2)?;
        let mut parameters = algorithm.element(tag::SEQUENCE)?;
        algorithm.finish()?;
        let derivation = parameters.element(tag::SEQUENCE)?;
        let mut scheme = parameters.element(tag::SEQUENCE)?;
        parameters.finish()?;

        let at = scheme.offset();
        let oid = scheme.oid()?;
        let cipher = if oid.is(AES128_CBC) {
            Cipher::Aes128
        } else if oid.is(AES256_CBC) {
            Cipher::Aes256
        } else {
            return Err(unsupported(oid, at));
        };
        let iv = scheme.element(tag::OCTET_STRING)?;
        scheme.finish()?;
        if iv.rest().len() != 16 {
            return Err(unusable(&iv));
        }
        if contents.is_empty() || !contents.rest().len().is_multiple_of(16) {
            return Err(unusable(&contents));
        }
        Ok(Self {
            derivation: Derivation::read(derivation, cipher)?,
            cipher,
            iv: iv.rest(),
            contents: contents.rest(),
        })
    }

    /// Returns what was encrypted, a sequence.
    pub(crate) fn open(&self, passphrase: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let key = self.derivation.derive(passphrase, self.cipher)?;
        let plain = match self.cipher {
            Cipher::Aes128 => cbc::Decryptor::<Aes128>::new_from_slices(&key, self.iv)
                .ok()
                .and_then(|mode| mode.decrypt_padded_vec::<Pkcs7>(self.contents).ok()),
            Cipher::Aes256 => cbc::Decryptor::<Aes256>::new_from_slices(&key, self.iv)
                .ok()
                .and_then(|mode| mode.decrypt_padded_vec::<Pkcs7>(self.contents).ok()),
        };
        let wrong = || KeyError::new(KeyErrorKind::WrongPassphrase);
        let plain = Zeroizing::new(plain.ok_or_else(wrong)?);
        // One wrong passphrase in 256 gives padding that looks right, and then not a sequence to the last byte.
        let mut reader = Reader::new(&plain);
        let whole = reader.element(tag::SEQUENCE).and_then(|_| reader.finish());
        whole.map_err(|_| wrong())?;
        Ok(plain)
    }
}

/// Writes an EncryptedPrivateKeyInfo.
pub(crate) fn encrypt(der: &[u8], passphrase: &[u8]) -> Result<Vec<u8>, KeyError> {
    let mut salt = [0; 16];
    let mut iv = [0; 16];
    fill_random(&mut salt)?;
    fill_random(&mut iv)?;
    let cipher = Cipher::Aes256;
    let params = scrypt::Params::new(LOG_N, R, P);
    let unusable = || KeyError::new(KeyErrorKind::EncryptionParameter);
    let derivation = Derivation::Scrypt {
        salt: &salt,
        params: params.map_err(|_| unusable())?,
    };
    let key = derivation.derive(passphrase, cipher)?;
    let mode = cbc::Encryptor::<Aes256>::new_from_slices(&key, &iv).map_err(|_| unusable())?;
    let encrypted = mode.encrypt_padded_vec::<Pkcs7>(der);

    let cost = 1_u32 << LOG_N;
    let numbers: &[&[u8]] = &[
        &element(tag::OCTET_STRING, &[&salt]),
        &unsigned(&cost.to_be_bytes()),
        &unsigned(&R.to_be_bytes()),
        &unsigned(&P.to_be_bytes()),
    ];
    let numbers = element(tag::SEQUENCE, numbers);
    let derivation = element(tag::SEQUENCE, &[&element(tag::OID, &[SCRYPT]), &numbers]);
    let iv = element(tag::OCTET_STRING, &[&iv]);
    let scheme = element(tag::SEQUENCE, &[&element(tag::OID, &[AES256_CBC]), &iv]);
    let parameters = element(tag::SEQUENCE, &[&derivation, &scheme]);
    let algorithm = element(tag::SEQUENCE, &[&element(tag::OID, &[PBES2]), &parameters]);
    let octets = element(tag::OCTET_STRING, &[&encrypted]);
    Ok(element(tag::SEQUENCE, &[&algorithm, &octets]).to_vec())
}

impl<'a> Derivation<'a> {
    /// Reads the contents of an AlgorithmIdentifier.
    fn read(mut reader: Reader<'a>, cipher: Cipher) -> Result<Self, KeyError> {
        let at = reader.offset();
        let oid = reader.oid()?;
        let mut parameters = reader.element(tag::SEQUENCE)?;
        reader.finish()?;
        let salt = parameters.element(tag::OCTET_STRING)?;
        if salt.is_empty() || salt.rest().len() > LONGEST_SALT {
            return Err(unusable(&salt));
        }
        let derivation = if oid.is(PBKDF2) {
            Self::read_pbkdf2(&mut parameters, salt.rest(), cipher)?
        } else if oid.is(SCRYPT) {
            Self::read_scrypt(&mut parameters, salt.rest(), cipher)?
        } else {
            return Err(unsupported(oid, at));
        };
        parameters.finish()?;
        Ok(derivation)
    }

    /// Reads what follows the salt (RFC 8018 section A.2).
    fn read_pbkdf2(
        reader: &mut Reader<'a>,
        salt: &'a [u8],
        cipher: Cipher,
    ) -> Result<Self, KeyError> {
        let start = reader.clone();
        let rounds = reader.number()?.unwrap_or(u64::MAX);
        let too_much = work(Work::Rounds, rounds, MOST_ROUNDS, &start);
        let rounds = too_much.and_then(|()| u32::try_from(rounds).map_err(|_| unusable(&start)))?;
        if rounds == 0 {
            return Err(unusable(&start));
        }
        key_length(reader, cipher)?;
        let at = reader.offset();
        let Some(mut function) = reader.optional(tag::SEQUENCE)? else {
            // What a file means that says nothing.
            return match Oid::from_contents(HMAC_SHA1) {
                Some(oid) => Err(unsupported(oid, at)),
                None => Err(unusable(reader)),
            };
        };
        let at = function.offset();
        let oid = function.oid()?;
        if let Some(null) = function.optional(tag::NULL)? {
            null.finish()?;
        }
        function.finish()?;
        let hashes = [
            (HMAC_SHA256, Hash::Sha256),
            (HMAC_SHA384, Hash::Sha384),
            (HMAC_SHA512, Hash::Sha512),
        ];
        match hashes.into_iter().find(|(contents, _)| oid.is(contents)) {
            Some((_, hash)) => Ok(Self::Pbkdf2 { salt, rounds, hash }),
            None => Err(unsupported(oid, at)),
        }
    }

    /// Reads what follows the salt (RFC 7914 section 7).
    fn read_scrypt(
        reader: &mut Reader<'a>,
        salt: &'a [u8],
        cipher: Cipher,
    ) -> Result<Self, KeyError> {
        let start = reader.clone();
        let mut numbers = [0_u64; 3];
        for number in &mut numbers {
            *number = reader.number()?.unwrap_or(u64::MAX);
        }
        let [cost, block, lanes] = numbers;
        key_length(reader, cipher)?;
        if cost < 2 || !(cost.is_power_of_two() || cost == u64::MAX) || block == 0 || lanes == 0 {
            return Err(unusable(&start));
        }
        let memory = cost.saturating_mul(block).saturating_mul(128);
        let traffic = memory.saturating_mul(lanes).saturating_mul(2);
        work(Work::Memory, memory, MOST_MEMORY, &start)?;
        work(Work::Traffic, traffic, MOST_TRAFFIC, &start)?;
        // Within those bounds the product of the two is small, which the crate takes for granted.
        let log = u8::try_from(cost.trailing_zeros());
        let (Ok(log), Ok(block), Ok(lanes)) = (log, u32::try_from(block), u32::try_from(lanes))
        else {
            return Err(unusable(&start));
        };
        let params = scrypt::Params::new(log, block, lanes).map_err(|_| unusable(&start))?;
        Ok(Self::Scrypt { salt, params })
    }

    fn derive(&self, passphrase: &[u8], cipher: Cipher) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let mut key = Zeroizing::new(vec![0; cipher.key_len()]);
        match self {
            Self::Pbkdf2 { salt, rounds, hash } => match hash {
                Hash::Sha256 => pbkdf2_hmac::<Sha256>(passphrase, salt, *rounds, &mut key),
                Hash::Sha384 => pbkdf2_hmac::<Sha384>(passphrase, salt, *rounds, &mut key),
                Hash::Sha512 => pbkdf2_hmac::<Sha512>(passphrase, salt, *rounds, &mut key),
            },
            Self::Scrypt { salt, params } => scrypt::scrypt(passphrase, salt, params, &mut key)
                .map_err(|_| KeyError::new(KeyErrorKind::EncryptionParameter))?,
        }
        Ok(key)
    }
}

/// Takes a key length, which need not stand there and can only be the cipher's.
fn key_length(reader: &mut Reader<'_>, cipher: Cipher) -> Result<(), KeyError> {
    let start = reader.clone();
    if reader.tag() != Some(tag::INTEGER) {
        return Ok(());
    }
    let wanted = u64::try_from(cipher.key_len()).ok();
    if reader.number()? == wanted {
        Ok(())
    } else {
        Err(unusable(&start))
    }
}

/// Takes an object identifier that can only be this one.
fn expect(reader: &mut Reader<'_>, wanted: &[u8]) -> Result<(), KeyError> {
    let at = reader.offset();
    let oid = reader.oid()?;
    if oid.is(wanted) {
        Ok(())
    } else {
        Err(unsupported(oid, at))
    }
}

fn work(measure: Work, found: u64, limit: u64, at: &Reader<'_>) -> Result<(), KeyError> {
    if found <= limit {
        return Ok(());
    }
    let kind = KeyErrorKind::TooMuchWork {
        measure,
        found,
        limit,
    };
    Err(KeyError::at_der(kind, at.offset()))
}

fn unsupported(oid: Oid, at: usize) -> KeyError {
    KeyError::at_der(KeyErrorKind::UnsupportedEncryption(oid), at)
}

fn unusable(at: &Reader<'_>) -> KeyError {
    KeyError::at_der(KeyErrorKind::EncryptionParameter, at.offset())
}

#[cfg(test)]
mod tests {
    use super::{
        AES256_CBC, Encrypted, HMAC_SHA256, KeyError, KeyErrorKind, PBES2, PBKDF2, SCRYPT, Work,
        Zeroizing, element, encrypt, tag, unsigned,
    };

    fn decrypt(der: &[u8], passphrase: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        Encrypted::read(der)?.open(passphrase)
    }

    /// An EncryptedPrivateKeyInfo with these parameters of a derivation, and nothing good in it.
    fn with_parameters(derivation: &[u8], parameters: &[&[u8]]) -> Vec<u8> {
        let parameters = element(tag::SEQUENCE, parameters);
        let derivation = element(
            tag::SEQUENCE,
            &[&element(tag::OID, &[derivation]), &parameters],
        );
        let iv = element(tag::OCTET_STRING, &[&[0; 16]]);
        let scheme = element(tag::SEQUENCE, &[&element(tag::OID, &[AES256_CBC]), &iv]);
        let both = element(tag::SEQUENCE, &[&derivation, &scheme]);
        let algorithm = element(tag::SEQUENCE, &[&element(tag::OID, &[PBES2]), &both]);
        let octets = element(tag::OCTET_STRING, &[&[0; 64]]);
        element(tag::SEQUENCE, &[&algorithm, &octets]).to_vec()
    }

    fn rounds(count: &[u8]) -> Vec<u8> {
        let salt = element(tag::OCTET_STRING, &[b"salt"]);
        let function = element(tag::SEQUENCE, &[&element(tag::OID, &[HMAC_SHA256])]);
        with_parameters(PBKDF2, &[&salt, &unsigned(count), &function])
    }

    fn costs(cost: &[u8], block: &[u8], lanes: &[u8]) -> Vec<u8> {
        let salt = element(tag::OCTET_STRING, &[b"salt"]);
        let parts: &[&[u8]] = &[&salt, &unsigned(cost), &unsigned(block), &unsigned(lanes)];
        with_parameters(SCRYPT, parts)
    }

    #[test]
    fn what_is_encrypted_is_opened_with_the_same_passphrase_only() {
        let plain = element(tag::SEQUENCE, &[b"secret"]);
        let encrypted = encrypt(&plain, b"right").unwrap();
        assert_eq!(*decrypt(&encrypted, b"right").unwrap(), *plain);
        let error = decrypt(&encrypted, b"wrong").unwrap_err();
        assert_eq!(error.kind(), &KeyErrorKind::WrongPassphrase);
        assert_ne!(encrypt(&plain, b"right").unwrap(), encrypted);
    }

    #[test]
    fn the_work_that_a_file_asks_for_is_bounded() {
        for (file, work) in [
            (rounds(&[0x98, 0x96, 0x81]), Work::Rounds),
            (rounds(&[0xff; 4]), Work::Rounds),
            (rounds(&[0xff; 100]), Work::Rounds),
            (costs(&[0x04, 0, 0], &[8], &[1]), Work::Memory),
            (
                costs(&[0x80, 0, 0, 0, 0, 0, 0, 0], &[0xff; 4], &[0xff; 4]),
                Work::Memory,
            ),
            (costs(&[0xff; 100], &[1], &[1]), Work::Memory),
            (costs(&[2], &[0xff; 8], &[1]), Work::Memory),
            (costs(&[2], &[1], &[0xff; 4]), Work::Traffic),
            (costs(&[0x40, 0], &[8], &[33]), Work::Traffic),
        ] {
            let error = decrypt(&file, b"").unwrap_err();
            let KeyErrorKind::TooMuchWork {
                measure,
                found,
                limit,
            } = error.kind()
            else {
                panic!("{error}");
            };
            assert_eq!(*measure, work);
            assert!(found > limit);
        }
    }

    #[test]
    fn parameters_without_meaning_are_refused() {
        let salt = element(tag::OCTET_STRING, &[b"salt"]);
        let none = element(tag::OCTET_STRING, &[]);
        let long = element(tag::OCTET_STRING, &[&[0; 129]]);
        let function = element(tag::SEQUENCE, &[&element(tag::OID, &[HMAC_SHA256])]);
        let with_salt = |salt| with_parameters(PBKDF2, &[salt, &unsigned(&[1]), &function]);
        let wrong_length = with_parameters(
            PBKDF2,
            &[&salt, &unsigned(&[1]), &unsigned(&[16]), &function],
        );
        for file in [
            with_salt(&none),
            with_salt(&long),
            wrong_length,
            rounds(&[0]),
            costs(&[0], &[8], &[1]),
            costs(&[1], &[8], &[1]),
            costs(&[3], &[8], &[1]),
            costs(&[2], &[0], &[1]),
            costs(&[2], &[8], &[0]),
        ] {
            let error = decrypt(&file, b"").unwrap_err();
            assert_eq!(error.kind(), &KeyErrorKind::EncryptionParameter);
        }
        let error = decrypt(&with_salt(&salt), b"").unwrap_err();
        assert_eq!(error.kind(), &KeyErrorKind::WrongPassphrase);
    }

    #[test]
    fn a_derivation_with_sha1_is_named_also_where_the_file_does_not() {
        let salt = element(tag::OCTET_STRING, &[b"salt"]);
        let file = with_parameters(PBKDF2, &[&salt, &unsigned(&[1])]);
        let error = decrypt(&file, b"").unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("unsupported encryption 1.2.840.113549.2.7 at byte ")
        );
    }
}
