"""Scanners side by side: writes the corpus, asks every scanner about every file, and makes docs/comparison.md's tables.

Usage: run.py --cache FOLDER [--out FOLDER] [--scanners NAME,NAME] [--write]. See README.md beside this file.
Nothing is ever loaded: scanners read. The environments come from PyPI once and stay in the cache.
"""

import argparse
import datetime
import json
import pathlib
import platform
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

import asked  # noqa: E402
import tables  # noqa: E402

ROOT = HERE.parents[2]
# What writes the honest objects: installed beside the scanners, in an environment of its own.
HONEST = ["numpy", "scipy", "pandas", "scikit-learn", "joblib", "lz4", "lightgbm"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cache", type=pathlib.Path, required=True, help="where the environments are made, about 1.2 GB")
    parser.add_argument("--out", type=pathlib.Path, help="where corpus and results are written; default: the cache")
    parser.add_argument("--weighbridge", type=pathlib.Path, default=ROOT / "target" / "release" / "weighbridge", help="our binary")
    parser.add_argument("--scanners", default=",".join(tables.ORDER), metavar="NAME,NAME", help="default: " + ",".join(tables.ORDER))
    parser.add_argument("--python", default="python3", help="the interpreter of the environments")
    parser.add_argument("--keep-corpus", action="store_true", help="use the corpus that an earlier run wrote")
    parser.add_argument("--report-only", action="store_true", help="make the tables from the results of an earlier run")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/comparison.md")
    return parser.parse_args()


def corpus(options, folder):
    """Writes the corpus with the packages of the honest environment; its manifest."""
    manifest = folder / "manifest.jsonl"
    if not (options.keep_corpus and manifest.exists()):
        shutil.rmtree(str(folder), ignore_errors=True)
        home = options.cache / "honest"
        if not (home / "complete").exists():
            subprocess.run([options.python, "-m", "venv", str(home)], check=True)
            subprocess.run([str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--prefer-binary"] + HONEST, check=True)
            (home / "complete").touch()
        subprocess.run([str(home / "bin" / "python"), str(HERE / "corpus" / "generate.py"), str(folder)], check=True)
    return [json.loads(line) for line in manifest.read_text(encoding="utf-8").splitlines()]


def facts(entries):
    """When, on what and with what this was measured."""
    model = platform.processor() or platform.machine()
    try:
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    except OSError:
        pass
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=str(ROOT), stdout=subprocess.PIPE, check=False).stdout.decode().strip()
    counts = {label: sum(entry["label"] == label for entry in entries) for label in ("malicious", "honest", "broken")}
    return [
        "Measured on %s, %s, %s, CPython %s; weighbridge at commit %s." % (datetime.date.today().isoformat(), model, platform.system(), platform.python_version(), commit),
        "%d files: %d malicious, %d honest, %d broken; %.1f MB." % (len(entries), counts["malicious"], counts["honest"], counts["broken"], sum(entry["size"] for entry in entries) / 1e6),
    ]


def main():
    options = arguments()
    out = (options.out or options.cache).resolve()
    options.cache = options.cache.resolve()
    out.mkdir(parents=True, exist_ok=True)
    saved = out / "results.json"
    if options.report_only:
        held = json.loads(saved.read_text(encoding="utf-8"))
        entries, results, said = held["entries"], held["results"], held["facts"]
    else:
        entries = corpus(options, out / "corpus")
        wanted = options.scanners.split(",")
        unknown = [name for name in wanted if name not in tables.ORDER]
        if unknown:
            sys.exit("no scanner %s; there are %s" % (unknown[0], ", ".join(tables.ORDER)))
        results = {}
        if saved.exists() and options.keep_corpus:
            results = {name: result for name, result in json.loads(saved.read_text(encoding="utf-8"))["results"].items() if name not in wanted and set(result["answers"]) == {entry["path"] for entry in entries}}
        said = facts(entries)
        results.update(asked.everybody(options.cache, options.weighbridge, out / "corpus", entries, wanted, options.python))
        saved.write_text(json.dumps({"entries": entries, "results": results, "facts": said}), encoding="utf-8")
    made = tables.everything(entries, results, said)
    if options.write:
        absent = tables.write(ROOT / "docs" / "comparison.md", made)
        print("docs/comparison.md: tables written" + ("; no place for " + ", ".join(absent) if absent else ""))
    else:
        for name, lines in made.items():
            print("\n== %s\n%s" % (name, "\n".join(lines)))


if __name__ == "__main__":
    main()
