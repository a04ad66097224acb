"""Bad input for `weighbridge convert` and `inspect`: cut, lying, cyclic, endless and unwritable.

    python bad.py BINARY [TEXT]

Of every input the same is asked: it ends within seconds, by itself and in little memory, and writes nothing or all of
it. Where it says that it converted, what it wrote has to be the truth.
"""

import io
import json
import os
import pickle
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections import OrderedDict
from pathlib import Path

import joblib
import numpy as np
import torch

import compare
import containers
import truth

# What any of these may take; seconds and bytes.
SECONDS, MEMORY = 15, 500 << 20
MARKS = (b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"PK\x07\x08")


class Suite:
    def __init__(self, binary, only, folder):
        self.binary, self.only, self.folder = binary, only, folder
        self.count, self.wrong = 0, 0

    def path(self, name, data=None):
        path = self.folder / name
        path.unlink(missing_ok=True)
        if data is not None:
            path.write_bytes(data)
        return path

    def fault(self, name, what):
        self.wrong += 1
        print(f"WRONG {name}: {what}", flush=True)

    def convert(self, name, path, known=None, options=(), codes=(1, 2, 3), limits=None, memory=MEMORY, seconds=SECONDS, command="convert"):
        """Converts one; `known` is the truth that an output has to have if there is one."""
        if self.only not in name:
            return None
        self.count += 1
        place = self.folder / "place"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        out = place / "out.safetensors"
        arguments = [self.binary, command, path, *([out] if command == "convert" else []), *options]
        done = compare.run(arguments, limits, seconds + 5)
        left = sorted(p.name for p in place.rglob("*"))
        if done.code in (101, 134, 139) or done.code < 0 or "panicked" in done.stderr:
            self.fault(name, f"{command} ended with {done.code} after {done.seconds:.1f} s: {done.stderr.strip()[-200:]}")
        elif done.seconds > seconds:
            self.fault(name, f"{command} took {done.seconds:.1f} s")
        elif done.memory > memory:
            self.fault(name, f"{command} took {done.memory >> 20} MiB")
        elif command == "convert" and done.code == 0 and out.exists() and known is not None:
            answer = compare.Answer()
            try:
                compare.match(known, *compare.read(out), "suffix", answer, None, allowed=set(known))
            except Exception as error:
                answer.wrong.append(f"{type(error).__name__} {error}")
            if answer.wrong:
                self.fault(name, f"converted into something else: {answer.wrong[:2]}")
        elif command == "convert" and done.code not in codes:
            self.fault(name, f"exit code {done.code}, not one of {codes}: {(done.stderr or done.stdout).strip()[-200:]}")
        if command == "convert" and done.code not in (0,) and left:
            self.fault(name, f"left {left} behind, exit code {done.code}")
        return done


def value():
    torch.manual_seed(5)
    return {"a.weight": torch.randn(7, 5), "b.bias": torch.arange(9), "c": torch.randn(3, dtype=torch.float16), "t": torch.randn(4, 6).t()}


def saved(**options):
    buffer = io.BytesIO()
    torch.save(value(), buffer, **options)
    return buffer.getvalue()


def arrays():
    return {"x": np.arange(12, dtype=np.float32).reshape(3, 4), "y": np.ones((5, 2), np.int16)}


