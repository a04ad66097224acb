#!/usr/bin/env python3
"""Makes the inputs of the whole-process figures in benches/README.md: `inputs.py FOLDER`.

Only writes; nothing is unpickled.
"""

import io
import os
import pickle
import sys
import zipfile


def dense(path, dicts):
    rows = [
        {"id": n, "score": n * 0.5, "name": "customer number %08d" % n, "tag": n & 255, "ok": bool(n & 1)}
        for n in range(dicts)
    ]
    with open(path, "wb") as file:
        pickle.dump(rows, file, protocol=4)


def checkpoint(path, mebibytes):
    """A torch archive of one storage, stored, with the pickle that names it."""
    count = mebibytes * (1 << 20) // 4
    out = io.BytesIO()
    out.write(b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\n")
    out.write(b"X\x01\0\0\x000X\x03\0\0\0cpuJ" + count.to_bytes(4, "little") + b"tQK\0J")
    out.write(count.to_bytes(4, "little") + b"\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtR.")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        archive.writestr("model/data.pkl", out.getvalue())
        archive.writestr("model/byteorder", b"little")
        with archive.open("model/data/0", "w", force_zip64=True) as member:
            block = bytes(1 << 20)
            for _ in range(mebibytes):
                member.write(block)
        archive.writestr("model/version", b"3\n")


def small(folder, files):
    os.makedirs(folder, exist_ok=True)
    for n in range(files):
        with open(os.path.join(folder, "%04d.pkl" % n), "wb") as file:
            pickle.dump({"weights": [n * 0.5] * 8, "name": "layer %d" % n}, file, protocol=4)


def findings(folder, files, each):
    """Pickles that make objects of classes on no list, each of another one."""
    os.makedirs(folder, exist_ok=True)
    for n in range(files):
        out = io.BytesIO()
        out.write(b"(")
        for number in range(each):
            out.write(b"cacme.m%d\nThing%d\n)\x81" % (n, number))
        out.write(b"l.")
        with open(os.path.join(folder, "%03d.pkl" % n), "wb") as file:
            file.write(out.getvalue())


def tensors(path, count):
    """A safetensors file of `count` tensors of one element, as the reference writer lays it out."""
    names = sorted("model.layers.%d.self_attn.experts.%d.down_proj.weight" % (n // 64, n % 64) for n in range(count))
    entries = (
        '"%s":{"dtype":"F32","shape":[1,1],"data_offsets":[%d,%d]}' % (name, at * 4, at * 4 + 4)
        for at, name in enumerate(names)
    )
    header = ('{"__metadata__":{"format":"pt"},' + ",".join(entries) + "}").encode()
    header += b" " * (-len(header) % 8)
    with open(path, "wb") as file:
        file.write(len(header).to_bytes(8, "little") + header + bytes(4 * count))


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    for name, dicts in (("dense-25.pkl", 467_500), ("dense-50.pkl", 935_000), ("dense-100.pkl", 1_870_000)):
        dense(os.path.join(folder, name), dicts)
    checkpoint(os.path.join(folder, "checkpoint.pt"), 1024)
    tensors(os.path.join(folder, "tensors-100000.safetensors"), 100_000)
    small(os.path.join(folder, "small"), 1000)
    small(os.path.join(folder, "small-10000"), 10_000)
    findings(os.path.join(folder, "findings"), 100, 1000)


if __name__ == "__main__":
    main()
