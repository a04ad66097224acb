"""The scanners that are compared: versions, how each is installed, asked, and what its answer counts as.

Every peer is asked about one file after the other through its own Python API in one process, so that its start is
paid once, with default settings; what its command would answer is noted where the two differ. An answer is one of

- `flagged`: it reports something that its own command turns into a failure, whatever else went wrong;
- `clean`: it looked and found nothing (the command would end with 0);
- `undecided`: it says that it could not look, or not everywhere (an error, inconclusive, nothing scanned);
- `crashed`: an exception left the API.

`asked` adds `timeout`, and counts what a scanner that died did not answer as `crashed`.
"""

import collections

Scanner = collections.namedtuple("Scanner", "name distribution requirements ask command note")

PEERS = [
    Scanner(
        "modelscan", "modelscan", ["modelscan==0.8.8"],
        """
from modelscan.modelscan import ModelScan
def ask(path):
    report = ModelScan().scan(path)
    if report["issues"]: return "flagged"
    if report["errors"] or not report["summary"]["scanned"]["total_scanned"]: return "undecided"
    return "clean"
""",
        "modelscan -p FILE", "Flagged: any issue (its command lets errors hide issues: exit 2; here an issue counts). Undecided: errors (exit 2) or nothing scanned (exit 3).",
    ),
    Scanner(
        "picklescan", "picklescan", ["picklescan==1.0.5", "py7zr", "numpy"],
        """
from picklescan.scanner import scan_file_path
def ask(path):
    result = scan_file_path(path)
    return "flagged" if result.issues_count else "undecided" if result.scan_err else "clean"
""",
        "picklescan -p FILE", "Flagged: a dangerous global (exit 1; exit 2 if there was an error too). Undecided: an error and no finding (exit 2). Installed with py7zr and numpy, without which 7z and arrays raise.",
    ),
    Scanner(
        "picklescan --strict", "picklescan", ["picklescan==1.0.5", "py7zr", "numpy"],
        """
from picklescan.scanner import scan_file_path
def ask(path):
    result = scan_file_path(path, strict=True)
    return "flagged" if result.issues_count else "undecided" if result.scan_err else "clean"
""",
        "picklescan --strict -p FILE", "As picklescan; whatever is not on its list of innocuous globals counts as dangerous.",
    ),
    Scanner(
        "fickling", "fickling", ["fickling==0.1.12", "typing_extensions"],
        """
import zipfile
import fickling
from fickling.analysis import Severity
def ask(path):
    with open(path, "rb") as file:
        archive = file.read(4) == b"PK\\x03\\x04"
    scanned = list(fickling.scan_zip_archive(path, graceful=True).values()) if archive else [fickling.scan_file(path, graceful=True)]
    if any(result.severity > Severity.LIKELY_SAFE for one in scanned for result in one.results): return "flagged"
    if not scanned or any(one.errors or not one.results for one in scanned): return "undecided"
    return "clean"
""",
        "fickling --check-safety FILE", "Flagged: an analysis above LIKELY_SAFE, the threshold of its command. Undecided: an error, or no pickle found. Zip archives go to `scan_zip_archive`, which its command does not call. Installed with typing_extensions, without which it cannot be imported on Python 3.11.",
    ),
    Scanner(
        "modelaudit-picklescan", "modelaudit-picklescan", ["modelaudit-picklescan==0.1.12"],
        """
import modelaudit_picklescan
def ask(path):
    report = modelaudit_picklescan.scan_file(path)
    verdict = str(getattr(report.verdict, "value", report.verdict))
    status = str(getattr(report.status, "value", report.status))
    if verdict in ("suspicious", "malicious"): return "flagged"
    return "clean" if status == "complete" and verdict == "clean" else "undecided"
""",
        "modelaudit_picklescan.scan_file(FILE)", "Flagged: verdict suspicious or malicious. Undecided: any other but clean and complete. It has no command.",
    ),
    Scanner(
        "modelaudit", "modelaudit", ["modelaudit==0.2.54"],
        """
from modelaudit.core import scan_model_directory_or_file, determine_exit_code
from modelaudit.core_results import results_have_security_findings
def ask(path):
    results = scan_model_directory_or_file(path, cache_enabled=False)
    if results_have_security_findings(results): return "flagged"
    return "clean" if determine_exit_code(results) == 0 else "undecided"
""",
        "modelaudit scan FILE", "Flagged: a finding of warning or critical (exit 1; 2 if there was an operational error too). Undecided: exit 2 without a finding. The cache is off, telemetry too (PROMPTFOO_DISABLE_TELEMETRY=1).",
    ),
]

OURS = Scanner(
    "weighbridge", "weighbridge", [], "", "weighbridge scan --format json FILE",
    "One process for each file, its start included. Flagged: verdict dangerous or suspicious (exit 1). Undecided: verdict undecided or unsupported (exit 2 or 3). Clean: clean or passive.",
)

# What runs inside a peer's environment: a path a line, an answer a line, and first what the start cost.
LOOP = """
import contextlib, io, json, logging, resource, sys, traceback, warnings
warnings.simplefilter("ignore"); logging.disable(logging.CRITICAL)
out = sys.stdout
def usage():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {"cpu": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss}
print(json.dumps(usage()), file=out, flush=True)
for line in sys.stdin:
    why = ""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try: said = ask(json.loads(line))
        except KeyboardInterrupt: raise
        except BaseException as error: said, why = "crashed", repr(error)[:200]
    print(json.dumps({"said": said, "why": why}), file=out, flush=True)
"""
