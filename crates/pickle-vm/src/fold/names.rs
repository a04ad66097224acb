use alloc::borrow::Cow;
use alloc::format;

use crate::constant::Const;

use super::lookup;

/// The functions that the folder computes, sorted.
///
/// Methods stand under their class; they are computed bound (`"-".join`) and unbound
/// (`str.join("-", ...)`), those of `int` for bools as well. The functions of `operator` may have
/// underscores around their names. `get` and `__getitem__` are computed for `sys.modules` and for any
/// `__dict__` and `__builtins__`. What changes its object, and what depends on the Unicode database,
/// on the order of a set or on an unknown value, is not computed.
#[rustfmt::skip]
pub(crate) const FOLDED: &[&str] = &[
    "_codecs.ascii_decode", "_codecs.ascii_encode", "_codecs.decode", "_codecs.encode",
    "_codecs.escape_decode", "_codecs.escape_encode", "_codecs.latin_1_decode", "_codecs.latin_1_encode",
    "_codecs.raw_unicode_escape_decode", "_codecs.raw_unicode_escape_encode", "_codecs.readbuffer_encode",
    "_codecs.unicode_escape_decode", "_codecs.unicode_escape_encode", "_codecs.utf_16_be_decode",
    "_codecs.utf_16_be_encode", "_codecs.utf_16_decode", "_codecs.utf_16_encode", "_codecs.utf_16_le_decode",
    "_codecs.utf_16_le_encode", "_codecs.utf_32_be_decode", "_codecs.utf_32_be_encode",
    "_codecs.utf_32_decode", "_codecs.utf_32_encode", "_codecs.utf_32_le_decode", "_codecs.utf_32_le_encode",
    "_codecs.utf_8_decode", "_codecs.utf_8_encode", "base64.a85decode", "base64.a85encode",
    "base64.b16decode", "base64.b16encode", "base64.b32decode", "base64.b32encode", "base64.b32hexdecode",
    "base64.b32hexencode", "base64.b64decode", "base64.b64encode", "base64.b85decode", "base64.b85encode",
    "base64.decodebytes", "base64.encodebytes", "base64.standard_b64decode", "base64.standard_b64encode",
    "base64.urlsafe_b64decode", "base64.urlsafe_b64encode", "binascii.a2b_base64", "binascii.a2b_hex",
    "binascii.a2b_qp", "binascii.b2a_base64", "binascii.b2a_hex", "binascii.hexlify", "binascii.unhexlify",
    "builtins.__import__", "builtins.abs", "builtins.all", "builtins.any", "builtins.ascii", "builtins.bin",
    "builtins.bool", "builtins.bytearray", "builtins.bytearray.__add__", "builtins.bytearray.__contains__",
    "builtins.bytearray.__eq__", "builtins.bytearray.__ge__", "builtins.bytearray.__getattribute__",
    "builtins.bytearray.__getitem__", "builtins.bytearray.__gt__", "builtins.bytearray.__iter__",
    "builtins.bytearray.__le__", "builtins.bytearray.__len__", "builtins.bytearray.__lt__",
    "builtins.bytearray.__mod__", "builtins.bytearray.__mul__", "builtins.bytearray.__ne__",
    "builtins.bytearray.__repr__", "builtins.bytearray.__rmul__", "builtins.bytearray.__str__",
    "builtins.bytearray.capitalize", "builtins.bytearray.center", "builtins.bytearray.copy",
    "builtins.bytearray.count", "builtins.bytearray.decode", "builtins.bytearray.endswith",
    "builtins.bytearray.expandtabs", "builtins.bytearray.find", "builtins.bytearray.fromhex",
    "builtins.bytearray.hex", "builtins.bytearray.index", "builtins.bytearray.isalnum",
    "builtins.bytearray.isalpha", "builtins.bytearray.isascii", "builtins.bytearray.isdigit",
    "builtins.bytearray.islower", "builtins.bytearray.isspace", "builtins.bytearray.isupper",
    "builtins.bytearray.join", "builtins.bytearray.ljust", "builtins.bytearray.lower",
    "builtins.bytearray.lstrip", "builtins.bytearray.maketrans", "builtins.bytearray.partition",
    "builtins.bytearray.removeprefix", "builtins.bytearray.removesuffix", "builtins.bytearray.replace",
    "builtins.bytearray.rfind", "builtins.bytearray.rindex", "builtins.bytearray.rjust",
    "builtins.bytearray.rpartition", "builtins.bytearray.rsplit", "builtins.bytearray.rstrip",
    "builtins.bytearray.split", "builtins.bytearray.splitlines", "builtins.bytearray.startswith",
    "builtins.bytearray.strip", "builtins.bytearray.swapcase", "builtins.bytearray.title",
    "builtins.bytearray.translate", "builtins.bytearray.upper", "builtins.bytearray.zfill", "builtins.bytes",
    "builtins.bytes.__add__", "builtins.bytes.__contains__", "builtins.bytes.__eq__", "builtins.bytes.__ge__",
    "builtins.bytes.__getattribute__", "builtins.bytes.__getitem__", "builtins.bytes.__gt__",
    "builtins.bytes.__iter__", "builtins.bytes.__le__", "builtins.bytes.__len__", "builtins.bytes.__lt__",
    "builtins.bytes.__mod__", "builtins.bytes.__mul__", "builtins.bytes.__ne__", "builtins.bytes.__repr__",
    "builtins.bytes.__rmul__", "builtins.bytes.__str__", "builtins.bytes.capitalize", "builtins.bytes.center",
    "builtins.bytes.count", "builtins.bytes.decode", "builtins.bytes.endswith", "builtins.bytes.expandtabs",
    "builtins.bytes.find", "builtins.bytes.fromhex", "builtins.bytes.hex", "builtins.bytes.index",
    "builtins.bytes.isalnum", "builtins.bytes.isalpha", "builtins.bytes.isascii", "builtins.bytes.isdigit",
    "builtins.bytes.islower", "builtins.bytes.isspace", "builtins.bytes.isupper", "builtins.bytes.join",
    "builtins.bytes.ljust", "builtins.bytes.lower", "builtins.bytes.lstrip", "builtins.bytes.maketrans",
    "builtins.bytes.partition", "builtins.bytes.removeprefix", "builtins.bytes.removesuffix",
    "builtins.bytes.replace", "builtins.bytes.rfind", "builtins.bytes.rindex", "builtins.bytes.rjust",
    "builtins.bytes.rpartition", "builtins.bytes.rsplit", "builtins.bytes.rstrip", "builtins.bytes.split",
    "builtins.bytes.splitlines", "builtins.bytes.startswith", "builtins.bytes.strip",
    "builtins.bytes.swapcase", "builtins.bytes.title", "builtins.bytes.translate", "builtins.bytes.upper",
    "builtins.bytes.zfill", "builtins.chr", "builtins.dict", "builtins.dict.__contains__",
    "builtins.dict.__eq__", "builtins.dict.__getattribute__", "builtins.dict.__getitem__",
    "builtins.dict.__iter__", "builtins.dict.__len__", "builtins.dict.__or__", "builtins.dict.__repr__",
    "builtins.dict.__str__", "builtins.dict.copy", "builtins.dict.get", "builtins.dict.items",
    "builtins.dict.keys", "builtins.dict.values", "builtins.divmod", "builtins.enumerate", "builtins.filter",
    "builtins.float", "builtins.float.__getattribute__", "builtins.float.__repr__", "builtins.float.__str__",
    "builtins.format", "builtins.frozenset", "builtins.frozenset.__and__", "builtins.frozenset.__contains__",
    "builtins.frozenset.__eq__", "builtins.frozenset.__getattribute__", "builtins.frozenset.__iter__",
    "builtins.frozenset.__len__", "builtins.frozenset.__or__", "builtins.frozenset.__repr__",
    "builtins.frozenset.__str__", "builtins.frozenset.__sub__", "builtins.frozenset.__xor__",
    "builtins.frozenset.copy", "builtins.frozenset.difference", "builtins.frozenset.intersection",
    "builtins.frozenset.symmetric_difference", "builtins.frozenset.union", "builtins.getattr", "builtins.hex",
    "builtins.int", "builtins.int.__add__", "builtins.int.__and__", "builtins.int.__eq__",
    "builtins.int.__floordiv__", "builtins.int.__format__", "builtins.int.__ge__",
    "builtins.int.__getattribute__", "builtins.int.__gt__", "builtins.int.__le__", "builtins.int.__lshift__",
    "builtins.int.__lt__", "builtins.int.__mod__", "builtins.int.__mul__", "builtins.int.__ne__",
    "builtins.int.__or__", "builtins.int.__pow__", "builtins.int.__repr__", "builtins.int.__rshift__",
    "builtins.int.__str__", "builtins.int.__sub__", "builtins.int.__xor__", "builtins.int.bit_length",
    "builtins.int.conjugate", "builtins.int.from_bytes", "builtins.int.to_bytes", "builtins.iter",
    "builtins.len", "builtins.list", "builtins.list.__add__", "builtins.list.__contains__",
    "builtins.list.__eq__", "builtins.list.__ge__", "builtins.list.__getattribute__",
    "builtins.list.__getitem__", "builtins.list.__gt__", "builtins.list.__iter__", "builtins.list.__le__",
    "builtins.list.__len__", "builtins.list.__lt__", "builtins.list.__mul__", "builtins.list.__ne__",
    "builtins.list.__repr__", "builtins.list.__rmul__", "builtins.list.__str__", "builtins.list.copy",
    "builtins.list.count", "builtins.list.index", "builtins.map", "builtins.max", "builtins.min",
    "builtins.next", "builtins.object.__getattribute__", "builtins.oct", "builtins.ord", "builtins.pow",
    "builtins.range", "builtins.repr", "builtins.reversed", "builtins.set", "builtins.set.__and__",
    "builtins.set.__contains__", "builtins.set.__eq__", "builtins.set.__getattribute__",
    "builtins.set.__iter__", "builtins.set.__len__", "builtins.set.__or__", "builtins.set.__repr__",
    "builtins.set.__str__", "builtins.set.__sub__", "builtins.set.__xor__", "builtins.set.copy",
    "builtins.set.difference", "builtins.set.intersection", "builtins.set.symmetric_difference",
    "builtins.set.union", "builtins.slice", "builtins.slice.__getattribute__", "builtins.slice.__repr__",
    "builtins.slice.__str__", "builtins.sorted", "builtins.str", "builtins.str.__add__",
    "builtins.str.__contains__", "builtins.str.__eq__", "builtins.str.__format__", "builtins.str.__ge__",
    "builtins.str.__getattribute__", "builtins.str.__getitem__", "builtins.str.__gt__",
    "builtins.str.__iter__", "builtins.str.__le__", "builtins.str.__len__", "builtins.str.__lt__",
    "builtins.str.__mod__", "builtins.str.__mul__", "builtins.str.__ne__", "builtins.str.__repr__",
    "builtins.str.__rmul__", "builtins.str.__str__", "builtins.str.capitalize", "builtins.str.casefold",
    "builtins.str.center", "builtins.str.count", "builtins.str.encode", "builtins.str.endswith",
    "builtins.str.expandtabs", "builtins.str.find", "builtins.str.format", "builtins.str.index",
    "builtins.str.isalnum", "builtins.str.isalpha", "builtins.str.isascii", "builtins.str.isdigit",
    "builtins.str.islower", "builtins.str.isspace", "builtins.str.isupper", "builtins.str.join",
    "builtins.str.ljust", "builtins.str.lower", "builtins.str.lstrip", "builtins.str.maketrans",
    "builtins.str.partition", "builtins.str.removeprefix", "builtins.str.removesuffix",
    "builtins.str.replace", "builtins.str.rfind", "builtins.str.rindex", "builtins.str.rjust",
    "builtins.str.rpartition", "builtins.str.rsplit", "builtins.str.rstrip", "builtins.str.split",
    "builtins.str.splitlines", "builtins.str.startswith", "builtins.str.strip", "builtins.str.swapcase",
    "builtins.str.title", "builtins.str.translate", "builtins.str.upper", "builtins.str.zfill",
    "builtins.sum", "builtins.tuple", "builtins.tuple.__add__", "builtins.tuple.__contains__",
    "builtins.tuple.__eq__", "builtins.tuple.__ge__", "builtins.tuple.__getattribute__",
    "builtins.tuple.__getitem__", "builtins.tuple.__gt__", "builtins.tuple.__iter__", "builtins.tuple.__le__",
    "builtins.tuple.__len__", "builtins.tuple.__lt__", "builtins.tuple.__mul__", "builtins.tuple.__ne__",
    "builtins.tuple.__repr__", "builtins.tuple.__rmul__", "builtins.tuple.__str__", "builtins.tuple.count",
    "builtins.tuple.index", "builtins.type", "builtins.zip", "codecs.ascii_decode", "codecs.ascii_encode",
    "codecs.decode", "codecs.encode", "codecs.escape_decode", "codecs.escape_encode", "codecs.latin_1_decode",
    "codecs.latin_1_encode", "codecs.raw_unicode_escape_decode", "codecs.raw_unicode_escape_encode",
    "codecs.readbuffer_encode", "codecs.unicode_escape_decode", "codecs.unicode_escape_encode",
    "codecs.utf_16_be_decode", "codecs.utf_16_be_encode", "codecs.utf_16_decode", "codecs.utf_16_encode",
    "codecs.utf_16_le_decode", "codecs.utf_16_le_encode", "codecs.utf_32_be_decode",
    "codecs.utf_32_be_encode", "codecs.utf_32_decode", "codecs.utf_32_encode", "codecs.utf_32_le_decode",
    "codecs.utf_32_le_encode", "codecs.utf_8_decode", "codecs.utf_8_encode", "functools.partial",
    "functools.reduce", "gzip.decompress", "importlib.__import__", "importlib.import_module",
    "itertools.chain", "itertools.starmap", "operator.abs", "operator.add", "operator.and_",
    "operator.attrgetter", "operator.call", "operator.concat", "operator.contains", "operator.countOf",
    "operator.eq", "operator.floordiv", "operator.ge", "operator.getitem", "operator.gt", "operator.iadd",
    "operator.iand", "operator.iconcat", "operator.ifloordiv", "operator.ilshift", "operator.imod",
    "operator.imul", "operator.index", "operator.indexOf", "operator.inv", "operator.invert", "operator.ior",
    "operator.ipow", "operator.irshift", "operator.is_", "operator.is_not", "operator.isub",
    "operator.itemgetter", "operator.ixor", "operator.le", "operator.length_hint", "operator.lshift",
    "operator.lt", "operator.methodcaller", "operator.mod", "operator.mul", "operator.ne", "operator.neg",
    "operator.not_", "operator.or_", "operator.pos", "operator.pow", "operator.rshift", "operator.sub",
    "operator.truth", "operator.xor", "pkgutil.resolve_name", "pydoc.locate", "quopri.decodestring",
    "sys.modules.__getitem__", "sys.modules.get", "zlib.decompress",
];

