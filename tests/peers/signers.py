#!/usr/bin/env python3
"""Runs the tests of keys and signatures against Python's `cryptography`, in an environment of its own.

    python3 tests/peers/signers.py [--venv FOLDER] [--version VERSION]

Needs a network the first time. OpenSSL's command line takes part where it is installed.
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
    parser.add_argument("--venv", type=pathlib.Path, default=ROOT / "tests/peers/venvs/signers")
    parser.add_argument("--version", default="48.0.0")
    arguments = parser.parse_args()
    python = arguments.venv / "bin" / "python"
    if not python.exists():
        venv.create(arguments.venv, with_pip=True)
    package = f"cryptography=={arguments.version}"
    subprocess.run([python, "-m", "pip", "install", "--quiet", package], check=True)
    environment = dict(os.environ, WEIGHBRIDGE_PYTHON=str(python))
    test = ["cargo", "test", "--locked", "-p", "weighbridge-cli", "--all-features", "--test", "signers"]
    return subprocess.run(test, cwd=ROOT, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
