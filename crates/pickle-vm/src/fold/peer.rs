//! Results that CPython 3.11.7 gave, literally; `None` where it raised.

use alloc::boxed::Box;

use crate::constant::Const;
use crate::constant::Const::{Bool, Float, Int, None as N};

use super::{Budget, call};

fn s(text: &str) -> Const {
    Const::Str(text.into())
}

fn b(data: &[u8]) -> Const {
    Const::Bytes(data.into())
}

fn name(name: &str) -> Const {
    Const::Name(name.into())
}

fn t<const L: usize>(items: [Const; L]) -> Const {
    Const::Tuple(items.into())
}

fn l<const L: usize>(items: [Const; L]) -> Const {
    Const::List(items.into())
}

fn d<const L: usize>(pairs: [(Const, Const); L]) -> Const {
    Const::Dict(pairs.into())
}

fn slice(start: Const, stop: Const, step: Const) -> Const {
    Const::Slice(Box::new([start, stop, step]))
}

#[track_caller]
fn check(function: &str, args: &[Const], expected: Option<Const>) {
    let computed = call(&name(function), args, &mut Budget::default());
    assert_eq!(computed, expected, "{function}{args:?}");
}

#[rustfmt::skip]
#[test]
fn builtins_compute_as_python_computes() {
    check("builtins.str", &[b(b"os"), s("ascii")], Some(s("os")));
    check("builtins.str", &[b(b"os")], Some(s("b'os'")));
    check("builtins.str", &[Float(1.5)], Some(s("1.5")));
    check("builtins.str", &[l([Bool(true), N])], Some(s("[True, None]")));
    check("builtins.bytes", &[l([Int(111), Int(115)])], Some(b(b"os")));
    check("builtins.bytes", &[s("os"), s("utf-16")], Some(b(b"\xff\xfeo\x00s\x00")));
    check("builtins.bytes", &[s("os")], None);
    check("builtins.bytearray", &[b(b"os")], Some(Const::ByteArray(b"os".into())));
    check("builtins.int", &[s("0x_1f"), Int(16)], Some(Int(31)));
    check("builtins.int", &[s("010"), Int(0)], None);
    check("builtins.int", &[b(b" 7 ")], Some(Int(7)));
    check("builtins.int", &[Float(-1.9)], Some(Int(-1)));
    check("builtins.float", &[s(" 1.5\n")], Some(Float(1.5)));
    check("builtins.bool", &[s("")], Some(Bool(false)));
    check("builtins.chr", &[Int(115)], Some(s("s")));
    check("builtins.chr", &[Int(1114112)], None);
    check("builtins.ord", &[s("\u{20ac}")], Some(Int(8364)));
    check("builtins.ord", &[s("ab")], None);
    check("builtins.len", &[s("\u{20ac}\u{20ac}")], Some(Int(2)));
    check("builtins.abs", &[Int(-3)], Some(Int(3)));
    check("builtins.hex", &[Int(-255)], Some(s("-0xff")));
    check("builtins.oct", &[Int(8)], Some(s("0o10")));
    check("builtins.bin", &[Int(5)], Some(s("0b101")));
    check("builtins.ascii", &[s("\u{e9}")], Some(s("'\\xe9'")));
    check("builtins.repr", &[s("it's")], Some(s("\"it's\"")));
    check("builtins.list", &[s("os")], Some(l([s("o"), s("s")])));
    check("builtins.tuple", &[b(b"os")], Some(t([Int(111), Int(115)])));
    check("builtins.dict", &[l([s("ab"), t([Int(1), Int(2)])])], Some(d([(s("a"), s("b")), (Int(1), Int(2))])));
    check("builtins.sorted", &[s("system")], Some(l([s("e"), s("m"), s("s"), s("s"), s("t"), s("y")])));
    check("builtins.sorted", &[l([Int(1), s("a")])], None);
    check("builtins.reversed", &[s("metsys")], Some(Const::Iterator([s("s"), s("y"), s("s"), s("t"), s("e"), s("m")].into())));
    check("builtins.min", &[Int(3), Int(1), Int(2)], Some(Int(1)));
    check("builtins.max", &[s("os")], Some(s("s")));
    check("builtins.sum", &[l([l([Int(1)]), l([Int(2)])]), l([])], Some(l([Int(1), Int(2)])));
    check("builtins.sum", &[l([s("a")]), s("")], None);
    check("builtins.range", &[Int(5), Int(0), Int(-2)], Some(Const::Iterator([Int(5), Int(3), Int(1)].into())));
    check("builtins.enumerate", &[s("os"), Int(1)], Some(Const::Iterator([t([Int(1), s("o")]), t([Int(2), s("s")])].into())));
    check("builtins.zip", &[s("os"), l([Int(1), Int(2), Int(3)])], Some(Const::Iterator([t([s("o"), Int(1)]), t([s("s"), Int(2)])].into())));
    check("builtins.map", &[name("builtins.chr"), l([Int(111), Int(115)])], Some(Const::Iterator([s("o"), s("s")].into())));
    check("builtins.filter", &[N, l([Int(0), Int(1), s(""), s("a")])], Some(Const::Iterator([Int(1), s("a")].into())));
    check("builtins.divmod", &[Int(-7), Int(2)], Some(t([Int(-4), Int(1)])));
    check("builtins.pow", &[Int(2), Int(10)], Some(Int(1024)));
    check("builtins.slice", &[Int(1), N], Some(slice(Int(1), N, N)));
    check("builtins.type", &[s("a")], Some(name("builtins.str")));
    check("builtins.format", &[Int(115), s("c")], Some(s("s")));
    check("builtins.getattr", &[s("a"), s("nope")], None);
    check("operator.add", &[s("o"), s("s")], Some(s("os")));
    check("operator.add", &[l([Int(1)]), t([Int(2)])], None);
    check("operator.mul", &[s("ab"), Int(-1)], Some(s("")));
    check("operator.mul", &[Int(3), l([Int(1)])], Some(l([Int(1), Int(1), Int(1)])));
    check("operator.mod", &[s("%s.%s"), t([s("os"), s("system")])], Some(s("os.system")));
    check("operator.mod", &[Int(-7), Int(3)], Some(Int(2)));
    check("operator.floordiv", &[Int(-7), Int(2)], Some(Int(-4)));
    check("operator.sub", &[Bool(true), Int(1)], Some(Int(0)));
    check("operator.xor", &[Bool(true), Bool(true)], Some(Bool(false)));
    check("operator.or_", &[Int(6), Int(1)], Some(Int(7)));
    check("operator.or_", &[d([(s("a"), Int(1))]), d([(s("a"), Int(2)), (s("b"), Int(3))])], Some(d([(s("a"), Int(2)), (s("b"), Int(3))])));
    check("operator.invert", &[Bool(true)], Some(Int(-2)));
    check("operator.lshift", &[Int(1), Int(100)], Some(Int(1267650600228229401496703205376)));
    check("operator.rshift", &[Int(-5), Int(200)], Some(Int(-1)));
    check("operator.getitem", &[s("system"), slice(N, N, Int(-1))], Some(s("metsys")));
    check("operator.getitem", &[l([Int(1), Int(2)]), Int(-3)], None);
    check("operator.contains", &[s("system"), s("st")], Some(Bool(true)));
    check("operator.eq", &[Int(1), Float(1.0)], Some(Bool(true)));
    check("operator.lt", &[s("a"), s("b")], Some(Bool(true)));
    check("operator.truth", &[l([])], Some(Bool(false)));
    check("operator.call", &[name("builtins.chr"), Int(65)], Some(s("A")));
    check("functools.reduce", &[name("operator.add"), l([s("o"), s("s")]), s("")], Some(s("os")));
}

