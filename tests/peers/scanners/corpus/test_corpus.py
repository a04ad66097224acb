"""What the generator promises, checked with the tools that the files are for.

Run with `python3 tests/peers/scanners/corpus/test_corpus.py`; harmful files are never loaded.
"""

import bz2
import gzip
import hashlib
import importlib.util
import io
import json
import lzma
import os
import pathlib
import pickle
import pickletools
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import unittest
import unittest.mock
import zipfile
import zlib

sys.dont_write_bytecode = True
FOLDER = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parents[1])]

import archives  # noqa: E402
import containers  # noqa: E402
import gadgets  # noqa: E402
import generate  # noqa: E402
import honest  # noqa: E402
import opcodes  # noqa: E402
import tricks  # noqa: E402

SAMPLE = opcodes.stream(opcodes.value({"epoch": 3, "loss": [0.5, -1.0]}, 4), 4)
LONG = bytes(range(256)) * 700


def forbidden(*_arguments, **_named):
    raise AssertionError("the generator did something")


class StreamsTest(unittest.TestCase):
    """Opcodes put together by hand are what pickle writes and reads."""

    def test_plain_values_load_as_themselves(self):
        for value in (None, True, False, 0, 7, 300, 70000, -5, 1 << 40, 1.5, "text", "a\\b\nc", "\u20ac", b"\x00\xff", (), (1,), (1, 2, 3, 4), [], [1, [2]], {"a": {"b": None}}, "x" * 400, b"y" * 400):
            for protocol in opcodes.PROTOCOLS:
                self.assertEqual(pickle.loads(opcodes.stream(opcodes.value(value, protocol), protocol)), value, (value, protocol))

    def test_honest_texts_and_bytes_are_data(self):
        known = list(honest.TEXTS.values()) + list(honest.BYTES.values())
        for technique, _, data, _, _ in honest.handmade():
            if technique.startswith(("text-", "bytes-")):
                self.assertIn(next(iter(pickle.loads(data).values())), known)

    def test_every_harmful_stream_reads_as_opcodes_to_its_end(self):
        for gadget in gadgets.GADGETS:
            # Arguments that are code, pickles or calls of their own keep the protocol that they were written for.
            plain = not any(isinstance(argument, opcodes.Ops) for argument in gadget.arguments)
            for spelling, protocol, data in generate._gadget_streams(gadget):
                found = list(pickletools.genops(data))
                self.assertEqual(found[-1][0].name, "STOP", (gadget, spelling))
                if plain:
                    self.assertLessEqual(max(opcode.proto for opcode, _, _ in found), protocol, (gadget, spelling))

    def test_every_gadget_is_named_in_its_stream(self):
        for gadget in gadgets.GADGETS:
            for _, _, data in generate._gadget_streams(gadget):
                self.assertIn(gadget.module.encode(), data)
                self.assertIn(gadget.name.encode(), data)

    def test_techniques_differ(self):
        seen = {}
        for _, group in tricks.FAMILIES:
            for trick in group():
                before = seen.setdefault(trick.stream, trick.technique)
                self.assertEqual(before, trick.technique, "two techniques, one stream")


