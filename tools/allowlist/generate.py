"""Writes the lists of inert classes by reading released packages as text."""

from __future__ import annotations

import argparse
import gc
import re
import sys
import time
import tomllib
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

sys.dont_write_bytecode = True
FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))

from classes import BUILTIN_CLASSES, KNOWN_CLASSES  # noqa: E402
from facts import Facts, Line  # noqa: E402
from fetch import Release, fetch  # noqa: E402
from lists import Entry, lines, text  # noqa: E402
from source import Layer, World, skipped  # noqa: E402
from verdict import Judge, Verdict, aliases, named_tuples  # noqa: E402

DEFAULT_OUTPUT = FOLDER.parent.parent / "crates" / "pickle-vm" / "data" / "classes"
Read = dict[tuple[str, str], list[Verdict]]


@dataclass(frozen=True)
class Job:
    """One release to read, with the layers that its bases are looked up in."""

    label: str
    roots: tuple[str, ...]
    layers: tuple[tuple[str, tuple[str, ...] | None], ...]
    skip: str | None = None
    also: tuple[tuple[str, str], ...] = ()


def read_release(job: Job) -> tuple[str, Read]:
    """Reads one release."""
    sys.setrecursionlimit(20000)
    gc.disable()
    facts = Facts(FOLDER)
    opened = [Layer(Path(path), only) for path, only in job.layers]
    world = World(opened, facts.opaque | KNOWN_CLASSES | (BUILTIN_CLASSES & {"object"}))
    judge = Judge(world, facts)
    found: Read = {}
    own = opened[0]
    for name in sorted(own.files):
        if skipped(name) or (job.roots and name.split(".")[0] not in job.roots):
            continue
        if job.skip is not None and re.search(job.skip, name):
            continue
        module_text = own.text(name)
        if "class " not in module_text and "namedtuple" not in module_text and "NamedTuple" not in module_text:
            continue
        if facts.denied(name):
            continue
        module = world.module(name)
        if module is None:
            continue
        for entity in module.classes:
            verdict = judge.judge(entity)
            for place in [(name, entity.name), *aliases(entity), *moved(job, name, entity.name)]:
                found.setdefault(place, []).append(verdict)
        for made in named_tuples(module):
            if not facts.denied(f"{name}.{made}"):
                hooks = (("new", ""), ("call", ""), ("key", ""))
                found.setdefault((name, made), []).append(Verdict(hooks, ("named tuple",), ()))
    return job.label, found


def moved(job: Job, module: str, name: str) -> list[tuple[str, str]]:
    """Returns where the class also lives: a package of the matrix whose own repository has it elsewhere."""
    return [(new + module[len(old) :], name) for old, new in job.also if module.startswith(old)]


def main() -> int:
    """Runs the generator."""
    options = arguments().parse_args()
    facts = Facts(FOLDER)
    matrix = tomllib.loads((FOLDER / "matrix.toml").read_text("utf-8"))
    libraries = [(part.partition("=")[0], Path(part.partition("=")[2])) for part in options.library]
    families = options.only or ["python", *matrix]
    stale = []
    total = 0
    report = open(options.rejected, "w", encoding="utf-8") if options.rejected else None
    for family in families:
        started = time.monotonic()
        jobs, versions = plan(family, matrix, libraries, options.cache)
        if not jobs:
            print(f"{family}: nothing to read", file=sys.stderr)
            continue
        entries: dict[tuple[str, str], Entry] = {}
        with ProcessPoolExecutor(options.jobs, max_tasks_per_child=1) as pool:
            for label, found in pool.map(read_release, jobs):
                for place, verdicts in found.items():
                    entries.setdefault(place, Entry()).verdicts[label] = verdicts
        result = lines(entries, versions, facts, family, matrix.get(family, {}).get("until", {}))
        written = text(family, versions, result)
        total += len(written)
        target = options.output / f"{family}.list"
        if options.check:
            if not target.is_file() or target.read_text("utf-8") != written:
                stale.append(target.name)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(written, "utf-8")
        seen = len(entries)
        seconds = time.monotonic() - started
        print(f"{family}: {len(result)} listed of {seen} classes, {len(written)} bytes, {seconds:.0f} s", flush=True)
        if report is not None:
            listed = {(line.module, line.name): line for line in result}
            for place in sorted(entries):
                write_rejected(report, family, place, entries[place], listed.get(place))
    print(f"in all {total} bytes")
    if stale:
        print("not as generated: " + ", ".join(stale), file=sys.stderr)
    return 1 if stale else 0


def write_rejected(report: TextIO, family: str, place: tuple[str, str], entry: Entry, line: Line | None) -> None:
    """Writes why a class is not listed, or which hooks it was not granted."""
    reasons: dict[str, list[str]] = {}
    for label, verdicts in entry.verdicts.items():
        for verdict in verdicts:
            for refusal in verdict.refusals:
                reasons.setdefault(refusal, []).append(label)
    if line is not None and not reasons:
        return
    state = " ".join(hook + pattern for hook, pattern in line.hooks) if line is not None else "NOT LISTED"
    report.write(f"{family}\t{place[0]}\t{place[1]}\t{state}\n")
    for reason, labels in reasons.items():
        report.write(f"\t{reason}\t[{labels[0]}..{labels[-1]} of {len(entry.verdicts)}]\n")


def plan(
    family: str, matrix: dict[str, dict[str, Any]], libraries: list[tuple[str, Path]], cache: Path
) -> tuple[list[Job], list[str]]:
    """Returns the jobs for one list and the labels of its releases in order."""
    newest = [(str(path), None) for version, path in libraries if version == "3.11"] or [
        (str(path), None) for _, path in libraries[-1:]
    ]
    if family == "python":
        jobs = [Job(version, (), ((str(path), None),)) for version, path in libraries]
        return jobs, [version for version, _ in libraries]
    table = matrix[family]
    beside = []
    for need in table.get("needs", []):
        if need not in matrix:
            continue
        for distribution, releases in matrix[need]["packages"].items():
            wheel = fetch(Release.parse(distribution, releases[-1]), cache)
            if wheel is not None:
                beside.append((str(wheel), tuple(matrix[need]["roots"])))
    jobs = []
    several = len(table["packages"]) > 1
    roots = tuple(table["roots"])
    wheels = {
        distribution: [(Release.parse(distribution, one), fetch(Release.parse(distribution, one), cache)) for one in releases]
        for distribution, releases in table["packages"].items()
    }
    for distribution, releases in wheels.items():
        siblings = [(str(found[-1][1]), roots) for other, found in wheels.items() if other != distribution and found[-1][1]]
        for release, wheel in releases:
            if wheel is None:
                continue
            label = f"{distribution} {release.version}" if several else release.version
            layers = ((str(wheel), roots), *siblings, *beside, *newest)
            jobs.append(Job(label, roots, layers, table.get("skip"), tuple(table.get("also", {}).items())))
    return jobs, [job.label for job in jobs]


def arguments() -> argparse.ArgumentParser:
    """Returns the parser of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True, help="folder that wheels are downloaded to and read from")
    parser.add_argument("--output", type=Path, default=DEFAULT_OUTPUT, help="folder of the lists")
    parser.add_argument(
        "--library", action="append", default=[], metavar="VERSION=FOLDER", help="a Python's library folder, oldest first"
    )
    parser.add_argument("--only", nargs="*", help="families to do instead of all")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--check", action="store_true", help="compare with the lists instead of writing them")
    parser.add_argument("--rejected", type=Path, help="also write why classes were not listed to this file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
