"""Files that nobody can read to their end, or that only look like a model: a scanner must not call them clean."""

import bz2
import gzip
import lzma
import random
import struct
import zlib

from archives import lz4_framed, member, packed, seven_zipped, tarred, zipped, zstd_framed
from containers import joblib_array, npy, numbers, plain_npy, state_dict, torch_legacy, torch_members
from opcodes import call, stream, value
from tricks import HONEST

SEED = 20260101


def noise(size):
    """The same bytes in every run."""
    return random.Random(SEED + size).randbytes(size) if hasattr(random.Random, "randbytes") else bytes(random.Random(SEED + size).getrandbits(8) for _ in range(size))


def files():
    """Yields technique, extension, bytes and a note."""
    pickles = {"p0": stream(value(HONEST, 0), 0), "p2": stream(call("collections", "OrderedDict", ([("a", [1.5] * 40)],), 2), 2), "p4": stream(value({"numbers": list(range(2000)), "text": "x" * 300}, 4), 4)}
    for label, data in pickles.items():
        for quarter in (1, 2, 3):
            yield "cut-pickle", ".pkl", data[: len(data) * quarter // 4], "%s, %d quarters" % (label, quarter)
        yield "cut-pickle", ".pkl", data[:-1], "%s without STOP" % label
    yield "cut-pickle", ".pkl", b"\x80\x04", "nothing behind PROTO"
    yield "cut-pickle", ".pkl", b"\x80", "one byte"
    yield "length-lies", ".pkl", b"\x80\x02X\xff\xff\xff\x7fabc.", "a text of 2 GiB"
    yield "length-lies", ".pkl", b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7fabc.", "bytes of 8 EiB"
    yield "length-lies", ".pkl", b"\x80\x02\x8b\xff\xff\xff\x7fabc.", "a number of 2 GiB"
    yield "stack-underflow", ".pkl", b"\x80\x020.", ""
    yield "stack-underflow", ".pkl", b".", ""
    yield "unknown-opcode", ".pkl", b"\x80\x04]\xff.", ""
    yield "unknown-protocol", ".pkl", b"\x80\x63N.", ""
    yield "missing-memo-key", ".pkl", b"\x80\x02h\x07.", ""
    yield "missing-mark", ".pkl", b"\x80\x02Nt.", ""
    for size, extension in [(1000, ".pkl"), (5000, ".pt"), (3000, ".bin"), (700, ".joblib"), (900, ".npy"), (800, ".ckpt")]:
        yield "noise", extension, noise(size), ""
    for extension in (".pkl", ".pt", ".bin", ".npy", ".npz", ".joblib", ".zip", ".tar", ".gz"):
        yield "empty", extension, b"", ""
    yield "zeros", ".pkl", bytes(4096), ""
    yield "zeros", ".bin", bytes(100000), ""
    torch = zipped(torch_members(state_dict()))
    for at, label in [(len(torch) // 3, "a third"), (len(torch) - 30, "within the directory"), (len(torch) - 8, "within the last record")]:
        yield "cut-torch-zip", ".pt", torch[:at], label
    yield "cut-torch-legacy", ".pt", torch_legacy()[:120], ""
    yield "cut-npz", ".npz", zipped([member("a.npy", plain_npy(500), 8)])[:150], ""
    yield "cut-npy", ".npy", plain_npy()[:-5], "numbers are missing"
    yield "cut-npy", ".npy", plain_npy()[:40], "within the header"
    yield "cut-npy-objects", ".npy", npy(pickles["p4"][:100]), ""
    yield "cut-joblib", ".joblib", joblib_array(pickles["p4"])[:200], ""
    for label, extension, make in [("gzip", ".pkl.gz", gzip.compress), ("bzip2", ".pkl.bz2", bz2.compress), ("xz", ".pkl.xz", lzma.compress), ("zlib", ".joblib", zlib.compress), ("lz4", ".pkl.lz4", lz4_framed), ("zstd", ".pkl.zst", zstd_framed)]:
        whole = make(pickles["p4"]) if label != "gzip" else make(pickles["p4"], mtime=0)
        yield "cut-%s" % label, extension, whole[: len(whole) // 2], ""
        spoilt = bytearray(whole)
        spoilt[len(spoilt) // 2] ^= 0x55
        if label not in ("lz4", "zstd"):
            yield "spoilt-%s" % label, extension, bytes(spoilt), "one byte is another"
    yield "cut-tar", ".tar", tarred([("model.pkl", pickles["p4"])])[:900], ""
    archive = seven_zipped([("model.pkl", pickles["p4"])], "lzma2")
    yield "cut-7z", ".7z", archive[:-20], "the header is missing"
    yield "cut-7z", ".7z", archive[:100], ""
    yield "spoilt-7z", ".7z", archive[:40] + b"\xff\xff" + archive[42:], ""
    yield "size-lies-7z", ".7z", seven_zipped([("model.pkl", pickles["p4"])], "copy", size=1 << 60), "one EiB"
    yield "encrypted-7z", ".7z", seven_zipped([("model.pkl", noise(160))], "aes"), ""
    yield "encrypted-zip", ".zip", zipped([member("model.pkl", noise(200), flags=0x1)]), "noise behind the flag of encryption"
    yield "unknown-method-zip", ".zip", zipped([member("model.pkl", noise(200), method=97)]), ""
    yield "spoilt-zip", ".zip", zipped([member("model.pkl", pickles["p4"], 8)]).replace(packed(pickles["p4"], 8)[20:60], noise(40)), ""
    yield "missing-storage-torch", ".pt", zipped([one for one in torch_members(state_dict()) if not one.name.endswith("data/1")]), "a tensor's numbers are missing"
    yield "short-storage-torch", ".pt", zipped([one._replace(data=numbers(1)) if one.name.endswith("data/0") else one for one in torch_members(state_dict())]), "a tensor's numbers are cut off"
    yield "pointer", ".bin", b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 438007537\n", "a pointer of Git LFS"
    yield "pointer", ".pt", b"../../.git/annex/objects/xx/yy/SHA256E-s1--0/SHA256E-s1--0\n", "a pointer of git-annex"
    yield "web-page", ".pt", b"<!DOCTYPE html>\n<html><body>404 Not Found</body></html>\n", ""
    yield "web-page", ".pkl", b'{"error": "Repository not found"}\n', ""
    yield "wrong-magic", ".npy", b"\x93NUMPX" + npy(pickles["p4"])[6:], ""
    yield "wrong-magic", ".npy", b"\x93NUMPY\x09\x00" + npy(pickles["p4"])[8:], "version 9 of the format"
    yield "wrong-header", ".npy", npy(b"")[:10] + b"{'descr': __import__('os'), 'fortran_order': False, 'shape': (1,), }".ljust(117) + b"\n", "an expression where a literal should be"
    yield "rar", ".rar", b"Rar!\x1a\x07\x01\x00" + noise(300), "an archive that few can read"
    yield "rar", ".pt", b"Rar!\x1a\x07\x00" + noise(300), ""
    yield "hdf5-named-pkl", ".pkl", b"\x89HDF\r\n\x1a\n" + noise(500), "the signature of another format, and noise"
    yield "image-named-pt", ".pt", b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + noise(200), ""
