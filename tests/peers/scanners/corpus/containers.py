"""Puts a stream into every container that loaders, tools or people unpack.

A `Container` has a name, the extension of the file and a function from a pickle to the file's bytes. Honest ones
are used for honest pickles too; the others say something that no honest writer says, or hide what they hold.
"""

import bz2
import collections
import gzip
import lzma
import struct
import tarfile
import zlib

from archives import lz4_framed, member, seven_zipped, tarred, zipped, zstd_framed
from opcodes import Ops, arguments, call, global_line, name, stream, text, value

Container = collections.namedtuple("Container", "name extension make note")


# Torch, numpy and joblib: what their writers make, put together by hand.


def storage(key, count, protocol=2):
    """A persistent id of a float storage."""
    return Ops(arguments(("storage", name("torch", "FloatStorage", protocol), key, "cpu", count), protocol) + b"Q")


def tensor(key, shape, protocol=2):
    """A float tensor of torch's, whose numbers lie in a member of the archive."""
    count, strides, step = 1, [], 1
    for extent in shape:
        count *= extent
    for extent in reversed(shape):
        strides.insert(0, step)
        step *= extent
    return call("torch._utils", "_rebuild_tensor_v2", (storage(key, count, protocol), 0, tuple(shape), tuple(strides), False, call("collections", "OrderedDict", (), protocol)), protocol)


def state_dict(extra=()):
    return Ops(b"\x80\x02" + value(dict([("weight", tensor("0", (2, 3))), ("bias", tensor("1", (2,)))] + list(extra)), 2) + b".")


def numbers(count):
    return struct.pack("<%df" % count, *[number / 8 for number in range(count)])


def torch_members(pickle, root="archive"):
    """The members that torch 2 writes around `data.pkl`."""
    return [
        member(root + "/data.pkl", pickle), member(root + "/.format_version", b"1"), member(root + "/.storage_alignment", b"64"), member(root + "/byteorder", b"little"),
        member(root + "/data/0", numbers(6)), member(root + "/data/1", numbers(2)), member(root + "/version", b"3\n"), member(root + "/.data/serialization_id", b"1" * 40),
    ]


def torch_zip(pickle):
    """A torch archive whose `data.pkl` is the payload, storages and all; an honest pickle gets honest tensors."""
    return zipped([one for one in torch_members(pickle) if "/data/" not in one.name])


def npy(pickle, version=1, shape=(1,), descr="|O", tail=b""):
    """An array of objects: the header, and a pickle behind it."""
    header = ("{'descr': %r, 'fortran_order': False, 'shape': %r, }" % (descr, shape)).encode("latin-1")
    size = 10 if version == 1 else 12
    header += b" " * (-(size + len(header) + 1) % 64) + b"\n"
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", len(header)) + header + pickle + tail


def plain_npy(count=12):
    return npy(numbers(count), shape=(count,), descr="<f4")


def joblib_array(pickle):
    """A joblib dump with an array of objects: its wrapper, and in the middle of the stream a pickle of its own."""
    protocol = 4
    dtype = Ops(call("numpy", "dtype", ("O8", False, True), protocol) + arguments((3, "|", None, None, None, -1, -1, 63), protocol) + b"b")
    state = {"subclass": name("numpy", "ndarray", protocol), "shape": (1,), "order": "C", "dtype": dtype, "allow_mmap": False}
    wrapper = Ops(name("joblib.numpy_pickle", "NumpyArrayWrapper", protocol) + b")\x81" + value(state, protocol) + b"b")
    return b"\x80\x04" + b"}" + text("labels", protocol) + wrapper + pickle + b"s."


def joblib_numbers(pickle):
    """A joblib dump whose stream goes on behind the raw bytes of an array of numbers."""
    protocol = 4
    dtype = Ops(call("numpy", "dtype", ("f4", False, True), protocol) + arguments((3, "<", None, None, None, -1, -1, 0), protocol) + b"b")
    state = {"subclass": name("numpy", "ndarray", protocol), "shape": (4,), "order": "C", "dtype": dtype, "allow_mmap": True}
    wrapper = Ops(name("joblib.numpy_pickle", "NumpyArrayWrapper", protocol) + b")\x81" + value(state, protocol) + b"b")
    body = pickle[2:-1] if pickle[:1] == b"\x80" else pickle[:-1]
    if body[:1] == b"\x95":
        body = body[9:]
    return b"\x80\x04" + b"](" + wrapper + numbers(4) + body + b"e."