def originals(folder):
    """(name, bytes, truth) of one small checkpoint per container."""
    known = truth.of(value())
    yield "zip.pt", saved(), known
    yield "zip5.pt", saved(pickle_protocol=5), known
    yield "legacy.pt", saved(_use_new_zipfile_serialization=False), known
    tar = folder / "tar.pt"
    loaded = containers.write_tar(tar, {1: (3, (3, 4), (4, 1), 0), 2: (3, (4,), (1,), 8)}, {3: torch.randn(12)}, [],
                                  OrderedDict(w=containers.Reference(1), b=containers.Reference(2)))  # fmt: skip
    yield "tar.pt", tar.read_bytes(), truth.of(loaded)
    script = folder / "script.pt"
    module = torch.jit.trace(torch.nn.Linear(3, 2), torch.randn(1, 3))
    module.save(str(script))
    yield "script.pt", script.read_bytes(), truth.of(dict(module.state_dict()))
    known = truth.of(arrays())
    for name, write in (("plain.npz", np.savez), ("deflated.npz", np.savez_compressed)):
        buffer = io.BytesIO()
        write(buffer, **arrays())
        yield name, buffer.getvalue(), known
    buffer = io.BytesIO()
    np.save(buffer, arrays()["x"])
    yield "x.npy", buffer.getvalue(), {"x": truth.of_array(arrays()["x"])}
    yield "arrays.pkl", pickle.dumps(arrays(), 5), known
    for name, level in (("arrays.joblib", 0), ("zlib.joblib", 3)):
        joblib.dump(arrays(), folder / name, compress=level)
        yield name, (folder / name).read_bytes(), known