/// Whether a global is one of the functions that the folder knows at all.
pub(crate) fn is_foldable(name: &str) -> bool {
    FOLDED.binary_search(&canonical(name).as_ref()).is_ok() || lookup::is_lookup(name)
}

/// Whether the objects of a class have a method that is computed.
pub(super) fn is_method(class: &str, method: &str) -> bool {
    FOLDED
        .binary_search_by(|name| {
            match name
                .strip_prefix(class)
                .and_then(|rest| rest.strip_prefix('.'))
            {
                Some(rest) => rest.cmp(method),
                None => (*name).cmp(class).then(core::cmp::Ordering::Less),
            }
        })
        .is_ok()
}

/// One name for the functions that have several.
pub(super) fn canonical(name: &str) -> Cow<'_, str> {
    let (owner, last) = match name.rsplit_once('.') {
        Some(("operator" | "_operator", last)) => ("operator", last),
        Some(("_functools", last)) => ("functools", last),
        Some(("__builtin__", last)) => ("builtins", last),
        _ => return Cow::Borrowed(name),
    };
    let last = match last
        .strip_prefix("__")
        .and_then(|last| last.strip_suffix("__"))
    {
        Some(plain @ ("and" | "or" | "not")) => return Cow::Owned(format!("operator.{plain}_")),
        Some(plain) if owner == "operator" => plain,
        _ => last,
    };
    Cow::Owned(format!("{owner}.{last}"))
}