#[rustfmt::skip]
#[test]
fn methods_of_text_compute_as_python_computes() {
    check("builtins.str.join", &[s("."), l([s("os"), s("system")])], Some(s("os.system")));
    check("builtins.str.join", &[s("."), l([s("os"), Int(1)])], None);
    check("builtins.str.format", &[s("{1}.{0!r:>4}"), s("a"), s("os")], Some(s("os. 'a'")));
    check("builtins.str.format", &[s("{}{0}"), s("a")], None);
    check("builtins.str.format", &[s("{:05d}|{:#x}"), Int(-42), Int(255)], Some(s("-0042|0xff")));
    check("builtins.str.replace", &[s("xsxyx"), s("x"), s("o"), Int(2)], Some(s("osoyx")));
    check("builtins.str.replace", &[s("ab"), s(""), s("-")], Some(s("-a-b-")));
    check("builtins.str.lower", &[s("OS")], Some(s("os")));
    check("builtins.str.title", &[s("os path's")], Some(s("Os Path'S")));
    check("builtins.str.swapcase", &[s("oS")], Some(s("Os")));
    check("builtins.str.capitalize", &[s("SYS")], Some(s("Sys")));
    check("builtins.str.strip", &[s("xxosxy"), s("xy")], Some(s("os")));
    check("builtins.str.lstrip", &[s("\u{3000} os")], Some(s("os")));
    check("builtins.str.split", &[s(" a b  c "), N, Int(1)], Some(l([s("a"), s("b  c ")])));
    check("builtins.str.rsplit", &[s(" a  b c "), N, Int(1)], Some(l([s(" a  b"), s("c")])));
    check("builtins.str.split", &[s("a,b,,c"), s(",")], Some(l([s("a"), s("b"), s(""), s("c")])));
    check("builtins.str.splitlines", &[s("a\r\nb\u{2028}c\u{b}"), Bool(true)], Some(l([s("a\r\n"), s("b\u{2028}"), s("c\u{b}")])));
    check("builtins.str.partition", &[s("os.path"), s(".")], Some(t([s("os"), s("."), s("path")])));
    check("builtins.str.rpartition", &[s("os"), s(".")], Some(t([s(""), s(""), s("os")])));
    check("builtins.str.encode", &[s("\u{e9}\u{20ac}"), s("latin-1"), s("xmlcharrefreplace")], Some(b(b"\xe9&#8364;")));
    check("builtins.str.encode", &[s("os"), s("utf-16-be")], Some(b(b"\x00o\x00s")));
    check("builtins.str.encode", &[s("os"), s("hex")], None);
    check("builtins.str.encode", &[Const::Str(b"\xed\xb2\x80".into()), s("utf8"), s("surrogateescape")], Some(b(b"\x80")));
    check("builtins.str.translate", &[s("zy"), d([(Int(122), s("o")), (Int(121), Int(115))])], Some(s("os")));
    check("builtins.str.maketrans", &[s("ab"), s("xy"), s("c")], Some(d([(Int(97), Int(120)), (Int(98), Int(121)), (Int(99), N)])));
    check("builtins.str.center", &[s("os"), Int(5), s("*")], Some(s("**os*")));
    check("builtins.str.center", &[s("os"), Int(4), s("*")], Some(s("*os*")));
    check("builtins.str.center", &[s("o"), Int(4), s("*")], Some(s("*o**")));
    check("builtins.str.ljust", &[s("os"), Int(4)], Some(s("os  ")));
    check("builtins.str.rjust", &[s("os"), Int(4)], Some(s("  os")));
    check("builtins.str.zfill", &[s("-7"), Int(4)], Some(s("-007")));
    check("builtins.str.expandtabs", &[s("a\tb"), Int(4)], Some(s("a   b")));
    check("builtins.str.removeprefix", &[s("os.sys"), s("os.")], Some(s("sys")));
    check("builtins.str.removesuffix", &[s("os.sys"), s(".sys")], Some(s("os")));
    check("builtins.str.startswith", &[s("os"), t([s("x"), s("o")])], Some(Bool(true)));
    check("builtins.str.endswith", &[s("os"), s("o"), Int(0), Int(1)], Some(Bool(true)));
    check("builtins.str.find", &[s("\u{20ac}os"), s("s")], Some(Int(2)));
    check("builtins.str.rfind", &[s("aXa"), s("a"), Int(0), Int(2)], Some(Int(0)));
    check("builtins.str.index", &[s("os"), s("x")], None);
    check("builtins.str.count", &[s("aaa"), s("a"), Int(1)], Some(Int(2)));
    check("builtins.str.count", &[s("ab"), s("")], Some(Int(3)));
    check("builtins.str.casefold", &[s("OS")], Some(s("os")));
    check("builtins.str.__add__", &[s("o"), s("s")], Some(s("os")));
    check("builtins.str.__getitem__", &[s("os"), Int(-1)], Some(s("s")));
    check("builtins.str.__mul__", &[s("a"), Int(3)], Some(s("aaa")));
    // Python computes this; the folder leaves it.
    check("builtins.str.__mod__", &[s("%c%05.1f"), t([Int(115), Float(1.0)])], None);
    check("builtins.str.__mod__", &[s("%-4s|%+d|%#x|%%"), t([s("a"), Int(1), Int(255)])], Some(s("a   |+1|0xff|%")));
    check("builtins.str.__contains__", &[s("os"), s("s")], Some(Bool(true)));
    check("builtins.str.__len__", &[s("os")], Some(Int(2)));
}

