"""Writes the table of printable code points that `repr` of a text goes by.

    python3 tools/printable/generate.py | rustfmt --edition 2024 > crates/pickle-vm/src/repr/printable/table.rs

CPython 3.11 knows Unicode 14.0; a Python that knows another version is refused, since the table is to be what
3.11 prints. The code points where `str.isprintable` changes from false to true or back are written in order,
the first one being the space.
"""

import sys
import unicodedata

WANTED = "14.0.0"


def changes():
    printable = False
    for point in range(sys.maxunicode + 1):
        if chr(point).isprintable() != printable:
            printable = not printable
            yield point


def main():
    if unicodedata.unidata_version != WANTED:
        sys.exit(f"Unicode {WANTED} is wanted, this Python has {unicodedata.unidata_version}")
    points = list(changes())
    print("//! Written by `tools/printable/generate.py`; not edited by hand.")
    print()
    print(f"/// Where `str.isprintable` changes by Unicode {WANTED}: true from the first, false from the second, ...")
    print(f"pub(super) const CHANGES: [u32; {len(points)}] = [")
    print(", ".join(f"{point:#x}" for point in points))
    print("];")


main()
