"""Writes the tables that names of tensors are compared by.

    python3.11 tools/unicode/generate.py CONFUSABLES.json \
        > crates/safetensors-check/src/names/table.rs

CONFUSABLES.json is the file of that name in the package confusable-homoglyphs 3.3.1 of PyPI, which is Unicode's
confusables.txt; decompositions, classes and names come from the Python that runs this, which must know Unicode
14.0 as CPython 3.11 does.
"""

import json
import sys
import textwrap
import unicodedata

WANTED = "14.0.0"
# Keeps an entry on one line while the lines are filled; no table has this character.
GLUE = "\N{INVISIBLE SEPARATOR}"
HANGUL = range(0xAC00, 0xD7A4)


def point(number):
    return f"'\\u{{{number:x}}}'"


def decompositions():
    """Code points with a compatibility decomposition, Hangul syllables left out: those are computed."""
    for number in range(sys.maxunicode + 1):
        if number in HANGUL or 0xD800 <= number < 0xE000:
            continue
        text = unicodedata.normalize("NFKD", chr(number))
        if text != chr(number):
            yield number, text


def runs(pairs):
    """Joins what goes up in step, by one or by none: (first, count, first target)."""
    run = None
    for number, target in pairs:
        if run and run[0] + run[1] == number and run[2] + run[1] == target:
            run[1] += 1
        else:
            if run:
                yield tuple(run)
            run = [number, 1, target]
    if run:
        yield tuple(run)


def classes():
    run = None
    for number in range(sys.maxunicode + 1):
        value = unicodedata.combining(chr(number))
        if run and run[1] + 1 == number and run[2] == value:
            run[1] = number
            continue
        if run and run[2]:
            yield tuple(run)
        run = [number, number, value]


def lookalikes(path):
    """Letters outside ASCII that look like one ASCII letter or digit and are not that by decomposition."""
    with open(path, encoding="utf-8") as file:
        groups = json.load(file)
    for text, others in sorted(groups.items()):
        if len(text) != 1 or ord(text) < 128 or not unicodedata.category(text).startswith("L"):
            continue
        if unicodedata.normalize("NFKD", text) != text:
            continue
        ascii_ones = {other["c"] for other in others if len(other["c"]) == 1 and ord(other["c"]) < 128}
        ascii_ones = sorted(one for one in ascii_ones if one.isalnum())
        if ascii_ones:
            latin = unicodedata.name(text, "").startswith("LATIN ")
            yield ord(text), ascii_ones[0], latin


def escaped(text):
    return "".join(one if " " < one <= "~" and one not in "\"\\" else f"\\u{{{ord(one):x}}}" for one in text)


def write(name, comment, kind, rows):
    rows = list(rows)
    print(f"\n/// {comment}")
    print("#[rustfmt::skip]")
    print(f"pub(super) static {name}: [{kind}; {len(rows)}] = [")
    print(textwrap.fill(" ".join(f"{row.replace(' ', GLUE)}," for row in rows), 112, break_long_words=False).replace(GLUE, ""))
    print("];")


def main():
    if unicodedata.unidata_version != WANTED:
        sys.exit(f"Unicode {WANTED} is wanted, this Python has {unicodedata.unidata_version}")
    if len(sys.argv) != 2:
        sys.exit("the path of confusables.json is wanted")
    every = list(decompositions())
    print("//! Written by `tools/unicode/generate.py`; not edited by hand. The data is Unicode's, under Unicode-3.0.")
    single = [(number, ord(text)) for number, text in every if len(text) == 1]
    write(
        "ONE_TO_ONE",
        "Runs of characters that decompose (NFKD) to one each: the first, how many, what the first becomes.",
        "(u32, u32, u32)",
        (f"({first:#x}, {count}, {target:#x})" for first, count, target in runs(single)),
    )
    write(
        "ONE_TO_MANY",
        "Characters that decompose (NFKD) to several.",
        "(char, &str)",
        (f'({point(number)}, "{escaped(text)}")' for number, text in every if len(text) > 1),
    )
    write(
        "CLASSES",
        "Runs of combining characters: the first, the last, their class.",
        "(u32, u32, u8)",
        (f"({first:#x}, {last:#x}, {value})" for first, last, value in classes()),
    )
    write(
        "LOOK_ALIKES",
        "Letters that look like an ASCII one: the letter, the ASCII one, whether it is Latin itself.",
        "(char, char, bool)",
        (f"({point(n)}, '{one}', {str(latin).lower()})" for n, one, latin in lookalikes(sys.argv[1])),
    )


main()
