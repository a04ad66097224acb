"""Writes pickle opcodes by hand: nothing here imports, builds or pickles what it names.

Plain values become opcodes of a protocol; `Ops` are opcodes already, so that calls can stand inside arguments.
"""

import struct


class Ops(bytes):
    """Opcodes that leave one object on the stack."""

    def __add__(self, other):
        return Ops(bytes(self) + bytes(other))


PROTOCOLS = (0, 1, 2, 3, 4, 5)


# Texts and bytes, one function for each opcode.


def string(text):
    return Ops(b"S" + repr(text).encode("ascii") + b"\n")


def binstring(text):
    data = text.encode("ascii")
    return Ops(b"T" + struct.pack("<i", len(data)) + data)


def short_binstring(text):
    data = text.encode("ascii")
    return Ops(b"U" + bytes([len(data)]) + data)


def unicode_line(text):
    return Ops(b"V" + text.replace("\\", "\\u005c").replace("\n", "\\u000a").encode("raw-unicode-escape") + b"\n")


def short_binunicode(text):
    data = text.encode("utf-8")
    return Ops(b"\x8c" + bytes([len(data)]) + data)


def binunicode(text):
    data = text.encode("utf-8")
    return Ops(b"X" + struct.pack("<I", len(data)) + data)


def binunicode8(text):
    data = text.encode("utf-8")
    return Ops(b"\x8d" + struct.pack("<Q", len(data)) + data)


TEXTS = {
    "STRING": string,
    "BINSTRING": binstring,
    "SHORT_BINSTRING": short_binstring,
    "UNICODE": unicode_line,
    "SHORT_BINUNICODE": short_binunicode,
    "BINUNICODE": binunicode,
    "BINUNICODE8": binunicode8,
}


def text(value, protocol):
    if protocol == 0:
        return unicode_line(value)
    if protocol >= 4 and len(value.encode("utf-8")) < 256:
        return short_binunicode(value)
    return binunicode(value)


def data(value, protocol):
    """Bytes; below protocol 3 through `_codecs.encode`, as pickle writes them."""
    if protocol < 3:
        return call("_codecs", "encode", (value.decode("latin-1"), "latin1"), protocol)
    if len(value) < 256:
        return Ops(b"C" + bytes([len(value)]) + value)
    return Ops(b"B" + struct.pack("<I", len(value)) + value)


def integer(value, protocol):
    if protocol == 0:
        return Ops(b"I%d\n" % value)
    if 0 <= value < 256:
        return Ops(b"K" + bytes([value]))
    if 0 <= value < 65536:
        return Ops(b"M" + struct.pack("<H", value))
    if -(1 << 31) <= value < 1 << 31:
        return Ops(b"J" + struct.pack("<i", value))
    encoded = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    return Ops(b"\x8a" + bytes([len(encoded)]) + encoded) if protocol >= 2 else Ops(b"L%dL\n" % value)


# Values and calls.


def value(plain, protocol):
    """Opcodes that push a plain value."""
    if isinstance(plain, Ops):
        return plain
    if plain is None:
        return Ops(b"N")
    if isinstance(plain, bool):
        return Ops((b"\x88" if plain else b"\x89") if protocol >= 2 else (b"I01\n" if plain else b"I00\n"))
    if isinstance(plain, int):
        return integer(plain, protocol)
    if isinstance(plain, float):
        return Ops(b"G" + struct.pack(">d", plain)) if protocol else Ops(b"F%r\n" % plain)
    if isinstance(plain, str):
        return text(plain, protocol)
    if isinstance(plain, bytes):
        return data(plain, protocol)
    if isinstance(plain, tuple):
        return arguments(plain, protocol)
    if isinstance(plain, list):
        return Ops(b"]" + b"(" + b"".join(value(item, protocol) for item in plain) + b"e") if protocol else Ops(b"(l" + b"".join(value(item, 0) + b"a" for item in plain))
    if isinstance(plain, dict):
        return mapping(plain.items(), protocol)
    raise TypeError("no opcodes for %r" % (plain,))


def mapping(items, protocol):
    """A dict, in the order of its items."""
    pairs = [value(key, protocol) + value(held, protocol) for key, held in items]
    return Ops(b"}(" + b"".join(pairs) + b"u") if protocol else Ops(b"(d" + b"".join(pair + b"s" for pair in pairs))


def arguments(plain, protocol):
    """A tuple."""
    inside = b"".join(value(item, protocol) for item in plain)
    if protocol >= 2 and 1 <= len(plain) <= 3:
        return Ops(inside + [b"\x85", b"\x86", b"\x87"][len(plain) - 1])
    if not plain and protocol:
        return Ops(b")")
    return Ops(b"(" + inside + b"t")


def name(module, attribute, protocol):
    """A global; a dotted walk needs protocol 4, and is written with STACK_GLOBAL there."""
    if protocol >= 4:
        return Ops(text(module, protocol) + text(attribute, protocol) + b"\x93")
    return global_line(module, attribute)


def global_line(module, attribute):
    return Ops(b"c" + module.encode("utf-8") + b"\n" + attribute.encode("utf-8") + b"\n")


def call(module, attribute, args, protocol):
    """A global called by REDUCE."""
    return called(name(module, attribute, protocol), args, protocol)


def called(function, args, protocol):
    """Something on the stack called by REDUCE."""
    return Ops(function + arguments(args, protocol) + b"R")


def built(thing, state, protocol):
    """An object given a state by BUILD."""
    return Ops(thing + value(state, protocol) + b"b")


# Whole streams.


def stream(ops, protocol):
    """A pickle whose result is what `ops` leave: PROTO and one FRAME where pickle writes them."""
    body = bytes(ops) + b"."
    if protocol >= 4:
        body = b"\x95" + struct.pack("<Q", len(body)) + body
    return (b"\x80" + bytes([protocol]) if protocol >= 2 else b"") + body


def unframed(ops, protocol):
    return (b"\x80" + bytes([protocol]) if protocol >= 2 else b"") + bytes(ops) + b"."


def beside(payload, honest, protocol):
    """The payload's result is dropped and an honest value is what the loader returns."""
    return Ops(bytes(payload) + b"0" + value(honest, protocol))
