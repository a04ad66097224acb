"""Runs other scanners over the same folder, for the tables in benches/README.md."""

import json
import os
import pathlib
import subprocess

SCANNERS = {
    "picklescan": ["picklescan"],
    "picklescan-strict": ["picklescan"],
    "modelscan": ["modelscan"],
    "fickling": ["fickling", "typing_extensions"],
    "modelaudit-picklescan": ["modelaudit-picklescan"],
}

# Each asks one scanner's own Python API about one file after the other and prints a line for it: flagged, clean or error.
ASK = {
    "picklescan": """
from picklescan.scanner import scan_file_path
def ask(path):
    result = scan_file_path(path)
    return "error" if result.scan_err else "flagged" if result.issues_count else "clean"
""",
    "picklescan-strict": """
from picklescan.scanner import scan_file_path, SafetyLevel
def ask(path):
    result = scan_file_path(path)
    suspicious = any(found.safety != SafetyLevel.Innocuous for found in result.globals)
    return "error" if result.scan_err else "flagged" if suspicious else "clean"
""",
    "modelscan": """
from modelscan.modelscan import ModelScan
def ask(path):
    report = ModelScan().scan(path)
    if report["issues"]: return "flagged"
    return "error" if report["errors"] else "clean"
""",
    "fickling": """
from fickling.fickle import StackedPickle
from fickling.analysis import check_safety, Severity
def ask(path):
    with open(path, "rb") as file:
        stacked = StackedPickle.load(file)
    return "flagged" if any(check_safety(one).severity > Severity.LIKELY_SAFE for one in stacked) else "clean"
""",
    "modelaudit-picklescan": """
import modelaudit_picklescan
def ask(path):
    report = modelaudit_picklescan.scan_file(path)
    verdict = str(getattr(report.verdict, "value", report.verdict))
    status = str(getattr(report.status, "value", report.status))
    if verdict in ("suspicious", "malicious"): return "flagged"
    return "clean" if status == "complete" and verdict == "clean" else "error"
""",
}
LOOP = """
import sys, warnings, logging, contextlib, io
warnings.simplefilter("ignore"); logging.disable(logging.CRITICAL)
for line in sys.stdin:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try: said = ask(line.rstrip("\\n"))
        except BaseException: said = "error"
    print(said, flush=True)
"""


def environment(folder, name, python="python3"):
    """Makes the scanner's own environment; its python."""
    name = name.replace("-strict", "")
    home = pathlib.Path(folder) / ("rival-" + name)
    if not (home / "complete").exists():
        subprocess.run([python, "-m", "venv", str(home)], check=True)
        subprocess.run([str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"] + SCANNERS[name], check=True)
        (home / "complete").touch()
    return home / "bin" / "python"


def count(folder, name, files, python="python3"):
    """Asks about each file; returns files, flagged, errors and CPU seconds."""
    inside = environment(folder, name, python)
    before = os.times()
    done = subprocess.run(
        [str(inside), "-c", ASK[name] + LOOP], input="".join("%s\n" % path for path in files), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, universal_newlines=True, check=False
    )
    after = os.times()
    said = done.stdout.split()
    cpu = (after.children_user - before.children_user) + (after.children_system - before.children_system)
    # A scanner that died says nothing about the rest: those count as errors too.
    errors = said.count("error") + len(files) - len(said)
    return {"files": len(files), "flagged": said.count("flagged"), "errors": errors, "cpu": round(cpu, 1)}


def sample(targets, most):
    """Every so many-th file, so that slow scanners end."""
    step = max(1, len(targets) // most) if most else 1
    return [target["path"] for target in targets][::step]


def table(rows):
    """Lines of a table of what each scanner said."""
    lines = ["| scanner | files | flagged | errors | CPU s |", "|---|---|---|---|---|"]
    for name, row in rows:
        lines.append("| %s | %d | %d | %d | %.1f |" % (name, row["files"], row["flagged"], row["errors"], row["cpu"]))
    return lines


def dumped(rows):
    """The rows as JSON."""
    return json.dumps(dict(rows), indent=1)
