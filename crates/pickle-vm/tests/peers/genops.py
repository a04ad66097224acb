"""Prints what CPython's pickletools makes of pickles that are generated here from plain data.

`opcodes`: one line per opcode of the table: name, code, protocol.
`pickles`: one line per pickle: its bytes in hex, then `name@position` for each opcode.
`mutated`: the same for pickles with a few bytes changed; opcodes up to the first one that pickletools refuses.

Nothing is unpickled.
"""

import pickle
import pickletools
import random
import sys


def value(rng, depth):
    kinds = ["int", "float", "text", "bytes", "none", "bool", "long"]
    if depth:
        kinds += ["list", "tuple", "dict", "set", "frozenset", "bytearray"] * 2
    kind = rng.choice(kinds)
    size = rng.choice([0, 1, 2, 3, 5, 20])
    if kind == "int":
        return rng.choice([0, 1, 255, 256, 65535, 65536, -1, 2**31 - 1, -(2**31), 2**31])
    if kind == "long":
        return rng.randrange(-(2**rng.choice([40, 64, 200, 2100])), 2**70)
    if kind == "float":
        return rng.choice([0.0, -1.5, 1e300, float("inf")])
    if kind == "text":
        alphabet = "ab\n\\'\"\u00e9\u20ac\U0001f389\ud800"
        return "".join(rng.choice(alphabet) for _ in range(size * rng.choice([1, 20])))
    if kind == "bytes":
        return rng.randbytes(size * rng.choice([1, 20]))
    if kind == "bytearray":
        return bytearray(rng.randbytes(size))
    if kind == "none":
        return None
    if kind == "bool":
        return rng.random() < 0.5
    if kind == "list":
        return [value(rng, depth - 1) for _ in range(size)]
    if kind == "tuple":
        return tuple(value(rng, depth - 1) for _ in range(size))
    if kind == "dict":
        return {rng.randrange(1000): value(rng, depth - 1) for _ in range(size)}
    if kind == "set":
        return {rng.randrange(1000) for _ in range(size)}
    return frozenset(rng.randrange(1000) for _ in range(size))


def pickles(rng):
    shared = ["twice"]
    fixed = [[shared, shared], ["x" * 70000], [b"y" * 70000], list(range(1500))]
    for protocol in range(6):
        for data in fixed + [value(rng, 3) for _ in range(60)]:
            yield pickle.dumps(data, protocol)


def operations(data):
    found = []
    try:
        for opcode, _, position in pickletools.genops(data):
            found.append(f"{opcode.name}@{position}")
    except Exception:  # whatever the peer refuses, in whatever way
        pass
    return found


def mutate(rng, data):
    changed = bytearray(data[: rng.randrange(1, 400)])
    for _ in range(rng.randrange(1, 4)):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def main():
    rng = random.Random(7)
    what = sys.argv[1]
    if what == "opcodes":
        for opcode in pickletools.opcodes:
            print(opcode.name, ord(opcode.code), opcode.proto)
        return
    for data in pickles(rng):
        if what == "mutated":
            data = mutate(rng, data)
        print(data.hex(), *operations(data))


main()