def joblib_old_zlib(data):
    """The compressed form of joblib before 0.10: `ZF`, the size in hexadecimal, zlib."""
    return b"ZF" + (b"%#x" % len(data)).ljust(19) + zlib.compress(data)


# Honest containers.


def _gz(data):
    return gzip.compress(data, mtime=0)


def _xz(data):
    return lzma.compress(data)


def _alone(data):
    return lzma.compress(data, lzma.FORMAT_ALONE)


COMPRESSIONS = [
    ("gzip", ".pkl.gz", _gz),
    ("bzip2", ".pkl.bz2", bz2.compress),
    ("xz", ".pkl.xz", _xz),
    ("lzma-alone", ".pkl.lzma", _alone),
    ("zlib", ".pkl.z", zlib.compress),
    ("lz4", ".pkl.lz4", lz4_framed),
    ("zstd", ".pkl.zst", zstd_framed),
]


def _files(pickle, inside="model.pkl"):
    return [(inside, pickle), ("config.json", b'{"layers": 2}\n'), ("README.md", b"# A model\n")]


def _zip(pickle, inside="model.pkl", method=8):
    return zipped([member(label, data, method) for label, data in _files(pickle, inside)])


def honest():
    """What tools and libraries write."""
    rows = [
        ("raw", ".pkl", lambda p: p, ""),
        ("raw-pickle", ".pickle", lambda p: p, ""),
        ("raw-bin", ".bin", lambda p: p, ""),
        ("raw-pt", ".pt", lambda p: p, ""),
        ("raw-pth", ".pth", lambda p: p, ""),
        ("raw-ckpt", ".ckpt", lambda p: p, ""),
        ("raw-joblib", ".joblib", lambda p: p, ""),
        ("raw-dat", ".dat", lambda p: p, ""),
        ("raw-data", ".data", lambda p: p, ""),
        ("raw-dill", ".dill", lambda p: p, ""),
        ("raw-sav", ".sav", lambda p: p, ""),
        ("raw-model", ".model", lambda p: p, ""),
        ("raw-p", ".p", lambda p: p, ""),
        ("raw-pk", ".pk", lambda p: p, ""),
        ("raw-npy-named", ".npy", lambda p: p, "numpy.load falls back to pickle"),
        ("raw-extensionless", "", lambda p: p, ""),
        ("raw-unknown-extension", ".weights", lambda p: p, ""),
        ("raw-h5-named", ".h5", lambda p: p, ""),
        ("raw-safetensors-named", ".safetensors", lambda p: p, ""),
        ("raw-json-named", ".json", lambda p: p, ""),
        ("raw-png-named", ".png", lambda p: p, ""),
        ("raw-txt-named", ".txt", lambda p: p, ""),
        ("raw-upper-case", ".PKL", lambda p: p, ""),
        ("stacked", ".pkl", lambda p: stream(value([1], 4), 4) + p + stream(value("end", 2), 2), "the second of three"),
        ("torch-zip", ".pt", torch_zip, ""),
        ("torch-zip-bin", ".bin", torch_zip, ""),
        ("torch-zip-unknown-extension", ".model", torch_zip, ""),
        ("torch-tar", ".pt", lambda p: tarred([("storages", stream(value(0, 2), 2) + stream(value([], 2), 2)), ("tensors", stream(value(0, 2), 2)), ("pickle", p)]), "the container of torch 0.1"),
        ("npy-objects", ".npy", npy, ""),
        ("npy-objects-v2", ".npy", lambda p: npy(p, 2), ""),
        ("npy-objects-v3", ".npy", lambda p: npy(p, 3), ""),
        ("npy-objects-scalar", ".npy", lambda p: npy(p, shape=()), ""),
        ("npz", ".npz", lambda p: zipped([member("a.npy", plain_npy()), member("o.npy", npy(p))]), ""),
        ("npz-deflated", ".npz", lambda p: zipped([member("a.npy", plain_npy(), 8), member("o.npy", npy(p), 8)]), ""),
        ("npz-with-pickle", ".npz", lambda p: zipped([member("a.npy", plain_npy()), member("o", p)]), "numpy hands out the member's bytes"),
        ("npy-two", ".npy", lambda p: plain_npy() + npy(p), "arrays saved one after the other"),
        ("joblib-object-array", ".joblib", joblib_array, ""),
        ("joblib-behind-array", ".joblib", joblib_numbers, ""),
        ("joblib-gzip", ".joblib", _gz, ""),
        ("joblib-zlib", ".joblib", zlib.compress, ""),
        ("joblib-bzip2", ".joblib", bz2.compress, ""),
        ("joblib-xz", ".joblib", _xz, ""),
        ("joblib-lzma", ".joblib", _alone, ""),
        ("joblib-lz4", ".joblib", lz4_framed, ""),
        ("joblib-old-zlib", ".joblib", joblib_old_zlib, "joblib before 0.10"),
        ("joblib-array-gzip", ".joblib.gz", lambda p: _gz(joblib_array(p)), ""),
        ("joblib-array-zlib", ".joblib.z", lambda p: zlib.compress(joblib_array(p)), ""),
    ]
    rows += [(label, extension, make, "") for label, extension, make in COMPRESSIONS]
    rows += [
        ("gzip-named-pkl", ".pkl", _gz, ""),
        ("zlib-level-1", ".pkl", lambda p: zlib.compress(p, 1), ""),
        ("zlib-level-0", ".pkl", lambda p: zlib.compress(p, 0), ""),
        ("gzip-two-members", ".pkl.gz", lambda p: _gz(p[:7]) + _gz(p[7:]), "the pickle goes across members"),
        ("bzip2-two-streams", ".pkl.bz2", lambda p: bz2.compress(p[:7]) + bz2.compress(p[7:]), ""),
        ("xz-two-streams", ".pkl.xz", lambda p: _xz(p[:7]) + bytes(4) + _xz(p[7:]), "with padding between"),
    ]
    rows += [
        ("zip-%s" % label, ".zip", lambda p, number=number: _zip(p, method=number), "")
        for label, number in [("stored", 0), ("deflated", 8), ("bzip2", 12), ("lzma", 14)]
    ]
    rows += [
        ("zip-member-%s" % label, ".zip", lambda p, inside=inside: _zip(p, inside), "")
        for label, inside in [("bin", "pytorch_model.bin"), ("extensionless", "model"), ("json-named", "vocab.json"), ("deep", "a/b/c/d/e.pkl"), ("unknown-extension", "x.q8"), ("python-named", "setup.py")]
    ]
    rows += [
        ("mar", ".mar", lambda p: zipped([member("MAR-INF/MANIFEST.json", b"{}", 8), member("model.pt", torch_zip(p), 8)]), "a model archive of TorchServe"),
        ("wheel", ".whl", lambda p: zipped([member("pkg/__init__.py", b""), member("pkg/model.pkl", p, 8), member("pkg-1.dist-info/RECORD", b"")]), ""),
    ]
    rows += [
        ("tar-%s" % label, ".tar", lambda p, form=form: tarred(_files(p), form), "")
        for label, form in [("ustar", tarfile.USTAR_FORMAT), ("gnu", tarfile.GNU_FORMAT), ("pax", tarfile.PAX_FORMAT)]
    ]
    long = "folder/" * 20 + "model.pkl"
    rows += [
        ("tar-gnu-long-name", ".tar", lambda p: tarred(_files(p, long), tarfile.GNU_FORMAT), ""),
        ("tar-pax-long-name", ".tar", lambda p: tarred(_files(p, long), tarfile.PAX_FORMAT), ""),
        ("tar-gzip", ".tar.gz", lambda p: _gz(tarred(_files(p))), ""),
        ("tgz", ".tgz", lambda p: _gz(tarred(_files(p))), ""),
        ("tar-bzip2", ".tar.bz2", lambda p: bz2.compress(tarred(_files(p))), ""),
        ("tar-xz", ".tar.xz", lambda p: _xz(tarred(_files(p))), ""),
        ("tar-zstd", ".tar.zst", lambda p: zstd_framed(tarred(_files(p))), ""),
    ]
    rows += [
        ("nemo", ".nemo", lambda p: tarred([("./model_config.yaml", b"name: x\n"), ("./model_weights.ckpt", torch_zip(p))]), ""),
        ("nemo-gzip", ".nemo", lambda p: _gz(tarred([("model_config.yaml", b"name: x\n"), ("model_weights.ckpt", torch_zip(p))])), ""),
        ("sdist", ".tar.gz", lambda p: _gz(tarred([("pkg-1/PKG-INFO", b"Name: pkg\n"), ("pkg-1/pkg/model.pkl", p)])), ""),
    ]
    rows += [("7z-%s" % method, ".7z", lambda p, method=method: seven_zipped([("model.pkl", p)], method), "") for method in ("copy", "lzma", "lzma2", "deflate", "bzip2")]
    rows += [
        ("7z-named-bin", ".bin", lambda p: seven_zipped([("data.pkl", p)], "lzma2"), ""),
        ("7z-named-pt", ".pt", lambda p: seven_zipped([("data.pkl", p)], "lzma"), ""),
        ("7z-two-files", ".7z", lambda p: seven_zipped([("readme.txt", b"hello"), ("model.pkl", p)], "lzma"), ""),
    ]
    rows += [
        ("zip-in-zip", ".zip", lambda p: zipped([member("inner.zip", _zip(p), 8)]), ""),
        ("torch-in-zip", ".zip", lambda p: zipped([member("model.pt", torch_zip(p), 0)]), ""),
        ("torch-in-torch", ".pt", lambda p: zipped(torch_members(state_dict()) + [member("archive/extra/inner.pt", torch_zip(p))]), ""),
        ("npz-in-tar", ".tar", lambda p: tarred([("a.npz", zipped([member("o.npy", npy(p), 8)]))]), ""),
        ("zip-in-tar-gzip", ".tar.gz", lambda p: _gz(tarred([("a.zip", _zip(p))])), ""),
        ("tar-in-zip", ".zip", lambda p: zipped([member("a.tar", tarred(_files(p)), 8)]), ""),
        ("tar-gzip-in-zip", ".zip", lambda p: zipped([member("a.tar.gz", _gz(tarred(_files(p))))]), ""),
        ("gzip-in-gzip", ".pkl.gz.gz", lambda p: _gz(_gz(p)), ""),
        ("gzip-in-tar", ".tar", lambda p: tarred([("model.pkl.gz", _gz(p))]), ""),
        ("xz-in-zip", ".zip", lambda p: zipped([member("model.pkl.xz", _xz(p))]), ""),
        ("bzip2-in-gzip", ".pkl.bz2.gz", lambda p: _gz(bz2.compress(p)), ""),
        ("zip-in-7z", ".7z", lambda p: seven_zipped([("a.zip", _zip(p))], "lzma2"), ""),
        ("7z-in-zip", ".zip", lambda p: zipped([member("a.7z", seven_zipped([("model.pkl", p)], "lzma"))]), ""),
        ("tar-in-tar-in-tar", ".tar", lambda p: tarred([("a.tar", tarred([("b.tar", tarred(_files(p)))]))]), ""),
        ("five-deep", ".zip", lambda p: zipped([member("a.tar.gz", _gz(tarred([("b.zip", zipped([member("c.pkl.xz", _xz(p))]))])))]), ""),
        ("npy-gzip", ".npy.gz", lambda p: _gz(npy(p)), ""),
        ("torch-zip-gzip", ".pt.gz", lambda p: _gz(torch_zip(p)), ""),
        ("joblib-in-zip", ".zip", lambda p: zipped([member("m.joblib", zlib.compress(joblib_array(p)))]), ""),
    ]
    return [Container(*row) for row in rows]


