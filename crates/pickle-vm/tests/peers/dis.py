"""Prints what `pickletools.dis` makes of pickles: one line each, their bytes and its text, both in hex, then how
it ended.

`generated`: streams that are made opcode by opcode, valid ones and such with something wrong.
`honest`: what `pickle` writes for objects of the standard library, protocols 0 to 5.
Further arguments are files that are disassembled pickle by pickle.

Nothing is unpickled.
"""

import array
import collections
import contextlib
import datetime
import decimal
import enum
import fractions
import io
import ipaddress
import pathlib
import pickle
import pickletools
import random
import struct
import sys
import types
import uuid
import warnings
import zoneinfo

from dataclasses import dataclass

OPCODES = sorted(pickletools.opcodes, key=lambda opcode: opcode.code)
MARK = pickletools.markobject


def disassemble(data):
    """Prints one line for each pickle in the data; what a file would print, so offsets count from its start."""
    stream = io.BytesIO(data)
    while True:
        start = stream.tell()
        out = io.StringIO()
        ending = "ok"
        try:
            pickletools.dis(stream, out)
        except (ValueError, IndexError) as error:
            ending = type(error).__name__
        print(data.hex() or "-", start, out.getvalue().encode().hex() or "-", ending)
        if ending != "ok" or stream.tell() == len(data):
            return


# Arguments


def decimal_text(rng):
    digits = str(rng.choice([0, 1, 7, 255, 256, 10**10, 10**30]))
    form = rng.choice(["{}"] * 8 + ["-{}", "+{}", " {}\t", "0{}", "00{}", "1_{}", "00", "01", "\x0b{}\r"])
    return form.format(digits).encode()


def broken_decimal(rng):
    return rng.choice([b"", b"-", b"1__0", b"_1", b"1_", b"0x1", b"1 2", b"\x1c1", b"\xb2", b"1\0", b"9" * 4301, b"1L"])


def float_text(rng):
    number = rng.choice([0.0, -0.0, 1.5, 1e16, 1e-5, 123456789.123, 5e-324, rng.uniform(-1e20, 1e20), rng.gauss(0, 1)])
    form = rng.choice(["{!r}"] * 6 + [" {!r}", "+{!r}\r", "{:.3f}", "{:.40e}", "inf", "-Infinity", "nan", "-NaN", "1_0.0_1", "1.", ".5"])
    return form.replace("+{", "{").format(number).encode()


def broken_float(rng):
    return rng.choice([b"", b".", b"1e", b"1__0", b"1_.0", b"0x1p3", b"nan(1)", b"infinit", b"1\0", b"--1", b"\xb2"])


PIECES = [b"a", b"os", b" ", b"'", b'"', b"\\\\", b"\\'", b"\\x41", b"\\n", b"\\101", b"\\q", b"\\0", b"\\8", b"\t", b"\r", b"\0", b"\x7f", b"%s"]


def literal(rng):
    return b"".join(rng.choices(PIECES, k=rng.randrange(6)))


def broken_literal(rng):
    return literal(rng) + rng.choice([b"\\", b"\\x4", b"\\x", b"\xe9", b"\\xff", b"\\377", b"\\xg0"])


def quoted(rng):
    quote = rng.choice([b"'", b'"'])
    return rng.choice([quote, quote + literal(rng) + quote, quote + quote])


def broken_quoted(rng):
    return rng.choice([b"", b"a", b"'a", b"a'", b"'a\"", b"'a' ", b"'" + broken_literal(rng) + b"'", b"'\\'"])


RAW = [b"a", b"\xe9", b"\xa0", b"\\u20ac", b"\\U0001f389", b"\\ud800", b"\\\\", b"\\\\u0041", b"\\n", b"\\u0027", b'"', b"'", b"\\u0000", b"\\u202e", b"\x85"]


def raw_unicode(rng):
    return b"".join(rng.choices(RAW, k=rng.randrange(6)))


def broken_raw_unicode(rng):
    return raw_unicode(rng) + rng.choice([b"\\u12", b"\\u", b"\\U00110000", b"\\U0001", b"\\u12g4"])


