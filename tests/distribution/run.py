#!/usr/bin/env python3
"""Checks what is given to users beside the source: wheel, hook, action, image, guides.

Prints one line for each check: ok, FAILED with what went wrong, or ignored with what is missing here.
Ends with 1 if a check failed.
"""

import argparse
import pathlib
import sys
import tempfile
import time
import traceback

import hook
import lint
import static_binary
import wheel
from tools import Missing

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHECKS = {
    "wheel": wheel.check,
    "hook": hook.check,
    "static-binary": static_binary.check,
    "lint": lint.check,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checks", nargs="*", metavar="CHECK", help=f"of {', '.join(CHECKS)}; all of them")
    names = parser.parse_args().checks or list(CHECKS)
    for name in names:
        if name not in CHECKS:
            parser.error(f"no check {name}, there are {', '.join(CHECKS)}")
    failed = False
    for name in names:
        start = time.monotonic()
        with tempfile.TemporaryDirectory(prefix=f"weighbridge-{name}-") as scratch:
            try:
                said = CHECKS[name](ROOT, pathlib.Path(scratch))
                outcome = "ok"
            except Missing as missing:
                outcome, said = "ignored", [str(missing)]
            except Exception:
                outcome, said = "FAILED", traceback.format_exc().splitlines()
                failed = True
        print(f"{outcome}: {name} ({time.monotonic() - start:.0f} s)")
        for line in said:
            print(f"  {line}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