def boundaries(data):
    """Where structures begin and end: signatures, members' data, the pickles of a legacy file; and some in between."""
    cuts = {0, 1, 2, 4, 8, len(data) - 1, len(data) - 2, len(data) - 22}
    for mark in MARKS:
        at = data.find(mark)
        while at >= 0:
            cuts |= {at, at + 1, at + 4, at + 16, at + 30, at + 46}
            at = data.find(mark, at + 1)
    if data[:2] == b"\x80\x02":
        file = io.BytesIO(data)
        try:
            for _ in range(5):
                containers.Skipping(file).load()
                cuts |= {file.tell(), file.tell() - 1, file.tell() + 8, file.tell() + 9}
        except Exception:
            pass
    cuts |= set(range(0, len(data), 512)) | {len(data) * i // 40 for i in range(40)}
    return sorted(c for c in cuts if 0 <= c < len(data))


def truncated(suite):
    for name, data, known in originals(suite.folder):
        cuts = boundaries(data)
        for cut in cuts[:: max(1, len(cuts) // 120)]:
            suite.convert(f"cut-{name}-{cut}", suite.path("cut-" + name, data[:cut]), anonymous(known, name))
        suite.convert(f"whole-{name}", suite.path("whole-" + name, data), anonymous(known, name), codes=(0,))


def anonymous(known, name):
    """An array alone has no name, so any is right; None asks only for the manners."""
    return None if name.endswith(".npy") else known


def flipped(suite):
    """Every so many bytes one that is changed: never something else, except where the byte was free to be."""
    for name, data, known in originals(suite.folder):
        step = max(1, len(data) // 150)
        for at in range(0, len(data), step):
            changed = bytearray(data)
            changed[at] ^= 1 << at % 8
            # A pickle with another byte may well say other things and be right: only the manners are asked.
            suite.convert(f"flip-{name}-{at}", suite.path("flip-" + name, bytes(changed)), codes=(0, 1, 2, 3))


def lying_zip(suite):
    data = saved()
    known = truth.of(value())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {i.filename: (i.header_offset, archive.read(i)) for i in archive.infolist()}
    directory = data.find(b"PK\x01\x02")
    numbers = (0, 1, 2**31, 2**32 - 1, 2**32 - 2)
    at = directory
    while at >= 0:
        name_length = struct.unpack_from("<H", data, at + 28)[0]
        name = data[at + 46 : at + 46 + name_length].decode()
        for field, offset in (("crc", 16), ("compressed", 20), ("size", 24), ("offset", 42)):
            for number in numbers:
                changed = bytearray(data)
                struct.pack_into("<I", changed, at + offset, number)
                if "data" in name.rsplit("/", 2)[1:2] or name.endswith("data.pkl"):
                    suite.convert(f"zip-central-{field}-{number}-{name}", suite.path("lie.pt", bytes(changed)), known)
        for method in (8, 99, 1):
            changed = bytearray(data)
            struct.pack_into("<H", changed, at + 10, method)
            suite.convert(f"zip-method-{method}-{name}", suite.path("lie.pt", bytes(changed)), known)
        changed = bytearray(data)
        struct.pack_into("<H", changed, at + 8, struct.unpack_from("<H", data, at + 8)[0] | 1)
        suite.convert(f"zip-encrypted-{name}", suite.path("lie.pt", bytes(changed)), known)
        at = data.find(b"PK\x01\x02", at + 1)
    end = data.find(b"PK\x05\x06")
    for offset, form in ((8, "H"), (10, "H"), (12, "I"), (16, "I"), (20, "H")):
        for number in (0, 1, 255, 65535) if form == "H" else numbers:
            changed = bytearray(data)
            struct.pack_into("<" + form, changed, end + offset, number)
            suite.convert(f"zip-end-{offset}-{number}", suite.path("lie.pt", bytes(changed)), known)
    top = next(iter(members)).split("/")[0]
    plain = {n: d for n, (_, d) in members.items()}

    def zipped(change, name, codes=(1, 2, 3), **options):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for member, content in change:
                archive.writestr(zipfile.ZipInfo(member), content, **options)
        suite.convert(name, suite.path("lie.pt", buffer.getvalue()), known, codes=codes)

    first = f"{top}/data/0"
    zipped([(n, d) for n, d in plain.items() if n != first], "zip-storage-missing")
    zipped([(n, d[:-1] if n == first else d) for n, d in plain.items()], "zip-storage-short")
    zipped([(n, b"" if n == first else d) for n, d in plain.items()], "zip-storage-empty")
    import warnings

    warnings.simplefilter("ignore")
    zipped([*plain.items(), (first, bytes(140))], "zip-storage-twice")
    zipped([(first, bytes(140)), *plain.items()], "zip-storage-twice-first")
    zipped([*plain.items(), (f"{top}/data.pkl", pickle.dumps({}))], "zip-pickle-twice")
    zipped([(n, d) for n, d in plain.items() if not n.endswith("data.pkl")], "zip-pickle-missing")
    zipped([(n, b"" if n.endswith("data.pkl") else d) for n, d in plain.items()], "zip-pickle-empty")
    zipped([*plain.items(), *((n.replace(top, "other"), bytes(len(d))) for n, d in plain.items() if "/data/" in n)], "zip-second-top", codes=(0, 1, 2, 3))
    zipped([(n, b"middle" if n.endswith("byteorder") else d) for n, d in plain.items()], "zip-byteorder-unknown", codes=(0, 1, 2, 3))
    data = bytearray(saved())
    at = bytes(data).find(plain[first])
    data[at + 3] ^= 0x40
    suite.convert("zip-crc-of-storage", suite.path("lie.pt", bytes(data)), known)
    # A member that inflates to far more than it says, and one that is honest about 256 MiB.
    for name, size, codes in (("bomb", 4 << 30, (1, 2, 3)), ("large", 256 << 20, (0, 1, 2, 3))):
        packed = zlib.compressobj(9, zlib.DEFLATED, -15)
        body = b"".join(packed.compress(bytes(1 << 20)) for _ in range(size >> 20)) + packed.flush()
        buffer = io.BytesIO()
        pickled = containers.members_of({"w": torch.zeros(35)})
        text = next(d for n, d in pickled.items() if n.endswith("data.pkl"))
        if name == "large":
            text = text.replace(b"K#", b"J" + struct.pack("<i", size // 4))
        with zipfile.ZipFile(buffer, "w") as archive:
            for member, content in pickled.items():
                if "/data/" not in member:
                    archive.writestr(zipfile.ZipInfo(member), text if member.endswith("data.pkl") else content)
        suite.convert(f"zip-{name}", suite.path("bomb.pt", with_member(buffer.getvalue(), first, body, size if name == "large" else 140, zlib.crc32(bytes(140)))), codes=codes, seconds=30)


def with_member(data, name, body, size, crc):
    """An archive with one more member, deflated, of which sizes and checksum are said to be these."""
    end = data.rfind(b"PK\x05\x06")
    count, length, start = struct.unpack_from("<HII", data, end + 10)
    name = name.encode()
    local = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 8, 0, 33, crc, len(body), size, len(name), 0) + name + body
    central = struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 8, 0, 33, crc, len(body), size, len(name), 0, 0, 0, 0, 0, start) + name
    middle = data[start : start + length] + central
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count + 1, count + 1, len(middle), start + len(local), 0)
    return data[:start] + local + middle + tail


def lying_legacy(suite):
    data = saved(_use_new_zipfile_serialization=False)
    known = truth.of(value())
    file = io.BytesIO(data)
    for _ in range(5):
        containers.Skipping(file).load()
    at = file.tell()
    right = struct.unpack_from("<q", data, at)[0]
    for number in (0, 1, right - 1, right + 1, -1, -(2**63), 2**31, 2**61, 2**62, 2**63 - 1):
        changed = bytearray(data)
        struct.pack_into("<q", changed, at, number)
        suite.convert(f"legacy-count-{number}", suite.path("lie.pt", bytes(changed)), known)
    suite.convert("legacy-tail", suite.path("lie.pt", data + b"tail"), known, codes=(0, 1, 2))
    for label, keys in (("none", []), ("twice", ["0", "0"]), ("number", [1]), ("nested", [[["0"]]]), ("many", [str(i) for i in range(100_000)])):
        begin = [p for p in pickles(data)][4]
        suite.convert(f"legacy-keys-{label}", suite.path("lie.pt", data[:begin] + pickle.dumps(keys, 2) + data[at:]), known)


def pickles(data):
    file, starts = io.BytesIO(data), []
    for _ in range(5):
        starts.append(file.tell())
        containers.Skipping(file).load()
    return starts


# Pickles by hand, as opcodes: what is put into the archive is what stands here.

REBUILD = b"ctorch._utils\n_rebuild_tensor_v2\n"


def number(value):
    if -(2**31) <= value < 2**31:
        return b"J" + struct.pack("<i", value)
    size = (value.bit_length() + 8) // 8
    return b"\x8a" + bytes([size]) + value.to_bytes(size, "little", signed=True)


def tensor(size, stride, offset=0, count=4, key=b"0", storage=b"FloatStorage", flags=b"}"):
    def group(numbers):
        return numbers if isinstance(numbers, bytes) else b"(" + b"".join(map(number, numbers)) + b"t"

    persistent = b"(X\x07\0\0\0storagectorch\n" + storage + b"\nX" + struct.pack("<I", len(key)) + key + b"X\x03\0\0\0cpu" + number(count) + b"tQ"
    return REBUILD + b"(" + persistent + (number(offset) if isinstance(offset, int) else offset) + group(size) + group(stride) + b"\x89ccollections\nOrderedDict\n)Rt" + b"R"


def archive(text, data=bytes(16), key="0", wrap=True):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        opened.writestr(zipfile.ZipInfo("a/data.pkl"), b"\x80\x02" + (b"}X\x01\0\0\0w" + text + b"s." if wrap else text))
        opened.writestr(zipfile.ZipInfo(f"a/data/{key}"), data)
        opened.writestr(zipfile.ZipInfo("a/version"), b"3\n")
    return buffer.getvalue()


def lying_pickles(suite):
    zero = {"w": truth.of_tensor(torch.zeros(4))}
    suite.convert("pickle-right", suite.path("p.pt", archive(tensor((4,), (1,)))), zero, codes=(0,))
    big = 2**63
    for label, text in {
        "size-5": tensor((5,), (1,)), "size-negative": tensor((-4,), (1,)), "size-2-63": tensor((big,), (1,)), "size-2-64": tensor((2**64,), (1,)), "size-2-200": tensor((2**200,), (1,)),
        "size-product-wraps": tensor((2**32, 2**32), (0, 0)), "size-product-wraps-to-4": tensor((2**62, 4, 4, 4), (0, 0, 0, 1)), "bytes-wrap": tensor((2**62,), (0,)),
        "stride-negative": tensor((2,), (-1,), 3), "stride-2-63": tensor((2,), (big,)), "stride-2-62": tensor((2, 2), (2**62, 2**62)), "stride-wraps": tensor((5,), (2**62,)), "stride-long": tensor((4,), (1, 1)), "stride-short": tensor((2, 2), (1,)),
        "offset-1": tensor((4,), (1,), 1), "offset-negative": tensor((1,), (1,), -1), "offset-2-63": tensor((1,), (1,), big), "offset-2-64-1": tensor((2,), (1,), 2**64 - 1), "offset-none": tensor((4,), (1,), b"N"),
        "count-5": tensor((5,), (1,), count=5), "count-negative": tensor((4,), (1,), count=-4), "count-2-63": tensor((4,), (1,), count=big), "count-2-62": tensor((2**62,), (1,), count=2**62), "count-3": tensor((4,), (1,), count=3),
        "size-string": tensor(b"X\x01\0\0\x004", (1,)), "size-none": tensor(b"N", (1,)), "size-list-of-itself": tensor(b"]q\x63h\x63a", (1,)), "size-float": tensor(b"(G@\x10\0\0\0\0\0\0t", (1,)), "size-true": tensor(b"(\x88t", (1,)),
        "rank-million": tensor(b"(" + b"K\x01" * 1_000_000 + b"t", b"(" + b"K\x01" * 1_000_000 + b"t"), "key-missing": tensor((4,), (1,), key=b"1"), "key-parent": tensor((4,), (1,), key=b"../data/0"), "key-empty": tensor((4,), (1,), key=b""),
        "storage-double": tensor((4,), (1,), storage=b"DoubleStorage"), "storage-unknown": tensor((4,), (1,), storage=b"WildStorage"), "storage-object": tensor((4,), (1,), storage=b"nn\n"),
        "arguments-none": REBUILD + b")R", "arguments-one": REBUILD + b"K\x01\x85R", "arguments-dict": REBUILD + b"}R", "arguments-itself": REBUILD + b"(]q\x63h\x63ah\x63tR",
        "persistent-number": REBUILD + b"(K\x05QK\0(K\x04t(K\x01t\x89}tR", "persistent-itself": REBUILD + b"(]q\x63h\x63aQK\0(K\x04t(K\x01t\x89}tR", "persistent-short": REBUILD + b"(X\x07\0\0\0storage\x85QK\0(K\x04t(K\x01t\x89}tR",
        "rebuilt-of-rebuilt": REBUILD + b"(" + tensor((4,), (1,)) + b"K\0(K\x04t(K\x01t\x89}tR",
    }.items():  # fmt: skip
        # Whether True is a size, torch itself has no one answer to.
        suite.convert(f"pickle-{label}", suite.path("p.pt", archive(text)), None if label == "size-true" else zero, codes=(0, 1, 2, 3) if label == "size-true" else (1, 2, 3))
    # One element that is as many as one likes: it would fill every disk.
    for label, size in (("tera", (10**12,)), ("exa", (10**9, 10**9)), ("giga-64", (2**36,))):
        suite.convert(f"pickle-expanded-{label}", suite.path("p.pt", archive(tensor(size, (0,) * len(size)))), {}, limits=small_files)
    right = tensor((4,), (1,))
    item = b"X\x01\0\0\0w" + right
    suite.convert("cyclic-dict", suite.path("p.pt", archive(b"}q\x01(" + item + b"X\x01\0\0\0ch\x01u.", wrap=False)), zero, codes=(0, 1, 2))
    suite.convert("cyclic-list", suite.path("p.pt", archive(b"}(" + item + b"X\x01\0\0\0c]q\x02h\x02au.", wrap=False)), zero, codes=(0, 1, 2))
    suite.convert("cyclic-state", suite.path("p.pt", archive(b"}(" + item + b"X\x01\0\0\0ccgone\nThing\n)\x81q\x03}X\x01\0\0\0sh\x03sbu.", wrap=False)), zero, codes=(0, 1, 2))
    deep = 200_000
    suite.convert("deep-lists", suite.path("p.pt", archive(b"}(" + item + b"X\x01\0\0\0d" + b"]" * deep + b"a" * (deep - 1) + b"u.", wrap=False)), zero, codes=(0, 1, 2))
    suite.convert("deep-tensor", suite.path("p.pt", archive(b"]" * deep + right + b"a" * deep + b".", wrap=False)), codes=(0, 1, 2))
    suite.convert("deep-dicts", suite.path("p.pt", archive(b"}K\x01" * deep + right + b"s" * deep + b".", wrap=False)), codes=(0, 1, 2))
    suite.convert("deep-tuples", suite.path("p.pt", archive(right + b"\x85" * deep + b".", wrap=False)), codes=(0, 1, 2))
    laughs = b"]" + right + b"aq\0" + b"".join(b"0](h" + bytes([i]) + b"h" + bytes([i]) + b"eq" + bytes([i + 1]) for i in range(60)) + b"."
    suite.convert("laughs-lists", suite.path("p.pt", archive(laughs, wrap=False)), codes=(0, 1, 2))
    laughs = right + b"q\0" + b"".join(b"h" + bytes([i]) + b"h" + bytes([i]) + b"\x86q" + bytes([i + 1]) for i in range(60)) + b"."
    suite.convert("laughs-tuples", suite.path("p.pt", archive(laughs, wrap=False)), codes=(0, 1, 2))
    laughs = b"}X\x01\0\0\0w" + right + b"sq\0" + b"".join(b"0}(X\x01\0\0\0ah" + bytes([i]) + b"X\x01\0\0\0bh" + bytes([i]) + b"uq" + bytes([i + 1]) for i in range(60)) + b"."
    suite.convert("laughs-dicts", suite.path("p.pt", archive(laughs, wrap=False)), codes=(0, 1, 2))
    name = b"X" + struct.pack("<I", 20_000_000) + b"n" * 20_000_000
    suite.convert("name-20-MB", suite.path("p.pt", archive(b"}" + name + right + b"s.", wrap=False)), codes=(0, 1, 2))
    long = b"X" + struct.pack("<I", 10_000) + b"n" * 10_000
    suite.convert("names-long-and-deep", suite.path("p.pt", archive((b"}" + long) * 2000 + right + b"s" * 2000 + b".", wrap=False)), codes=(0, 1, 2))
    suite.convert("strings-unsaid-length", suite.path("p.pt", archive(b"}X\xff\xff\xff\xffw" + right + b"s.", wrap=False)))
    suite.convert("bytes8-length", suite.path("p.pt", archive(b"\x8e" + struct.pack("<Q", 2**63) + b"x.", wrap=False)))
    suite.convert("frame-length", suite.path("p.pt", archive(b"\x95" + struct.pack("<Q", 2**63) + b"}.", wrap=False)))
    suite.convert("stop-missing", suite.path("p.pt", archive(b"}" + item + b"s", wrap=False)), zero)
    suite.convert("memo-missing", suite.path("p.pt", archive(b"h\x63.", wrap=False)))
    suite.convert("opcode-unknown", suite.path("p.pt", archive(b"}" + item + b"s\xff.", wrap=False)), zero)
    million = b"}(" + b"".join(b"X\x08\0\0\0" + b"%08d" % i + right for i in range(100_000)) + b"u."
    suite.convert("hundred-thousand-of-one-storage", suite.path("p.pt", archive(million, wrap=False)), codes=(0, 1, 2), seconds=30)
    suite.convert("million-leaves", suite.path("p.pt", archive(b"}(" + item + b"X\x01\0\0\0l](" + b"K\x01" * 5_000_000 + b"eu.", wrap=False)), zero, codes=(0, 1, 2), seconds=30, memory=1500 << 20)


def lying_arrays(suite):
    def npy(header, data=bytes(48), version=1, length=None):
        header = header.encode() if isinstance(header, str) else header
        size = len(header) if length is None else length
        version = version if size < 1 << 16 else 2
        return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", size) + header + data

    def text(shape="(3, 4)", descr="'<f4'", order="False", more=""):
        return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, {more}}}\n"

    known = truth.of({"x": np.zeros((3, 4), np.float32)})
    cases = {f"shape-{s}": npy(text(s)) for s in ("(-3, -4)", "(2**63,)", "(9223372036854775808,)", "(18446744073709551616,)", "(4294967296, 4294967296)", "(13,)", "(11,)", "3", "[3, 4]", "(3.0, 4)", "('3',)", "(True, 12)", "(0, 9223372036854775807, 9223372036854775807)", "(" + "1, " * 100_000 + "12)", "(" * 100_000)}
    cases |= {f"descr-{d}": npy(text(descr=d)) for d in ("'O'", "'|O'", "'<f3'", "'<f99999999999999999999'", "'V0'", "'<f4,<f4'", "None", "[('a', '<f4')]", "[" * 10_000 + "]" * 10_000, "'\\x3cf4'", "'f4' if 1 else 'f8'", "__import__('os')")}
    cases |= {"order-none": npy(text(order="None")), "order-1": npy(text(order="1")), "extra-key": npy(text(more="'a': 1")), "length-65535": npy(text(), length=65535), "length-0": npy(text(), length=0),
              "length-2-32": npy(text(), version=2, length=2**32 - 1), "version-9": npy(text(), version=9), "tail": npy(text(), bytes(49)), "short": npy(text(), bytes(47)), "not-utf8": npy(b"\xff" * 20)}  # fmt: skip
    for label, data in cases.items():
        suite.convert(f"npy-{label[:40]}", suite.path("x.npy", data))
    for label, data in cases.items():
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as opened:
            opened.writestr("x.npy", data)
        suite.convert(f"npz-{label[:40]}", suite.path("x.npz", buffer.getvalue()), known, codes=(1, 2, 3))


def small_files():
    """No file beyond 64 MiB: writing more fails, as on a full disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 << 20, 64 << 20))


def environment(suite):
    sparse = suite.path("terabyte.pt")
    with open(sparse, "wb") as file:
        file.truncate(1 << 40)
    suite.convert("sparse-terabyte", sparse)
    suite.convert("sparse-terabyte-inspect", sparse, command="inspect")
    for label, head in (("zip", saved()), ("pickle", b"\x80\x02}."), ("legacy", saved(_use_new_zipfile_serialization=False)), ("tar", b"pickle".ljust(512, b"\0"))):
        with open(sparse, "wb") as file:
            file.write(head)
            file.truncate(1 << 40)
        suite.convert(f"sparse-terabyte-{label}", sparse, codes=(0, 1, 2, 3))
    with open(sparse, "wb") as file:
        header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (137438953472,), }\n"
        file.write(b"\x93NUMPY\x01\0" + struct.pack("<H", len(header)) + header)
        file.truncate(10 + len(header) + (1 << 40))
    suite.convert("sparse-terabyte-npy", sparse, limits=small_files)
    with open(sparse, "wb") as file:
        header = json.dumps({"w": {"dtype": "F32", "shape": [1 << 38], "data_offsets": [0, 1 << 40]}}).encode()
        file.write(struct.pack("<Q", len(header)) + header)
        file.truncate(8 + len(header) + (1 << 40))
    done = suite.convert("sparse-terabyte-safetensors-inspect", sparse, command="inspect")
    if done and done.code != 0:
        suite.fault("sparse-terabyte-safetensors-inspect", f"exit code {done.code}: {done.stderr[-200:]}")
    sparse.unlink()
    # Headers of 100 MB: as large as the format allows.
    for label, header in (("tensors", lambda n: {f"t{i:07}": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for i in range(n)}), ("metadata", lambda n: {"__metadata__": {f"k{i}": "v" * 50 for i in range(n)}})):
        count = 1_400_000
        if suite.only in f"header-100-MB-{label}":
            text = json.dumps(header(count), separators=(",", ":")).encode()[:99_999_999]
            text = text if text.endswith(b"}") else text[: text.rfind(b"}," if label == "tensors" else b'",') + (1 if label == "tensors" else 1)] + (b"}" if label == "tensors" else b"}}")
            path = suite.path("large.safetensors", struct.pack("<Q", len(text)) + text)
            del text
            suite.convert(f"header-100-MB-{label}", path, command="inspect", memory=2 << 30, seconds=60)
            suite.convert(f"header-100-MB-{label}-scan", path, command="scan", memory=2 << 30, seconds=60)
            path.unlink()
    for path in ("/dev/null", "/dev/zero", "/dev/full", suite.folder, "/proc/self/mem"):
        suite.convert(f"input-{path}", path, codes=(1, 2, 3, 4))
    fifo = suite.folder / "fifo"
    os.mkfifo(fifo)
    suite.convert("input-fifo", fifo, codes=(1, 2, 3, 4))
    unwritable(suite)
    killed(suite)


def unwritable(suite):
    if suite.only not in "unwritable":
        return
    good = suite.path("good.pt", saved())
    big = suite.folder / "big.pt"
    torch.save({f"w{i}": torch.randn(1 << 20) for i in range(32)}, big)
    suite.convert("disk-full-limit", big, codes=(2,), limits=small_files)
    place = suite.folder / "small"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", place], capture_output=True).returncode == 0:
        try:
            for options in ((), ("--report", place / "report.json")):
                suite.count += 1
                done = compare.run([suite.binary, "convert", big, place / "out.safetensors", *options])
                left = sorted(p.name for p in place.iterdir())
                if done.code != 2 or left:
                    suite.fault("disk-full-tmpfs", f"exit code {done.code}, left {left}: {done.stderr[-200:]}")
        finally:
            subprocess.run(["umount", place], check=True)
    else:
        print("disk-full-tmpfs is left out: no file system can be mounted here")
    folder = suite.folder / "a folder"
    folder.mkdir()
    for label, out, options in (("folder", folder, ()), ("folder-force", folder, ("--force",)), ("no-such-folder", suite.folder / "none/out.safetensors", ()), ("dev-full", Path("/dev/full"), ("--force",)),
                                ("itself", good, ()), ("itself-force", good, ("--force",)), ("report-is-out", suite.folder / "r.safetensors", ("--report", suite.folder / "r.safetensors"))):  # fmt: skip
        suite.count += 1
        before = good.read_bytes()
        done = compare.run([suite.binary, "convert", good, out, *options])
        if done.died():
            suite.fault(f"output-{label}", done.died())
        elif done.code == 0 and label not in ("itself-force",):
            suite.fault(f"output-{label}", "exit code 0")
        if label != "itself-force" and good.read_bytes() != before:
            suite.fault(f"output-{label}", "the input is another file now")
        good.write_bytes(before)


def killed(suite):
    """Killed at any moment, the target is what it was or whole."""
    if suite.only not in "killed":
        return
    big = suite.folder / "big.pt"
    if not big.exists():
        torch.save({f"w{i}": torch.randn(1 << 20) for i in range(32)}, big)
    out = suite.folder / "killed.safetensors"
    began = time.monotonic()
    subprocess.run([suite.binary, "convert", big, out, "--quiet"], check=False)
    whole = time.monotonic() - began
    if not out.exists():
        return
    complete = out.read_bytes()
    for old in (None, b"old"):
        for step in range(12):
            suite.count += 1
            if old is None:
                out.unlink(missing_ok=True)
            else:
                out.write_bytes(old)
            process = subprocess.Popen([suite.binary, "convert", big, out, "--quiet", "--force"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(whole * step / 12)
            process.kill()
            process.wait()
            now = out.read_bytes() if out.exists() else None
            if now not in (old, complete):
                suite.fault(f"killed-{step}", f"the target has {len(now) if now is not None else 'no'} bytes")
    for path in suite.folder.glob("*killed*"):
        path.unlink()


def main():
    binary, *only = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory() as folder:
        suite = Suite(binary, only[0] if only else "", Path(folder))
        for part in (lying_pickles, lying_arrays, lying_zip, lying_legacy, environment, truncated, flipped):
            part(suite)
    print(f"{suite.count} bad inputs, {suite.wrong} wrong")
    sys.exit(bool(suite.wrong))


if __name__ == "__main__":
    main()