#[rustfmt::skip]
#[test]
fn bytes_and_containers_compute_as_python_computes() {
    check("builtins.bytes.decode", &[b(b"o\xffs"), s("ascii"), s("ignore")], Some(s("os")));
    check("builtins.bytes.decode", &[b(b"\xff"), s("utf-8")], None);
    check("builtins.bytes.decode", &[b(b"\xe2\x82x"), s("utf8"), s("replace")], Some(s("\u{fffd}x")));
    check("builtins.bytes.hex", &[b(b"os")], Some(s("6f73")));
    check("builtins.bytes.fromhex", &[s("6f 73")], Some(b(b"os")));
    check("builtins.bytes.fromhex", &[s("6 f73")], None);
    check("builtins.bytes.translate", &[b(b"abc"), N, b(b"b")], Some(b(b"ac")));
    check("builtins.bytes.split", &[b(b"a b\x1cc")], Some(l([b(b"a"), b(b"b\x1cc")])));
    check("builtins.bytes.join", &[b(b"-"), l([b(b"a"), Const::ByteArray(b"b".into())])], Some(b(b"a-b")));
    check("builtins.bytes.find", &[b(b"os"), Int(115)], Some(Int(1)));
    check("builtins.bytes.__mod__", &[b(b"%s.%b"), t([b(b"a"), b(b"b")])], Some(b(b"a.b")));
    check("builtins.bytearray.partition", &[Const::ByteArray(b"a-b".into()), b(b"-")], Some(t([Const::ByteArray(b"a".into()), Const::ByteArray(b"-".into()), Const::ByteArray(b"b".into())])));
    check("builtins.list.index", &[l([Int(1), Int(2), Int(1)]), Int(1), Int(1)], Some(Int(2)));
    check("builtins.tuple.count", &[t([Int(1), Bool(true), Float(1.0)]), Int(1)], Some(Int(3)));
    check("builtins.dict.get", &[d([(s("a"), Int(1))]), s("b"), Int(2)], Some(Int(2)));
    check("builtins.dict.items", &[d([(s("a"), Int(1))])], Some(Const::Iterator([t([s("a"), Int(1)])].into())));
    check("builtins.dict.__getitem__", &[d([(Int(1), s("x"))]), Bool(true)], Some(s("x")));
    check("builtins.int.to_bytes", &[Int(28531), Int(2), s("big")], Some(b(b"os")));
    check("builtins.int.from_bytes", &[b(b"os"), s("little")], Some(Int(29551)));
    check("builtins.int.bit_length", &[Int(-256)], Some(Int(9)));
}