# Containers that hide.

IMAGE = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00\x3a\x7e\x9b\x55\x00\x00\x00\nIDATx\x9cc`\x00\x00\x00\x02\x00\x01H\xaf\xa4q\x00\x00\x00\x00IEND\xaeB`\x82"
HONEST = stream(value({"epoch": 1}, 4), 4)


def hiding():
    """What no honest writer makes; each can still be unpacked or loaded by somebody."""

    def around(evil, **changes):
        return zipped([member("archive/data.pkl", evil, **changes), member("archive/version", b"3\n")])

    def pair(first, second, one="archive/data.pkl", two="archive/data.pkl"):
        return zipped([member(one, first), member(two, second), member("archive/version", b"3\n")])

    rows = [
        ("zip-twins-first", ".pt", lambda p: pair(p, HONEST), "readers take the first or the last"),
        ("zip-twins-last", ".pt", lambda p: pair(HONEST, p), "readers take the first or the last"),
        ("zip-case-twins", ".pt", lambda p: pair(HONEST, p, two="archive/Data.pkl"), "file systems without case unpack the last"),
        ("zip-local-name-differs", ".pt", lambda p: around(p, local_name="archive/info.txt"), ""),
        ("zip-local-name-differs-in", ".pt", lambda p: zipped([member("archive/info.txt", p, local_name="archive/data.pkl"), member("archive/version", b"3\n")]), ""),
        ("zip-flag-encrypted", ".pt", lambda p: around(p, flags=0x1), "not encrypted at all"),
        ("zip-flag-patched", ".pt", lambda p: around(p, flags=0x20), ""),
        ("zip-flag-strong", ".pt", lambda p: around(p, flags=0x40), ""),
        ("zip-flag-masked", ".pt", lambda p: around(p, flags=0x2000), ""),
        ("zip-wrong-crc", ".pt", lambda p: around(p, crc=0x12345678), "torch does not look at it"),
        ("zip-crc-zero", ".pt", lambda p: around(p, crc=0), ""),
        ("zip-version-255", ".pt", lambda p: around(p, version=255), ""),
        ("zip-method-differs", ".pt", lambda p: around(p, local_method=8), "stored by the directory, deflated by the header"),
        ("zip-size-lies", ".pt", lambda p: around(p, size=1 << 30), ""),
        ("zip-size-zero", ".pt", lambda p: zipped([member("archive/data.pkl", p, 8, size=0), member("archive/version", b"3\n")]), ""),
        ("zip-extra", ".pt", lambda p: around(p, extra=b"\xfe\xca\x04\x00abcd"), ""),
        ("zip-unlisted", ".zip", lambda p: zipped([member("model.pkl", p, listed=False), member("readme.txt", b"hello")]), "only readers of streams see it"),
        ("zip-no-directory", ".zip", lambda p: zipped([member("model.pkl", p)], directory=False), ""),
        ("zip-prefixed", ".zip", lambda p: zipped([member("model.pkl", p)], prefix=b"#!/bin/sh\nexit 0\n"), ""),
        ("zip-prefixed-unshifted", ".zip", lambda p: zipped([member("model.pkl", p)], prefix=b"\x7fELF" + bytes(60), shift=0), "offsets do not count the prefix"),
        ("zip-comment", ".zip", lambda p: zipped([member("readme.txt", b"hello")], comment=p), "the payload is the archive's comment"),
        ("zip-tail", ".zip", lambda p: zipped([member("readme.txt", b"hello")]) + p, "the payload stands behind the archive"),
        ("zip-two-archives", ".zip", lambda p: zipped([member("model.pkl", p)]) + zipped([member("model.pkl", HONEST)]), "one archive behind the other"),
        ("zip-two-archives-last", ".zip", lambda p: zipped([member("model.pkl", HONEST)]) + zipped([member("model.pkl", p)]), ""),
        ("zip-absolute-name", ".zip", lambda p: _zip(p, "/tmp/model.pkl"), ""),
        ("zip-dotdot-name", ".zip", lambda p: _zip(p, "../../model.pkl"), ""),
        ("zip-backslash-name", ".zip", lambda p: _zip(p, "a\\model.pkl"), ""),
        ("zip-nul-in-name", ".zip", lambda p: _zip(p, "readme.txt\0.pkl"), ""),
        ("zip-folder-name", ".zip", lambda p: zipped([member("model.pkl/", p)]), "a folder that has bytes"),
        ("zip-empty-name", ".zip", lambda p: _zip(p, ""), ""),
        ("zip-many-members", ".zip", lambda p: zipped([member("part%d.txt" % number, b"x") for number in range(500)] + [member("z.pkl", p)]), ""),
        ("torch-storage-is-pickle", ".pt", lambda p: zipped([member("archive/data.pkl", state_dict()), member("archive/data/0", numbers(6)), member("archive/data/1", numbers(2)), member("archive/data/2", p), member("archive/version", b"3\n")]), "a storage that no tensor refers to"),
        ("torch-second-pickle", ".pt", lambda p: zipped(torch_members(state_dict()) + [member("archive/constants.pkl", p)]), "what TorchScript reads"),
        ("torch-second-root", ".pt", lambda p: zipped(torch_members(state_dict()) + [member("other/data.pkl", p)]), ""),
        ("torch-root-twice", ".pt", lambda p: zipped([member("data.pkl", p)] + torch_members(state_dict())), "without a folder"),
        ("torch-extra-member", ".pt", lambda p: zipped(torch_members(state_dict()) + [member("archive/notes.txt", p)]), ""),
        ("torch-code-member", ".pt", lambda p: zipped(torch_members(p, "x/y/z")), "the root is three folders deep"),
        ("npz-twins", ".npz", lambda p: zipped([member("a.npy", npy(p)), member("a.npy", plain_npy())]), ""),
        ("npz-wrong-crc", ".npz", lambda p: zipped([member("a.npy", npy(p), crc=1)]), ""),
        ("npz-named-npy", ".npy", lambda p: zipped([member("a.npy", npy(p))]), ""),
        ("npy-named-npz", ".npz", npy, ""),
        ("npy-shape-zero", ".npy", lambda p: npy(p, shape=(0,)), "numpy reads the pickle all the same"),
        ("npy-then-pickle", ".npy", lambda p: plain_npy() + p, "numpy.load called again falls back to pickle"),
        ("npy-structured", ".npy", lambda p: npy(p, descr=[("a", "<i4"), ("o", "|O")]), "a field of objects"),
        ("pickle-then-zip", ".pt", lambda p: p + zipped(torch_members(state_dict())), "a pickle for pickle.load, an archive for zip readers"),
        ("honest-pickle-then-zip", ".pkl", lambda p: HONEST + zipped([member("model.pkl", p)]), "an archive for zip readers"),
        ("torch-zip-then-pickle", ".pt", lambda p: zipped(torch_members(state_dict())) + p, ""),
        ("png-then-pickle", ".png", lambda p: IMAGE + p, "for a loader that seeks"),
        ("png-then-zip", ".png", lambda p: IMAGE + zipped([member("model.pkl", p)]), ""),
        ("png-then-zip-named-pt", ".pt", lambda p: IMAGE + zipped([member("archive/data.pkl", p)]), ""),
        ("pdf-then-zip", ".pdf", lambda p: b"%PDF-1.4\n%%EOF\n" + zipped([member("model.pkl", p)]), ""),
        ("elf-then-zip", ".bin", lambda p: b"\x7fELF\x02\x01\x01" + bytes(57) + zipped([member("model.pkl", p)]), ""),
        ("gzip-then-pickle", ".gz", lambda p: _gz(b"hello") + p, "behind the compressed data"),
        ("gzip-then-zip", ".gz", lambda p: _gz(b"hello") + zipped([member("model.pkl", p)]), ""),
        ("gzip-wrong-crc", ".pkl.gz", lambda p: _gz(p)[:-8] + b"\0\0\0\0" + _gz(p)[-4:], "data comes out before the check"),
        ("gzip-cut", ".pkl.gz", lambda p: _gz(p)[:-6], "data comes out before the end is missed"),
        ("gzip-in-name", ".pkl.gz", lambda p: b"\x1f\x8b\x08\x08\0\0\0\0\0\x03readme.txt\0" + _gz(p)[10:], ""),
        ("zlib-cut", ".joblib", lambda p: zlib.compress(p)[:-4], ""),
        ("bzip2-second-stream", ".pkl.bz2", lambda p: bz2.compress(HONEST) + bz2.compress(p), "the second stream is the second pickle"),
        ("gzip-second-member", ".pkl.gz", lambda p: _gz(HONEST) + _gz(p), "the second member is the second pickle"),
        ("xz-second-stream", ".pkl.xz", lambda p: _xz(HONEST) + _xz(p), ""),
        ("zstd-skippable-first", ".pkl.zst", lambda p: b"\x50\x2a\x4d\x18\x04\0\0\0abcd" + zstd_framed(p), ""),
        ("lz4-skippable-first", ".pkl.lz4", lambda p: b"\x50\x2a\x4d\x18\x04\0\0\0abcd" + lz4_framed(p), ""),
        ("tar-twins", ".tar", lambda p: tarred([("model.pkl", p), ("model.pkl", HONEST)]), "which one is unpacked depends on the reader"),
        ("tar-tail", ".tar", lambda p: tarred([("readme.txt", b"hello")]) + tarred([("model.pkl", p)]), "one archive behind the other"),
        ("tar-then-pickle", ".tar", lambda p: tarred([("readme.txt", b"hello")]) + p, ""),
        ("tar-absolute-name", ".tar", lambda p: tarred([("/tmp/model.pkl", p)]), ""),
        ("tar-dotdot-name", ".tar", lambda p: tarred([("../../model.pkl", p)]), ""),
        ("tar-wrong-checksum", ".tar", lambda p: _wrong_checksum(tarred([("readme.txt", b"hello"), ("model.pkl", p)])), "lenient readers skip the header"),
        ("tar-v7", ".tar", lambda p: _v7(p), "without a magic"),
        ("tar-named-pkl", ".pkl", lambda p: tarred([("model.pkl", p)]), ""),
        ("zip-named-pkl", ".pkl", lambda p: _zip(p), ""),
        ("zip-named-txt", ".txt", lambda p: _zip(p), ""),
        ("torch-zip-named-safetensors", ".safetensors", torch_zip, ""),
        ("torch-zip-named-onnx", ".onnx", torch_zip, ""),
        ("7z-prefixed", ".7z", lambda p: b"MZ" + bytes(126) + seven_zipped([("model.pkl", p)], "lzma"), "self-extracting"),
        ("safetensors-then-pickle", ".safetensors", lambda p: _safetensors() + p, "for a loader that seeks"),
        ("gzip-deep", ".gz", lambda p: _repeated(_gz, p, 12), "twelve times"),
        ("zip-deep", ".zip", lambda p: _repeated(lambda inner: zipped([member("a.zip", inner, 8)]), _zip(p), 6), "seven times"),
    ]
    return [Container(*row) for row in rows]