/// The value of a name that stands for a constant.
pub(crate) fn constant(name: &str) -> Option<Const> {
    let (owner, last) = name.rsplit_once('.')?;
    let text = match (owner, last) {
        ("builtins" | "__builtin__", "None") => return Some(Const::None),
        ("builtins" | "__builtin__", "True") => return Some(Const::Bool(true)),
        ("builtins" | "__builtin__", "False") => return Some(Const::Bool(false)),
        ("builtins" | "__builtin__", "__debug__") => return None,
        ("string", "ascii_letters") => "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
        ("string", "ascii_lowercase") => "abcdefghijklmnopqrstuvwxyz",
        ("string", "ascii_uppercase") => "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        ("string", "digits") => "0123456789",
        ("string", "hexdigits") => "0123456789abcdefABCDEF",
        ("string", "octdigits") => "01234567",
        ("string", "punctuation") => PUNCTUATION,
        ("string", "printable") => PRINTABLE,
        ("string", "whitespace") => " \t\n\r\x0b\x0c",
        _ => return None,
    };
    Some(Const::Str(text.into()))
}

const PUNCTUATION: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

const PRINTABLE: &str = concat!(
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
    " \t\n\r\x0b\x0c",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_without_doubles() {
        assert!(FOLDED.is_sorted_by(|left, right| left < right));
    }

    #[test]
    fn aliases_are_known() {
        for name in [
            "operator.__add__",
            "_operator.and_",
            "operator.__and__",
            "_functools.reduce",
            "_codecs.decode",
        ] {
            assert!(is_foldable(name), "{name}");
        }
        for name in [
            "os.system",
            "builtins.eval",
            "operator.setitem",
            "builtins.str",
            "sys.modules.pop",
        ] {
            assert_eq!(is_foldable(name), name == "builtins.str", "{name}");
        }
    }

    #[test]
    fn methods_are_found_by_their_class() {
        for name in FOLDED {
            let (class, method) = name.rsplit_once('.').unwrap();
            assert!(is_method(class, method), "{name}");
        }
        assert!(!is_method("builtins.str", "decode"));
        assert!(!is_method("builtins.st", "r.join"));
        assert!(!is_method("builtins", "zzz"));
    }
}