#[rustfmt::skip]
#[test]
fn codecs_compute_as_python_computes() {
    check("codecs.decode", &[s("bf.flfgrz"), s("rot13")], Some(s("os.system")));
    check("codecs.decode", &[b(b"6f73"), s("hex")], Some(b(b"os")));
    check("codecs.decode", &[b(b"b3M=\x0a"), s("base64")], Some(b(b"os")));
    check("codecs.decode", &[b(b"x\x9c\xcb/\x06\x00\x01S\x00\xe3"), s("zlib")], Some(b(b"os")));
    check("codecs.decode", &[b(b"o=73=\x0a"), s("quopri")], Some(b(b"os")));
    check("codecs.decode", &[s("\\x6f\\163"), s("unicode_escape")], Some(s("os")));
    // Python computes this; the folder leaves it.
    check("codecs.decode", &[b(b"a"), s("idna")], None);
    check("_codecs.encode", &[s("\u{e9}"), s("latin1")], Some(b(b"\xe9")));
    check("_codecs.encode", &[s("\u{20ac}"), s("latin1")], None);
    check("codecs.encode", &[b(b"os"), s("hex")], Some(b(b"6f73")));
    check("codecs.encode", &[b(b"os"), s("base64")], Some(b(b"b3M=\x0a")));
    check("_codecs.latin_1_decode", &[b(b"\xe9")], Some(t([s("\u{e9}"), Int(1)])));
    check("_codecs.utf_8_decode", &[b(b"os"), N], Some(t([s("os"), Int(2)])));
    check("_codecs.ascii_decode", &[b(b"os")], Some(t([s("os"), Int(2)])));
    check("_codecs.escape_decode", &[b(b"\x5cx6f\x5c163\x5cq")], Some(t([b(b"os\x5cq"), Int(10)])));
    check("_codecs.unicode_escape_decode", &[s("\\u006fs")], Some(t([s("os"), Int(7)])));
    check("_codecs.raw_unicode_escape_decode", &[b(b"\x5cu006f\x5c\x5cu0073")], Some(t([s("o\\\\u0073"), Int(13)])));
    check("_codecs.utf_16_decode", &[b(b"\xfe\xff\x00o")], Some(t([s("o"), Int(4)])));
    check("_codecs.utf_16_le_encode", &[s("os")], Some(t([b(b"o\x00s\x00"), Int(2)])));
    check("_codecs.escape_encode", &[b(b"'\x0a\xff")], Some(t([b(b"\x5c'\x5cn\x5cxff"), Int(3)])));
    check("_codecs.readbuffer_encode", &[s("\u{e9}")], Some(t([b(b"\xc3\xa9"), Int(2)])));
    check("base64.b64decode", &[s("b3M=")], Some(b(b"os")));
    check("base64.b64decode", &[b(b"b!3 M=")], Some(b(b"os")));
    check("base64.b64decode", &[b(b"b!3M="), N, Bool(true)], None);
    check("base64.b64decode", &[b(b"b3M")], None);
    check("base64.urlsafe_b64decode", &[s("-_-_")], Some(b(b"\xfb\xff\xbf")));
    check("base64.standard_b64decode", &[b(b"b3M=")], Some(b(b"os")));
    check("base64.b32decode", &[s("N5ZQ====")], Some(b(b"os")));
    check("base64.b32decode", &[s("n5zq===="), Bool(true)], Some(b(b"os")));
    check("base64.b32hexdecode", &[s("DTPG====")], Some(b(b"os")));
    check("base64.b16decode", &[s("6F73")], Some(b(b"os")));
    check("base64.b16decode", &[s("6f73")], None);
    check("base64.a85decode", &[s("DKH")], Some(b(b"nt")));
    check("base64.b85decode", &[s("Z*B")], Some(b(b"on")));
    check("base64.decodebytes", &[b(b"b3\x0aM=")], Some(b(b"os")));
    check("base64.b64encode", &[b(b"\xfb\xef\xff"), b(b"-_")], Some(b(b"--__")));
    check("base64.b32encode", &[b(b"os")], Some(b(b"N5ZQ====")));
    check("base64.a85encode", &[b(b"\x00\x00\x00\x00os")], Some(b(b"zDfY")));
    check("base64.b85encode", &[b(b"os")], Some(b(b"Z*u")));
    check("base64.encodebytes", &[b(b"os")], Some(b(b"b3M=\x0a")));
    check("binascii.unhexlify", &[s("6f73")], Some(b(b"os")));
    check("binascii.hexlify", &[b(b"os")], Some(b(b"6f73")));
    check("binascii.a2b_base64", &[b(b"b3M=b3M=")], Some(b(b"os")));
    check("binascii.b2a_base64", &[b(b"os")], Some(b(b"b3M=\x0a")));
    check("binascii.a2b_qp", &[s("o=73_"), Bool(true)], Some(b(b"os ")));
    check("zlib.decompress", &[b(b"x\x9c\xcb/\x06\x00\x01S\x00\xe3tail")], Some(b(b"os")));
    check("gzip.decompress", &[b(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb/\x06\x00\x11E\xb0j\x02\x00\x00\x00")], Some(b(b"os")));
}