def _repeated(make, data, times):
    for _ in range(times):
        data = make(data)
    return data


def _wrong_checksum(archive):
    """The second header's checksum does not fit; the first member is 5 bytes, so it stands at 1024."""
    return archive[: 1024 + 148] + b"0000000\0" + archive[1024 + 156 :]


def _v7(pickle):
    """A tar header as Unix's seventh edition wrote it."""
    header = bytearray(tarred([("model.pkl", pickle)])[:512])
    header[257:] = bytes(255)
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + pickle + bytes(-len(pickle) % 512) + bytes(1024)


def _safetensors():
    header = b'{"weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}'
    return struct.pack("<Q", len(header)) + header + numbers(6)


FAMILIES = [
    ("other formats", ("keras", "skops", "gguf")),
    ("two formats in one file", ("pickle-then", "honest-pickle", "png", "pdf", "elf", "safetensors", "torch-zip-then", "zip-tail", "tar-then", "gzip-then")),
    ("archives in archives", ("-in-", "five-deep", "-deep", "gzip-in")),
    ("torch archives", ("torch", "mar", "nemo")),
    ("numpy", ("npy", "npz", "numpy")),
    ("joblib", ("joblib",)),
    ("7z", ("7z",)),
    ("tar", ("tar", "tgz", "sdist")),
    ("zip", ("zip", "wheel")),
    ("compressed streams", ("gzip", "bzip2", "xz", "lzma", "zlib", "lz4", "zstd")),
    ("raw, under any name", ("raw", "stacked")),
]


