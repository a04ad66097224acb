"""Prints what `repr` of CPython makes of values that are generated here.

One line per value: its kind, its bytes in hex, the text in UTF-8 in hex, or `-` where `repr` raises.
"""

import random
import struct
import sys


def line(kind, data, value):
    try:
        shown = repr(value).encode().hex()
    except ValueError:  # more digits than Python converts
        shown = "-"
    print(kind, data.hex(), shown)


def texts(rng):
    # Every code point there is, surrogates among them.
    for start in range(0, sys.maxunicode + 1, 256):
        yield "".join(map(chr, range(start, start + 256)))
    alphabet = "ab'\"\\\n\u00e9\u202e\u3164\U0001f389\ud800\udfff"
    for _ in range(500):
        yield "".join(rng.choices(alphabet, k=rng.randrange(12)))


def floats(rng):
    for exponent in range(-324, 309):
        for digits in ("1", "9.5", "1.7976931348623157", "2.2250738585072014"):
            yield float(f"{digits}e{exponent}")
    for power in range(-1074, 1024):
        yield 2.0**power
    for _ in range(20000):
        yield struct.unpack("<d", rng.randbytes(8))[0]
    for _ in range(5000):
        yield rng.randrange(-(10**17), 10**17) / 10 ** rng.randrange(20)


def ints(rng):
    for size in list(range(40)) + [800, 1784, 1785, 1786, 1787, 1788, 4000]:
        for _ in range(8):
            yield rng.randbytes(size)
            yield rng.randbytes(size) + rng.choice([b"\0", b"\xff"]) * rng.randrange(5)
            yield bytes(size) + rng.choice([b"", b"\1", b"\x80", b"\xff"])
    for value in (10**4300, 10**4300 - 1, -(10**4300), 1 - 10**4300):
        yield value.to_bytes(1790, "little", signed=True)


def main():
    rng = random.Random(11)
    for text in texts(rng):
        line("text", text.encode("utf-8", "surrogatepass"), text)
    for size in [0, 1, 2, 3, 5, 300]:
        for _ in range(100):
            data = rng.randbytes(size) if rng.random() < 0.5 else bytes(rng.choices(b"a'\"\\\n\0", k=size))
            line("latin1", data, data.decode("latin-1"))
            line("bytes", data, data)
            line("bytearray", data, bytearray(data))
    for number in floats(rng):
        line("float", struct.pack(">d", number), number)
    for data in ints(rng):
        line("int", data, int.from_bytes(data, "little", signed=True))


main()
