use std::io;
use std::rc::Rc;
use std::sync::Arc;

/// Bytes with a length that can be read at any offset, such as a held file, a mapping or a slice.
///
/// The length does not change while the value lives; a source whose file shrank behind its back fails to
/// read instead. Implementors give [`len`](Self::len) and [`read_at`](Self::read_at), and
/// [`as_slice`](Self::as_slice) if the bytes lie in memory anyway.
pub trait Source {
    /// Returns how many bytes there are.
    fn len(&self) -> u64;

    /// Says whether there is no byte.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads bytes from `offset` on into the front of `buf` and returns how many. Zero means that `buf` is
    /// empty or `offset` is at or behind the end; fewer than fit is no sign of the end.
    ///
    /// # Errors
    /// What the medium says; [`io::ErrorKind::UnexpectedEof`] if bytes that [`len`](Self::len) promised
    /// are gone.
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize>;

    /// Returns how many bytes the medium has now, asked again, where [`len`](Self::len) says how many it had
    /// when the value was made. Who hashes asks afterwards: another number means that somebody wrote to it
    /// meanwhile.
    ///
    /// # Errors
    /// What the medium says; [`io::ErrorKind::UnexpectedEof`] if bytes were found missing, although there
    /// may be as many again by now.
    fn len_now(&self) -> io::Result<u64> {
        Ok(self.len())
    }

    /// Returns all bytes if they lie in memory.
    fn as_slice(&self) -> Option<&[u8]> {
        None
    }

    /// Fills `buf` with the bytes from `offset` on.
    ///
    /// # Errors
    /// As [`read_at`](Self::read_at), and [`io::ErrorKind::UnexpectedEof`] if fewer bytes are left than
    /// `buf` holds; what `buf` holds then is not said. [`io::ErrorKind::InvalidData`] if a read claims more
    /// bytes than it was asked for.
    fn read_exact_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        let mut at = offset;
        let mut rest = buf;
        while !rest.is_empty() {
            match self.read_at(at, rest) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => {
                    let whole = std::mem::take(&mut rest);
                    // A source that claims more than it was asked for must not make us panic.
                    rest = whole.get_mut(count..).ok_or(io::ErrorKind::InvalidData)?;
                    at = at.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl Source for [u8] {
    fn len(&self) -> u64 {
        u64::try_from(<[u8]>::len(self)).unwrap_or(u64::MAX)
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let from = usize::try_from(offset).unwrap_or(usize::MAX);
        let rest = self.get(from..).unwrap_or_default();
        let count = rest.len().min(buf.len());
        if let (Some(into), Some(from)) = (buf.get_mut(..count), rest.get(..count)) {
            into.copy_from_slice(from);
        }
        Ok(count)
    }

    fn as_slice(&self) -> Option<&[u8]> {
        Some(self)
    }
}

impl<const N: usize> Source for [u8; N] {
    fn len(&self) -> u64 {
        Source::len(self.as_slice())
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.as_slice().read_at(offset, buf)
    }

    fn as_slice(&self) -> Option<&[u8]> {
        Some(self)
    }
}

impl Source for Vec<u8> {
    fn len(&self) -> u64 {
        Source::len(Self::as_slice(self))
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        Self::as_slice(self).read_at(offset, buf)
    }

    fn as_slice(&self) -> Option<&[u8]> {
        Some(self)
    }
}

/// Implements [`Source`] for a pointer to one.
macro_rules! through_a_pointer {
    ($($pointer:ty),*) => {$(
        impl<T: Source + ?Sized> Source for $pointer {
            fn len(&self) -> u64 {
                (**self).len()
            }

            fn is_empty(&self) -> bool {
                (**self).is_empty()
            }

            fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
                (**self).read_at(offset, buf)
            }

            fn len_now(&self) -> io::Result<u64> {
                (**self).len_now()
            }

            fn as_slice(&self) -> Option<&[u8]> {
                (**self).as_slice()
            }

            fn read_exact_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
                (**self).read_exact_at(offset, buf)
            }
        }
    )*};
}

through_a_pointer!(&T, Box<T>, Rc<T>, Arc<T>);