def family(name):
    """The family of a container, for tables."""
    for label, beginnings in FAMILIES:
        if any(name.startswith(beginning) or (beginning.startswith("-") and beginning in name) for beginning in beginnings):
            return label
    return "raw, under any name"


# A whole model of torch's, honest and with every storage, for the honest part of the corpus.


def honest_models():
    """Yields name, extension and bytes of what torch, numpy and joblib write for plain numbers."""
    yield "torch-zip-tensors", ".pt", zipped(torch_members(state_dict()))
    yield "torch-zip-bin", ".bin", zipped(torch_members(state_dict([("epoch", 3)]), "pytorch_model"))
    yield "torch-zip-deflated", ".pth", zipped([one._replace(method=8) for one in torch_members(state_dict())])
    yield "torch-legacy", ".pt", torch_legacy()
    yield "npy-numbers", ".npy", plain_npy()
    yield "npz-numbers", ".npz", zipped([member("arr_0.npy", plain_npy()), member("arr_1.npy", plain_npy(3), 8)])
    yield "safetensors", ".safetensors", _safetensors()


def torch_legacy():
    """The five pickles that torch wrote before 1.6, and the storage behind them."""
    magic = stream(Ops(b"\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19"), 2) + stream(value(1001, 2), 2) + stream(value({"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}, 2), 2)
    held = Ops(arguments(("storage", global_line("torch", "FloatStorage"), "1", "cpu", 6, None), 2) + b"Q")
    weight = call("torch._utils", "_rebuild_tensor_v2", (held, 0, (2, 3), (3, 1), False, call("collections", "OrderedDict", (), 2)), 2)
    return magic + stream(value({"weight": weight}, 2), 2) + stream(value(["1"], 2), 2) + struct.pack("<q", 6) + numbers(6)
