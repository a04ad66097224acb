use core::fmt;

/// How the argument of an opcode stands in the stream.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ArgumentKind {
    /// No argument.
    None,
    /// So many bytes: a little-endian integer, or the eight of a big-endian double.
    Fixed(u8),
    /// Text up to a line feed.
    Line,
    /// Two texts, each up to a line feed.
    TwoLines,
    /// Bytes behind a little-endian count of so many bytes.
    Counted(u8),
    /// Bytes behind a signed four-byte count, which must not be negative.
    CountedSigned,
}

macro_rules! opcodes {
    ($($name:ident = $code:literal, $text:literal, $protocol:literal, $argument:expr, $doc:literal;)*) => {
        /// One of the 68 opcodes of protocols 0 to 5, named as CPython's `pickletools` names it.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[repr(u8)]
        #[expect(
            clippy::exhaustive_enums,
            reason = "the set of opcodes is closed by protocol 5; a new protocol is a breaking change"
        )]
        pub enum Opcode {
            $(
                #[doc = $doc]
                $name = $code,
            )*
        }

        impl Opcode {
            /// Every opcode, sorted by its byte.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Returns the opcode's byte.
            #[must_use]
            #[inline]
            pub const fn byte(self) -> u8 {
                match self { $(Self::$name => $code),* }
            }

            /// Returns the name that `pickletools` prints, such as `SHORT_BINUNICODE`.
            #[must_use]
            #[inline]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            /// Returns the protocol that introduced the opcode, 0 to 5.
            #[must_use]
            #[inline]
            pub const fn protocol(self) -> u8 {
                match self { $(Self::$name => $protocol),* }
            }

            /// Returns how its argument is written.
            #[must_use]
            #[inline]
            pub const fn argument(self) -> ArgumentKind {
                match self { $(Self::$name => $argument),* }
            }
        }

        const BY_BYTE: [Option<(Opcode, ArgumentKind)>; 256] = {
            let mut table = [None; 256];
            $(table[$code] = Some((Opcode::$name, $argument));)*
            table
        };
    };
}

use ArgumentKind::{Counted, CountedSigned, Fixed, Line, None as Nothing, TwoLines};

