"""Holds `weighbridge scan` and `weighbridge inspect` to crafted safetensors files and folders.

    python3 tests/peers/safetensors/run.py [--binary target/debug/weighbridge] [--readers FOLDER] [--only TEXT]

Counts what is right and prints what is wrong. Beside it stand the answers of the reference reader, in the versions
0.4.5, 0.6.2, 0.7.0 and 0.8.0 of PyPI (installed below `--readers`, the first time): they say which profile accepts a file.
Exit code 1 says that something is wrong.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import cases
import folders

VERSIONS = {"0.4": "0.4.5", "0.6": "0.6.2", "0.7": "0.7.0", "0.8": "0.8.0"}
# Asked in a process of its own per version: of each file named on standard input, whether the reference takes it.
ASK = """
import sys
from safetensors import deserialize
for line in sys.stdin:
    try:
        deserialize(open(line.rstrip("\\n"), "rb").read())
        print("yes", flush=True)
    except BaseException as error:
        print("no", str(error).replace("\\n", " ")[:100], flush=True)
"""
FLAGGED = ("critical", "high", "medium")


def readers(folder):
    """Installs the versions of the reference that are missing; those that cannot be had are left out."""
    found = {}
    for short, version in VERSIONS.items():
        place = folder / version
        if not (place / "safetensors").exists():
            command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--disable-pip-version-check", "--target", str(place), f"safetensors=={version}"]
            if subprocess.run(command, check=False).returncode:
                continue
        found[short] = place
    return found


def reference(paths, place):
    asked = subprocess.run([sys.executable, "-c", ASK], input="\n".join(map(str, paths)) + "\n", capture_output=True, text=True,
                           env=os.environ | {"PYTHONPATH": str(place)})  # fmt: skip
    answers = [line.startswith("yes") for line in asked.stdout.splitlines()]
    return dict(zip(paths, answers)) if len(answers) == len(paths) else {}


def command(binary, *arguments):
    done = subprocess.run([binary, *arguments], capture_output=True, text=True, timeout=120)
    try:
        return done.returncode, json.loads(done.stdout), done.stderr
    except ValueError:
        return done.returncode, None, done.stderr


def findings(report):
    """(severity, rule) of everything that a scan says, members and notices included."""
    waiting, found = [report], []
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            if "severity" in item and ("rule" in item or "id" in item):
                found.append((item["severity"], item.get("rule") or item.get("id")))
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return [(s, r if isinstance(r, str) else r.get("id", str(r))) for s, r in found if isinstance(s, str)]


def judge(case, code, report):
    """What is wrong with the answer of a scan, or nothing."""
    if code not in (0, 1, 2, 3) or report is None:
        return f"exit code {code}"
    found = findings(report)
    flagged = [r for s, r in found if s in FLAGGED]
    verdicts = [t["verdict"] for t in report.get("targets", [])]
    wanted = case.answer
    if wanted in ("valid", "honest"):
        if flagged:
            return f"flagged: {', '.join(sorted(set(flagged)))}"
        if code not in (0,) and not (code == 3 and wanted == "honest"):
            return f"not clean: exit code {code}, {verdicts}"
    elif wanted == "invalid":
        if not any(s in ("critical", "high") for s, _ in found) or code != 1:
            return f"not said to be invalid: exit code {code}, {verdicts}, {found}"
    elif wanted in ("suspicious", "flagged"):
        if not flagged or code != 1:
            return f"not flagged: exit code {code}, {verdicts}, {found}"
        if wanted == "suspicious" and verdicts == ["dangerous"] and not case.name.startswith(("suspicious-payload", "suspicious-metadata")):
            return f"said to be dangerous, not suspicious: {sorted(set(flagged))}"
    elif wanted == "noted" and not found:
        return f"nothing said: exit code {code}, {verdicts}"
    return None


def judge_inspect(case, code, document):
    if code not in (0, 1, 2, 3) or document is None:
        return f"inspect: exit code {code}"
    if case.answer == "invalid" and document.get("valid") is not False:
        return f"inspect: valid is {document.get('valid')}"
    if case.answer != "invalid" and document.get("valid") is not True:
        return f"inspect: valid is {document.get('valid')}, {document.get('error')}"
    if (code == 0) != (case.answer != "invalid"):
        return f"inspect: exit code {code}"
    if case.answer != "invalid":
        size = int.from_bytes(case.data[:8], "little")
        header = json.loads(case.data[8 : 8 + size])
        header.pop("__metadata__", None)
        told = {t["name"]: (t["dtype"], t["shape"], t["byte_start"], t["byte_end"]) for t in document["tensors"]}
        real = {n: (e["dtype"], e["shape"], 8 + size + e["data_offsets"][0], 8 + size + e["data_offsets"][1]) for n, e in header.items()}
        if told != real and not any(ord(c) < 32 or not c.isprintable() for n in real for c in n):
            return "inspect: other tensors than the header has"
        if sum(r["byte_end"] - r["byte_start"] for r in document["map"]) != len(case.data):
            return "inspect: the map does not cover the file"
    return None


def lay(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, folders.Link):
            path.symlink_to(content.to)
        else:
            path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    root = Path(__file__).resolve().parents[3]
    parser.add_argument("--binary", default=root / "target/debug/weighbridge")
    parser.add_argument("--readers", type=Path, default=root / "tests/peers/venvs/safetensors")
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    wrong, right, laxer = {}, Counter(), []
    with tempfile.TemporaryDirectory() as temporary:
        temporary = Path(temporary)
        paths = {}
        for case in cases.CASES:
            if arguments.only in case.name:
                paths[case.name] = temporary / case.name / "model.safetensors"
                paths[case.name].parent.mkdir()
                paths[case.name].write_bytes(case.data)
        takes = {short: reference(list(paths.values()), place) for short, place in readers(arguments.readers).items()}
        for case in cases.CASES:
            if case.name not in paths:
                continue
            path = paths[case.name]
            code, report, _ = command(arguments.binary, "scan", "--format", "json", str(path))
            problems = [judge(case, code, report)]
            code, document, _ = command(arguments.binary, "inspect", "--format", "json", str(path))
            problems.append(judge_inspect(case, code, document))
            told = {r["version"][:3]: r["accepts"] for r in (document or {}).get("readers", [])}
            real = {short: answers[path] for short, answers in takes.items() if path in answers}
            differing = [f"{v} {'accepts' if real[v] else 'refuses'}" for v in real if v in told and told[v] != real[v]]
            if differing:
                problems.append("readers: " + ", ".join(differing))
            if real.get("0.8") is False and document and document.get("valid"):
                laxer.append(case.name)
            problems = [p for p in problems if p]
            if problems:
                wrong[case.name] = problems
            else:
                right[case.answer] += 1
        tally = Counter()
        for case in cases.CASES:
            if case.name in paths and (answer := takes.get("0.8", {}).get(paths[case.name])) is not None:
                tally[case.answer, answer] += 1
        for folder in folders.FOLDERS:
            if arguments.only not in folder.name:
                continue
            path = temporary / folder.name
            lay(path, folder.files)
            code, report, _ = command(arguments.binary, "scan", "--format", "json", *folder.options, str(path))
            problem = judge(folder, code, report)
            if problem:
                wrong[folder.name] = [problem]
            else:
                right[folder.answer] += 1
    notes = {c.name: c.note for c in [*cases.CASES, *folders.FOLDERS]}
    for name, problems in wrong.items():
        print(f"WRONG {name}: {'; '.join(problems)}" + (f"  ({notes[name]})" if notes[name] else ""))
    print()
    for (answer, accepted), count in sorted(tally.items()):
        print(f"the reference 0.8.0 {'accepts' if accepted else 'refuses'} {count} of the {answer} ones")
    if laxer:
        print(f"laxer than the reference: {', '.join(laxer)}")
    print(f"{sum(right.values())} right, {len(wrong)} wrong; right: {dict(right)}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
