"""The honest matrix: makes honest model files with many versions of many packages and counts what is flagged.

Nothing is ever loaded: files are dumped by their makers and read by scanners. Exit code 1 if a file is flagged.
See README.md beside this file.
"""

import argparse
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import assembled  # noqa: E402
import environments  # noqa: E402
import rivals  # noqa: E402
import scanning  # noqa: E402
import wheels  # noqa: E402

# Stays the same for every maker, so that two runs write the same files and one core is used.
QUIET = dict(os.environ, PYTHONHASHSEED="0", OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weighbridge", type=pathlib.Path, default=HERE.parents[1] / "target" / "release" / "weighbridge", help="the scanner's binary")
    parser.add_argument("--venvs", type=pathlib.Path, default=HERE / "venvs", help="where the environments are made")
    parser.add_argument("--out", type=pathlib.Path, default=HERE / "out", help="where the honest files are written")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="only this environment of the matrix (may be repeated)")
    parser.add_argument("--groups", nargs="*", default=[], metavar="GROUP", help="only these topics: stdlib numpy scipy pandas sklearn joblib torch")
    parser.add_argument("--wheels", type=pathlib.Path, help="a folder of wheels whose model files are scanned too")
    parser.add_argument("--no-make", action="store_true", help="scan what an earlier run wrote")
    parser.add_argument("--scanners", default="", metavar="NAME,NAME", help="other scanners to count with: " + ",".join(rivals.SCANNERS))
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="give the other scanners about N files only")
    parser.add_argument("--causes", type=int, default=200, metavar="N", help="how many distinct causes to print")
    return parser.parse_args()


def make(options):
    options.out.mkdir(parents=True, exist_ok=True)
    print("assembled: %d files" % assembled.write(options.out / "assembled"))
    for name, python in environments.make(options.venvs, options.only):
        folder = options.out / name
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run([str(python), str(HERE / "make_honest.py"), str(folder)] + options.groups, env=QUIET, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, universal_newlines=True, check=False)
        print("%s: %s" % (name, done.stdout.strip().splitlines()[-1] if done.stdout.strip() else "ended with code %d" % done.returncode), flush=True)
    old = environments.interpreter("2.7")
    if old:
        done = subprocess.run([old, str(HERE / "make_honest_python2.py"), str(options.out / "py27")], stdout=subprocess.PIPE, universal_newlines=True, check=False)
        print("py27: %s" % done.stdout.strip())
    if options.wheels:
        print("wheels: %d files of %d packages" % wheels.extract(options.wheels, options.out / "wheels"))


def main():
    options = arguments()
    if not options.no_make:
        make(options)
    said = scanning.scan(options.weighbridge, options.out)
    print("\n".join(said.table()))
    print("weighbridge: %.1f CPU s, %.1f s" % (said.cpu, said.seconds))
    for count, (severity, rule, message), example in said.causes()[: options.causes]:
        print("%6d %s %s %s  <- %s" % (count, severity, rule, message, os.path.relpath(example, str(options.out))))
    names = [name for name in options.scanners.split(",") if name]
    if names:
        files = rivals.sample(said.targets, options.sample)
        chosen = set(files)
        ours = [target for target in said.targets if target["path"] in chosen]
        flagged = sum(target["verdict"] in scanning.FLAGGED for target in ours)
        rows = [("weighbridge", {"files": len(ours), "flagged": flagged, "errors": sum(not target["complete"] for target in ours), "cpu": said.cpu * len(ours) / max(1, len(said.targets))})]
        rows += [(name, rivals.count(options.venvs, name, files)) for name in names]
        print("\n".join(rivals.table(rows)))
    return 1 if said.flagged() else 0


if __name__ == "__main__":
    sys.exit(main())