opcodes! {
    Mark = 0x28, "MARK", 0, Nothing, "`(`: pushes a mark.";
    EmptyTuple = 0x29, "EMPTY_TUPLE", 1, Nothing, "`)`: pushes the empty tuple.";
    Stop = 0x2e, "STOP", 0, Nothing, "`.`: ends the pickle; the top of the stack is the result.";
    Pop = 0x30, "POP", 0, Nothing, "`0`: drops the top of the stack, a mark too.";
    PopMark = 0x31, "POP_MARK", 1, Nothing, "`1`: drops everything down to the topmost mark.";
    Dup = 0x32, "DUP", 0, Nothing, "`2`: pushes the top of the stack once more.";
    BinBytes = 0x42, "BINBYTES", 3, Counted(4), "`B`: pushes bytes.";
    ShortBinBytes = 0x43, "SHORT_BINBYTES", 3, Counted(1), "`C`: pushes up to 255 bytes.";
    Float = 0x46, "FLOAT", 0, Line, "`F`: pushes a float written as text.";
    BinFloat = 0x47, "BINFLOAT", 1, Fixed(8), "`G`: pushes a float, eight bytes, big-endian.";
    Int = 0x49, "INT", 0, Line, "`I`: pushes an integer or a boolean written as text.";
    BinInt = 0x4a, "BININT", 1, Fixed(4), "`J`: pushes a signed four-byte integer.";
    BinInt1 = 0x4b, "BININT1", 1, Fixed(1), "`K`: pushes an unsigned one-byte integer.";
    Long = 0x4c, "LONG", 0, Line, "`L`: pushes an integer written as text.";
    BinInt2 = 0x4d, "BININT2", 1, Fixed(2), "`M`: pushes an unsigned two-byte integer.";
    None = 0x4e, "NONE", 0, Nothing, "`N`: pushes None.";
    PersId = 0x50, "PERSID", 0, Line, "`P`: asks the loader for the object with a persistent id written as text.";
    BinPersId = 0x51, "BINPERSID", 1, Nothing, "`Q`: asks the loader for the object whose persistent id is on the stack.";
    Reduce = 0x52, "REDUCE", 0, Nothing, "`R`: calls a callable with a tuple of arguments.";
    String = 0x53, "STRING", 0, Line, "`S`: pushes a Python 2 string written as a quoted literal.";
    BinString = 0x54, "BINSTRING", 1, CountedSigned, "`T`: pushes a Python 2 string.";
    ShortBinString = 0x55, "SHORT_BINSTRING", 1, Counted(1), "`U`: pushes a Python 2 string of up to 255 bytes.";
    Unicode = 0x56, "UNICODE", 0, Line, "`V`: pushes text in raw-unicode-escape.";
    BinUnicode = 0x58, "BINUNICODE", 1, Counted(4), "`X`: pushes text in UTF-8.";
    Append = 0x61, "APPEND", 0, Nothing, "`a`: appends one value.";
    Build = 0x62, "BUILD", 0, Nothing, "`b`: gives an object its state.";
    Global = 0x63, "GLOBAL", 0, TwoLines, "`c`: imports a module and pushes what a name in it stands for.";
    Dict = 0x64, "DICT", 0, Nothing, "`d`: makes a dict of what lies above the mark.";
    AppendMany = 0x65, "APPENDS", 1, Nothing, "`e`: appends everything above the mark.";
    Get = 0x67, "GET", 0, Line, "`g`: pushes a memo entry whose index is written as text.";
    BinGet = 0x68, "BINGET", 1, Fixed(1), "`h`: pushes a memo entry, one-byte index.";
    Inst = 0x69, "INST", 0, TwoLines, "`i`: imports a class and calls it with what lies above the mark.";
    LongBinGet = 0x6a, "LONG_BINGET", 1, Fixed(4), "`j`: pushes a memo entry, four-byte index.";
    List = 0x6c, "LIST", 0, Nothing, "`l`: makes a list of what lies above the mark.";
    Obj = 0x6f, "OBJ", 1, Nothing, "`o`: calls the class above the mark with what lies above it.";
    Put = 0x70, "PUT", 0, Line, "`p`: stores the top of the stack under an index written as text.";
    BinPut = 0x71, "BINPUT", 1, Fixed(1), "`q`: stores the top of the stack, one-byte index.";
    LongBinPut = 0x72, "LONG_BINPUT", 1, Fixed(4), "`r`: stores the top of the stack, four-byte index.";
    SetItem = 0x73, "SETITEM", 0, Nothing, "`s`: sets one item.";
    Tuple = 0x74, "TUPLE", 0, Nothing, "`t`: makes a tuple of what lies above the mark.";
    SetItems = 0x75, "SETITEMS", 1, Nothing, "`u`: sets the items above the mark.";
    EmptyDict = 0x7d, "EMPTY_DICT", 1, Nothing, "`}`: pushes a new dict.";
    EmptyList = 0x5d, "EMPTY_LIST", 1, Nothing, "`]`: pushes a new list.";
    Proto = 0x80, "PROTO", 2, Fixed(1), "Sets the protocol.";
    NewObj = 0x81, "NEWOBJ", 2, Nothing, "Calls `cls.__new__(cls, *args)`.";
    Ext1 = 0x82, "EXT1", 2, Fixed(1), "Pushes what the extension registry holds under a one-byte code.";
    Ext2 = 0x83, "EXT2", 2, Fixed(2), "Pushes what the extension registry holds under a two-byte code.";
    Ext4 = 0x84, "EXT4", 2, Fixed(4), "Pushes what the extension registry holds under a four-byte code.";
    Tuple1 = 0x85, "TUPLE1", 2, Nothing, "Makes a tuple of the topmost value.";
    Tuple2 = 0x86, "TUPLE2", 2, Nothing, "Makes a tuple of the two topmost values.";
    Tuple3 = 0x87, "TUPLE3", 2, Nothing, "Makes a tuple of the three topmost values.";
    NewTrue = 0x88, "NEWTRUE", 2, Nothing, "Pushes True.";
    NewFalse = 0x89, "NEWFALSE", 2, Nothing, "Pushes False.";
    Long1 = 0x8a, "LONG1", 2, Counted(1), "Pushes an integer of up to 255 bytes, little-endian two's complement.";
    Long4 = 0x8b, "LONG4", 2, CountedSigned, "Pushes an integer of many bytes, little-endian two's complement.";
    ShortBinUnicode = 0x8c, "SHORT_BINUNICODE", 4, Counted(1), "Pushes text of up to 255 bytes in UTF-8.";
    BinUnicode8 = 0x8d, "BINUNICODE8", 4, Counted(8), "Pushes text in UTF-8.";
    BinBytes8 = 0x8e, "BINBYTES8", 4, Counted(8), "Pushes bytes.";
    EmptySet = 0x8f, "EMPTY_SET", 4, Nothing, "Pushes a new set.";
    AddItems = 0x90, "ADDITEMS", 4, Nothing, "Adds everything above the mark to a set.";
    FrozenSet = 0x91, "FROZENSET", 4, Nothing, "Makes a frozenset of what lies above the mark.";
    NewObjEx = 0x92, "NEWOBJ_EX", 4, Nothing, "Calls `cls.__new__(cls, *args, **kwargs)`.";
    StackGlobal = 0x93, "STACK_GLOBAL", 4, Nothing, "Imports what the two topmost texts name.";
    Memoize = 0x94, "MEMOIZE", 4, Nothing, "Stores the top of the stack under the count of memo entries.";
    Frame = 0x95, "FRAME", 4, Fixed(8), "Says how many bytes the next frame has.";
    ByteArray8 = 0x96, "BYTEARRAY8", 5, Counted(8), "Pushes a bytearray.";
    NextBuffer = 0x97, "NEXT_BUFFER", 5, Nothing, "Pushes the next out-of-band buffer.";
    ReadOnlyBuffer = 0x98, "READONLY_BUFFER", 5, Nothing, "Makes the buffer on the stack read-only.";
}

impl Opcode {
    /// Returns the opcode that a byte stands for, or `None`: of 256 bytes 188 are none.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Self> {
        Self::with_argument(byte).map(|(opcode, _)| opcode)
    }

    /// Returns the opcode that a byte stands for and how its argument is written.
    #[inline]
    pub(crate) fn with_argument(byte: u8) -> Option<(Self, ArgumentKind)> {
        #[expect(
            clippy::indexing_slicing,
            reason = "the table has an entry for each of the 256 values of a byte"
        )]
        BY_BYTE[usize::from(byte)]
    }
}

impl fmt::Display for Opcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Opcode;

    #[test]
    fn there_are_68_and_each_is_found_by_its_byte() {
        assert_eq!(Opcode::ALL.len(), 68);
        for &opcode in Opcode::ALL {
            assert_eq!(Opcode::from_byte(opcode.byte()), Some(opcode));
        }
        let known = (0..=255).filter_map(Opcode::from_byte).count();
        assert_eq!(known, 68);
    }
}