class ContainersTest(unittest.TestCase):
    """Honest containers open with the tools that they are for."""

    def test_zip_archives_open_with_zipfile(self):
        for method in archives.METHODS.values():
            made = archives.zipped([archives.member("a.bin", LONG, method), archives.member("b.txt", b"", method)])
            with zipfile.ZipFile(io.BytesIO(made)) as archive:
                self.assertIsNone(archive.testzip())
                self.assertEqual(archive.read("a.bin"), LONG)

    def test_tar_archives_open_with_tarfile(self):
        for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
            with tarfile.open(fileobj=io.BytesIO(archives.tarred([("a" * 200 if form != tarfile.USTAR_FORMAT else "a", LONG)], form))) as archive:
                self.assertEqual(archive.extractfile(archive.next()).read(), LONG)
        with tarfile.open(fileobj=io.BytesIO(containers._v7(SAMPLE))) as archive:
            self.assertEqual(archive.extractfile("model.pkl").read(), SAMPLE)

    def test_compressed_streams_open(self):
        opened = {"gzip": gzip.decompress, "bzip2": bz2.decompress, "xz": lzma.decompress, "lzma-alone": lzma.decompress, "zlib": zlib.decompress}
        for name, _, make in containers.COMPRESSIONS:
            if name in opened:
                self.assertEqual(opened[name](make(LONG)), LONG, name)

    def test_lz4_and_zstd_frames_open(self):
        for program, make in (("lz4", archives.lz4_framed), ("zstd", archives.zstd_framed)):
            if shutil.which(program) is None:
                continue
            for data in (b"", SAMPLE, LONG):
                done = subprocess.run([program, "-dc"], input=make(data), stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
                self.assertEqual((done.returncode, done.stdout), (0, data), (program, done.stderr))

    @unittest.skipUnless(importlib.util.find_spec("py7zr"), "py7zr is not installed")
    def test_7z_archives_open_with_py7zr(self):
        import py7zr

        for method in ("copy", "lzma", "lzma2", "deflate", "bzip2"):
            with tempfile.TemporaryDirectory() as folder:
                with py7zr.SevenZipFile(io.BytesIO(archives.seven_zipped([("a.txt", b"hello"), ("model.pkl", LONG)], method))) as archive:
                    archive.extractall(folder)
                self.assertEqual((pathlib.Path(folder) / "model.pkl").read_bytes(), LONG, method)
        with py7zr.SevenZipFile(io.BytesIO(archives.seven_zipped([("model.pkl", b"noise" * 40)], "aes")), password="x") as archive:
            self.assertTrue(archive.needs_password())

    @unittest.skipUnless(importlib.util.find_spec("numpy"), "numpy is not installed")
    def test_arrays_open_with_numpy(self):
        import numpy

        self.assertEqual(numpy.load(io.BytesIO(containers.plain_npy())).shape, (12,))
        with numpy.load(io.BytesIO(archives.zipped([archives.member("a.npy", containers.plain_npy(), 8)]))) as arrays:
            self.assertEqual(arrays["a"].shape, (12,))

    @unittest.skipUnless(importlib.util.find_spec("joblib") and importlib.util.find_spec("numpy"), "joblib is not installed")
    def test_dumps_open_with_joblib(self):
        import joblib

        honest_array = opcodes.stream(opcodes.call("numpy", "array", (["a", None], "O"), 4), 4)
        self.assertEqual(list(joblib.load(io.BytesIO(containers.joblib_array(honest_array)))["labels"]), ["a", None])
        self.assertEqual(joblib.load(io.BytesIO(containers.joblib_numbers(SAMPLE)))[1], {"epoch": 3, "loss": [0.5, -1.0]})


class CorpusTest(unittest.TestCase):
    """The whole corpus, without packages."""

    @classmethod
    def setUpClass(cls):
        cls.home = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.home.name) / "corpus"
        cls.folder.mkdir()
        # Whatever a payload names and the generator might reach.
        with unittest.mock.patch.multiple(os, system=forbidden, popen=forbidden, execv=forbidden, fork=forbidden), unittest.mock.patch.object(subprocess, "Popen", forbidden), unittest.mock.patch.object(
            socket, "socket", forbidden
        ), unittest.mock.patch.multiple(pickle, loads=forbidden, load=forbidden, Unpickler=forbidden):
            cls.corpus = generate.generate(cls.folder, packages=False)

    @classmethod
    def tearDownClass(cls):
        cls.home.cleanup()

    def entries(self):
        return [json.loads(line) for line in (self.folder / generate.MANIFEST).read_text("utf-8").splitlines()]

    def test_the_manifest_lists_every_file_and_its_bytes(self):
        entries = self.entries()
        written = {str(path.relative_to(self.folder).as_posix()) for path in self.folder.rglob("*") if path.is_file()} - {generate.MANIFEST}
        self.assertEqual({entry["path"] for entry in entries}, written)
        self.assertEqual(len(entries), len(written))
        for entry in entries:
            data = (self.folder / entry["path"]).read_bytes()
            self.assertEqual((len(data), hashlib.sha256(data).hexdigest()), (entry["size"], entry["sha256"]))

    def test_it_is_as_large_as_it_says(self):
        counts = {label: sum(entry["label"] == label for entry in self.entries()) for label in generate.LABELS}
        self.assertGreater(counts["malicious"], 1000)
        self.assertGreater(counts["honest"], 400)
        self.assertGreaterEqual(counts["broken"], 60)
        self.assertLess(sum(entry["size"] for entry in self.entries()), 50_000_000)

    def test_two_runs_write_the_same(self):
        with tempfile.TemporaryDirectory() as folder:
            again = generate.generate(folder, packages=False)
        self.assertEqual(again.entries, self.corpus.entries)

    def test_a_slice_has_every_technique(self):
        with tempfile.TemporaryDirectory() as folder:
            sliced = generate.generate(folder, packages=False, each=1)
        self.assertGreaterEqual({(entry["technique"], entry["container"]) for entry in sliced.entries}, {(entry["technique"], entry["container"]) for entry in self.corpus.entries})
        self.assertLess(len(sliced.entries), len(self.corpus.entries))

    def test_no_honest_file_is_a_harmful_one(self):
        digests = {label: {entry["sha256"] for entry in self.entries() if entry["label"] == label} for label in generate.LABELS}
        self.assertFalse(digests["honest"] & digests["malicious"])
        self.assertFalse(digests["honest"] & digests["broken"])
        self.assertFalse(digests["broken"] & digests["malicious"])


if __name__ == "__main__":
    unittest.main()
