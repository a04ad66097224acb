"""Writes a corpus of harmful, honest and broken model files, and a manifest that says what each of them is.

Usage: generate.py FOLDER [--without-packages] [--each N] [--labels malicious honest broken]. See README.md beside this
file. Nothing is executed: harmful files are assembled byte by byte, and what they would do is harmless.
"""

import argparse
import collections
import hashlib
import json
import os
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]
sys.dont_write_bytecode = True

import broken  # noqa: E402
import containers  # noqa: E402
import foreign  # noqa: E402
import honest  # noqa: E402
import tricks  # noqa: E402
from gadgets import GADGETS  # noqa: E402
from opcodes import Ops, beside, call, global_line, stream, value  # noqa: E402

MANIFEST = "manifest.jsonl"
LABELS = ("malicious", "honest", "broken")


class Corpus:
    """The folder that is written, and what was written so far."""

    def __init__(self, folder, each=0, labels=LABELS):
        self.folder = pathlib.Path(folder)
        self.each = each
        self.labels = labels
        self.entries = []
        self.counts = collections.Counter()
        self.seen = set()

    def add(self, label, technique, data, harm=None, container="raw", protocol=None, subjects=(), extension=".pkl", note="", part="tricks", family=None):
        """Writes one file; `each` keeps the first so many of a label, technique and container."""
        key = (label, part, technique, container, harm if part == "gadgets" else None)
        digest = hashlib.sha256(data).hexdigest()
        if label not in self.labels or (digest, extension) in self.seen:
            return
        self.counts[key] += 1
        if self.each and self.counts[key] > self.each:
            return
        self.seen.add((digest, extension))
        stem = re.sub(r"[^A-Za-z0-9_.-]+", "-", technique if part != "containers" else container).strip("-.")[:60]
        name = "%s-%s-%s%s" % (part, stem, digest[:10], extension)
        folder = self.folder / label
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
        self.entries.append({
            "path": "%s/%s" % (label, name), "label": label, "part": part, "family": family or harm or technique, "harm": harm, "technique": technique, "container": container, "protocol": protocol, "subjects": list(subjects), "note": note, "size": len(data), "sha256": digest,
        })

    def close(self):
        lines = "".join(json.dumps(entry, sort_keys=True) + "\n" for entry in self.entries)
        (self.folder / MANIFEST).write_text(lines, encoding="utf-8")


# Spellings that the gadgets take in turn; what is dropped, hidden or broken is the tricks' business.


def _gadget_streams(gadget):
    """Yields spelling, protocol and stream of a gadget, each spelling once."""
    module, attribute, args = gadget.module, gadget.name, gadget.arguments
    inside = {protocol: b"".join(value(item, protocol) for item in args) for protocol in (1, 2)}
    yield "stack-global", 4, stream(beside(call(module, attribute, args, 4), {"a": 1}, 4), 4)
    if "." in attribute:
        return
    yield "global", 2, stream(call(module, attribute, args, 2), 2)
    yield "obj", 2, stream(Ops(b"(" + global_line(module, attribute) + inside[2] + b"o"), 2)
    yield "inst", 1, stream(Ops(b"(" + inside[1] + b"i" + module.encode() + b"\n" + attribute.encode() + b"\n"), 1)


def gadgets(corpus):
    for number, gadget in enumerate(GADGETS):
        made = list(_gadget_streams(gadget))
        # The first form always, and one of the others in turn.
        chosen = made[:1] + ([made[1 + number % (len(made) - 1)]] if len(made) > 1 else [])
        for spelling, protocol, data in chosen:
            corpus.add("malicious", spelling, data, gadget.harm, protocol=protocol, subjects=[gadget.subject], note="%s %s%s" % (gadget.module, gadget.name, ", " + gadget.note if gadget.note else ""), part="gadgets")


