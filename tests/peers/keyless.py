#!/usr/bin/env python3
"""Verifies with sigstore-python what is signed keyless here, in an environment of its own.

    python3 tests/peers/keyless.py [--venv FOLDER] [--version VERSION]

Needs a network the first time, to install; signing asks stand-ins on loopback.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import venv

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--venv", type=pathlib.Path, default=ROOT / "tests/peers/venvs/keyless")
    parser.add_argument("--version", default="4.5.1")
    arguments = parser.parse_args()
    python = arguments.venv / "bin" / "python"
    if not python.exists():
        venv.create(arguments.venv, with_pip=True)
    package = f"sigstore=={arguments.version}"
    subprocess.run([python, "-m", "pip", "install", "--quiet", package], check=True)
    environment = dict(os.environ, WEIGHBRIDGE_PYTHON=str(python))
    test = ["cargo", "test", "--locked", "-p", "model-keyless", "--all-features", "--test", "peers"]
    return subprocess.run(test, cwd=ROOT, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