def utf8(rng):
    text = "".join(rng.choices("ab'\"\\\n\t\0\x7f\xa0\u00e9\u20ac\u202e\u3164\U0001f389\ud800\udfff\ue000\u0378", k=rng.choice([0, 1, 2, 5, 30])))
    return text.encode("utf-8", "surrogatepass")


def broken_utf8(rng):
    return utf8(rng) + rng.choice([b"\xff", b"\xc0\x80", b"\xed\xa0", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\x80"])


def some_bytes(rng):
    size = rng.choice([0, 1, 2, 5, 40])
    return rng.choice([rng.randbytes(size), bytes(rng.choices(b"a'\"\\\n\0", k=size))])


def long_bytes(rng):
    return rng.randbytes(rng.choice([0, 1, 2, 8, 9, 17, 100, 255])) + rng.choice([b"", b"\0", b"\xff", b"\x80"])


def too_long(rng):
    return rng.randbytes(rng.choice([1786, 1787, 2000])) + rng.choice([b"\x01", b"\x7f", b"\x80"])


def small(rng, size):
    """A number of so many bytes, often one that another opcode has."""
    return rng.choice([rng.randrange(6), rng.randrange(256**size), 256**size - 1]).to_bytes(size, "little")


def counted(width, signed=False):
    def make(rng, data):
        count = len(data)
        if width == 1 and count > 255:
            data, count = data[:255], 255
        return count.to_bytes(width, "little") + data

    return make


LINES = {
    "decimalnl_short": (decimal_text, broken_decimal),
    "decimalnl_long": (lambda rng: decimal_text(rng) + rng.choice([b"", b"L"]), broken_decimal),
    "floatnl": (float_text, broken_float),
    "stringnl": (quoted, broken_quoted),
    "stringnl_noescape": (literal, broken_literal),
    "unicodestringnl": (raw_unicode, broken_raw_unicode),
}
COUNTED = {
    "string1": (1, some_bytes, None),
    "string4": (4, some_bytes, None),
    "bytes1": (1, some_bytes, None),
    "bytes4": (4, some_bytes, None),
    "bytes8": (8, some_bytes, None),
    "bytearray8": (8, some_bytes, None),
    "unicodestring1": (1, utf8, broken_utf8),
    "unicodestring4": (4, utf8, broken_utf8),
    "unicodestring8": (8, utf8, broken_utf8),
    "long1": (1, long_bytes, None),
    "long4": (4, long_bytes, too_long),
}
FIXED = {"uint1": 1, "uint2": 2, "int4": 4, "uint4": 4, "uint8": 8}


def argument(rng, opcode, broken):
    if opcode.arg is None:
        return b""
    name = opcode.arg.name
    if name in LINES:
        return LINES[name][broken](rng) + b"\n"
    if name == "stringnl_noescape_pair":
        first = broken_literal(rng) if broken else literal(rng)
        return rng.choice([first + b"\n" + literal(rng), literal(rng) + b"\n" + first]) + b"\n"
    if name in COUNTED:
        width, good, bad = COUNTED[name]
        data = (bad if broken and bad else good)(rng)
        encoded = counted(width)(rng, data)
        if broken and bad is None:
            # The count is wrong: negative, or more than there is.
            return b"\xff" * width + encoded[width:]
        return encoded
    if name == "float8":
        return rng.choice([rng.randbytes(8), struct.pack(">d", rng.choice([0.0, -0.0, 1.5, 1e16, 1e22, float("nan")]))])
    return small(rng, FIXED[name])


# Streams


class Stream:
    """Opcodes that `pickletools` accepts, for it is asked what they do to the stack."""

    def __init__(self, rng):
        self.rng = rng
        self.data = bytearray()
        self.stack = []
        self.memo = set()

    def fits(self, opcode):
        before = opcode.stack_before
        if MARK in before:
            below = before.index(MARK)
            if MARK not in self.stack:
                return False
            mark = len(self.stack) - 1 - self.stack[::-1].index(MARK)
            return below <= mark and MARK not in self.stack[mark - below : mark]
        if len(self.stack) < len(before):
            return False
        if opcode.name in ("PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE"):
            return bool(self.stack) and self.stack[-1] is not MARK
        if opcode.name in ("GET", "BINGET", "LONG_BINGET"):
            return bool(self.memo)
        if opcode.name == "POP":
            return True
        return opcode.name != "STOP" and MARK not in self.stack[len(self.stack) - len(before) :]

    def add(self, opcode, broken=False):
        data = argument(self.rng, opcode, broken)
        if opcode.name in ("PUT", "BINPUT", "LONG_BINPUT"):
            data = self.free_key(opcode, data)
        elif opcode.name in ("GET", "BINGET", "LONG_BINGET") and self.memo:
            data = self.taken_key(opcode)
        if data is None:
            return
        self.data += opcode.code.encode("latin-1") + data
        before, after = opcode.stack_before, opcode.stack_after
        if MARK in before or (opcode.name == "POP" and self.stack and self.stack[-1] is MARK):
            if MARK in self.stack:
                while self.stack.pop() is not MARK:
                    pass
            pops = before.index(MARK) if MARK in before else 0
        else:
            pops = len(before)
        if pops:
            del self.stack[-pops:]
        if opcode.name == "MEMOIZE":
            self.memo.add(len(self.memo))
        self.stack += after

    def free_key(self, opcode, data):
        if opcode.name == "PUT":
            try:
                key = int(data)
            except ValueError:
                return data
        else:
            key = int.from_bytes(data, "little")
        if key in self.memo:
            return None
        self.memo.add(key)
        return data

    def taken_key(self, opcode):
        key = self.rng.choice(sorted(self.memo))
        if opcode.name == "GET":
            return self.rng.choice([b"%d\n", b" %d\n", b"+%d\n" if key >= 0 else b"%d\n"]) % key
        size = FIXED[opcode.arg.name]
        return key.to_bytes(size, "little") if 0 <= key < 256**size else None

    def close(self):
        """Leaves one value, and stops."""
        while self.stack[1:] or self.stack == [MARK]:
            name = "POP_MARK" if MARK in self.stack and self.rng.random() < 0.3 else "POP"
            self.add(next(opcode for opcode in OPCODES if opcode.name == name))
        if not self.stack:
            self.data += b"N"
        self.data += b"."
        return bytes(self.data)


def stream(rng, length):
    made = Stream(rng)
    for _ in range(length):
        made.add(rng.choice([opcode for opcode in OPCODES if made.fits(opcode)]))
    return made


def generated(rng):
    # Each opcode where it fits, first of all.
    for opcode in OPCODES:
        for _ in range(10):
            made = stream(rng, 12)
            while not made.fits(opcode) and opcode.name != "STOP":
                made.add(rng.choice([other for other in OPCODES if made.fits(other)]))
            if opcode.name != "STOP":
                made.add(opcode)
            yield made.close()
    for _ in range(1500):
        yield stream(rng, rng.randrange(80)).close()
    for _ in range(200):
        yield b"".join(stream(rng, rng.randrange(20)).close() for _ in range(rng.randrange(2, 5)))
    # Each opcode with an argument that is wrong, or where it does not fit.
    for opcode in OPCODES:
        for _ in range(40):
            made = stream(rng, rng.randrange(10))
            made.add(opcode, rng.random() < 0.6)
            yield bytes(made.data) + rng.choice([b"N.", b".", b"0.", b"t.", b""])
    for _ in range(1500):
        data = bytearray(stream(rng, rng.randrange(40)).close())
        for _ in range(rng.randrange(3)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        yield bytes(data[: rng.randrange(len(data) + 1)] if rng.random() < 0.3 else data)
    for _ in range(1500):
        # Opcodes in no order, most of which take a mark for a value sooner or later.
        made = Stream(rng)
        made.stack = [MARK] * 1000 + ["value"] * 1000
        for _ in range(rng.randrange(25)):
            made.add(rng.choice(rng.choice([OPCODES, OPCODES[:1], OPCODES[-20:]])))
        yield bytes(made.data) + b"."
    yield b"(" * 300 + b"t" * 300 + b"."
    yield b"N" + b"p-1\n" + b"g-1\n" + b"00."
    yield b"N" + b"p01\n" + b"g1\n" + b"h\x01" + b"q\x01"
    yield b"N" + b"p%d\n" % 10**100 + b"g%d\n" % 10**100 + b"g%d\n" % (10**100 + 1)
    for data in (b"", b".", b"N", b"\xff.", b"NN.", b"N\x94\x94q\x02q\x02."):
        yield data


class Color(enum.Enum):
    RED = 1


@dataclass
class Point:
    x: float
    y: object


class Slots:
    __slots__ = ("a", "b")


class Args:
    def __new__(cls, *args, **keywords):
        return super().__new__(cls)

    def __getnewargs_ex__(self):
        return (1, "two"), {"three": 3.0}


class Buffer(bytearray):
    def __reduce_ex__(self, protocol):
        if protocol >= 5:
            return type(self), (pickle.PickleBuffer(self),)
        return type(self), (bytes(self),)


class Persistent(pickle.Pickler):
    def persistent_id(self, value):
        return "id '%s'\n" % value if isinstance(value, Slots) and self.ascii else ("storage", 7) if isinstance(value, Slots) else None


def honest(rng):
    shared = ["twice", {"deep": (1, 2.5)}]
    loop = []
    loop.append(loop)
    keyed = {}
    keyed["self"] = keyed
    slots = Slots()
    slots.a, slots.b = 1, [slots]
    values = [
        None, True, False, 0, -1, 255, 256, 65535, 65536, 2**31 - 1, -(2**31), 2**31, 2**63, -(2**63), 10**40, -(10**600),
        0.0, -0.0, 1.5, 1e16, 1e-5, 1e300, float("inf"), float("-inf"), float("nan"), 3 + 4j,
        "", "text", "it's \"quoted\"", "\u00e9\u20ac\U0001f389", "\ud800", "line\nfeed\\", "x" * 300, "y" * 70000,
        b"", b"bytes", b"it's", b"\0\xff" * 200, bytearray(b"array"), bytearray(b"it's"),
        (), (1,), (1, 2), (1, 2, 3), tuple(range(10)), [], [1], list(range(1500)), {}, {1: 2}, dict.fromkeys(range(1200)),
        set(), {1, 2, 3}, frozenset(), frozenset("abc"), shared * 2, loop, keyed, slots, Args(), Buffer(b"buffer"),
        Color.RED, Point(1.0, Point(2.0, None)), collections.OrderedDict(a=1), collections.deque([1, 2], 5),
        collections.Counter("abca"), collections.defaultdict(list, a=[1]), collections.ChainMap({1: 2}),
        datetime.datetime(2024, 2, 29, 12, 30, 1, 5, datetime.timezone.utc), datetime.date(1, 1, 1), datetime.timedelta(-1, 3),
        datetime.datetime(2024, 1, 1, tzinfo=zoneinfo.ZoneInfo("UTC")), decimal.Decimal("1.50"), fractions.Fraction(1, 3),
        uuid.UUID(int=5), ipaddress.ip_address("127.0.0.1"), pathlib.PurePosixPath("/a/b"), array.array("d", [1.5, 2.5]),
        range(5), slice(1, 2), len, print, str.join, type(None), ..., NotImplemented, types.SimpleNamespace(a=1),
        ValueError("bad", 3), iter([1, 2]), reversed([1, 2]), enumerate("ab"), zip([1], [2]),
    ]
    for protocol in range(6):
        for value in values:
            try:
                yield pickle.dumps(value, protocol)
                yield pickletools.optimize(pickle.dumps(value, protocol))
            except TypeError:  # slots below protocol 2
                continue
            if protocol >= 5:
                yield pickle.dumps(value, protocol, buffer_callback=lambda _: False)
            with contextlib.suppress(pickle.PicklingError, TypeError):
                yield b"" + pickle._dumps(value, protocol)
        if protocol >= 2:
            out = io.BytesIO()
            pickler = Persistent(out, protocol)
            pickler.ascii = False
            pickler.dump([slots, 1])
            yield out.getvalue()
        yield b"".join(pickle.dumps(value, protocol) for value in values[:20])
    for protocol in (0, 1):
        out = io.BytesIO()
        pickler = Persistent(out, protocol)
        pickler.ascii = True
        pickler.dump(["plain"])
        yield out.getvalue()


def main():
    warnings.simplefilter("ignore")
    rng = random.Random(3)
    what, *files = sys.argv[1:]
    if what == "files":
        for file in files:
            disassemble(pathlib.Path(file).read_bytes())
        return
    for data in {"generated": generated, "honest": honest}[what](rng):
        disassemble(data)


main()