def tricky(corpus):
    for family, group in tricks.FAMILIES:
        for trick in group():
            corpus.add("malicious", trick.technique, trick.stream, "hidden", family=family, protocol=trick.protocol, subjects=[trick.subject] if trick.subject else [], note=trick.note)


def contained(corpus):
    """Every container with payloads, and the honest ones with honest pickles."""
    for container in containers.honest():
        family = containers.family(container.name)
        for kind, payload, protocol in tricks.PAYLOADS:
            corpus.add("malicious", "payload-" + kind, container.make(payload), "execution", container.name, protocol, ["os.system"], container.extension, container.note, "containers", family)
        for kind, pickled, protocol in tricks.HONEST_PICKLES:
            # Under these names nobody keeps an honest pickle.
            if container.name in ("raw-txt-named", "raw-json-named", "raw-png-named", "raw-safetensors-named", "raw-h5-named", "npy-two", "raw-npy-named", "torch-in-torch"):
                continue
            corpus.add("honest", "honest-" + kind, container.make(pickled), None, container.name, protocol, (), container.extension, container.note, "containers", family)
    for container in containers.hiding():
        for kind, payload, protocol in tricks.PAYLOADS[1:3]:
            corpus.add("malicious", "payload-" + kind, container.make(payload), "hidden", container.name, protocol, ["os.system"], container.extension, container.note, "hiding", containers.family(container.name))


def honestly(corpus, packages):
    for technique, extension, data, protocol, note in honest.handmade():
        corpus.add("honest", technique, data, None, "raw", protocol, (), extension, note, "handmade")
    for technique, extension, data in containers.honest_models():
        corpus.add("honest", technique, data, None, technique, None, (), extension, "", "models")
    if packages:
        for technique, extension, data, protocol, note in honest.of_packages():
            corpus.add("honest", technique, data, None, "raw", protocol, (), extension, note, "packages")
        for technique, extension, data, protocol, note in honest.dumped_by_joblib():
            corpus.add("honest", technique, data, None, technique, protocol, (), extension, note, "packages")


def brokenly(corpus):
    for technique, extension, data, note in broken.files():
        corpus.add("broken", technique, data, None, "raw", None, (), extension, note, "broken")


def foreignly(corpus):
    for label, technique, extension, data, subjects, note in foreign.files():
        corpus.add(label, technique, data, "execution" if label == "malicious" else None, technique.split("-")[0], None, subjects, extension, note, "foreign")


def generate(folder, packages=True, each=0, labels=LABELS):
    """Writes the corpus; returns it."""
    corpus = Corpus(folder, each, labels)
    gadgets(corpus)
    tricky(corpus)
    contained(corpus)
    honestly(corpus, packages)
    brokenly(corpus)
    foreignly(corpus)
    corpus.close()
    return corpus


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path, help="where the files are written; must be empty or absent")
    parser.add_argument("--without-packages", action="store_true", help="leave out honest objects of installed packages, so that every machine writes the same bytes")
    parser.add_argument("--each", type=int, default=0, metavar="N", help="keep at most N files of each technique, container and class of harm")
    parser.add_argument("--labels", nargs="+", default=list(LABELS), choices=LABELS, help="write only these")
    options = parser.parse_args()
    if options.folder.exists() and any(options.folder.iterdir()):
        parser.error("%s is not empty" % options.folder)
    # Sets and dicts of texts are pickled in an order that depends on this.
    if not options.without_packages and os.environ.get("PYTHONHASHSEED") != "0":
        os.execve(sys.executable, [sys.executable] + sys.argv, dict(os.environ, PYTHONHASHSEED="0", OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1"))
    options.folder.mkdir(parents=True, exist_ok=True)
    corpus = generate(options.folder, not options.without_packages, options.each, options.labels)
    counts = collections.Counter(entry["label"] for entry in corpus.entries)
    print(", ".join("%d %s" % (counts[label], label) for label in LABELS) + "; %d bytes" % sum(entry["size"] for entry in corpus.entries))


if __name__ == "__main__":
    main()
