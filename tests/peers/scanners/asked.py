"""Asks scanners about files, each in its own environment and process, and measures what that costs."""

import json
import os
import pathlib
import select
import subprocess
import time

from scanners import LOOP, OURS

# CPU seconds that a scanner has for one file; by the clock it has ten times as many, for machines that are busy.
PATIENCE = 60
# No telemetry, no colours, one thread.
QUIET = {"PROMPTFOO_DISABLE_TELEMETRY": "1", "NO_COLOR": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1", "HF_HUB_OFFLINE": "1"}


def environment(cache, scanner, python="python3"):
    """Makes the scanner's own virtual environment, once; its python."""
    home = pathlib.Path(cache) / scanner.requirements[0].replace("==", "-")
    if not (home / "complete").exists():
        subprocess.run([python, "-m", "venv", str(home)], check=True)
        subprocess.run([str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--prefer-binary"] + scanner.requirements, check=True)
        (home / "complete").touch()
    return home / "bin" / "python"


def _cpu(process):
    """CPU seconds that a process has used so far; what the clock says where the system does not tell."""
    try:
        fields = pathlib.Path("/proc/%d/stat" % process).read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError, ValueError):
        return time.monotonic()


class Worker:
    """One process that answers about files until it dies or takes too long."""

    def __init__(self, python, scanner, folder):
        self.process = subprocess.Popen(
            [str(python), "-c", scanner.ask + LOOP], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=str(folder), env=dict(os.environ, **QUIET)
        )
        self.started = self.line(PATIENCE * 2) or {"cpu": 0.0, "memory": 0}

    def line(self, seconds):
        """The next line, or None if there is none within so many CPU seconds."""
        before, late = _cpu(self.process.pid), time.monotonic() + 10 * seconds
        while not select.select([self.process.stdout], [], [], 1.0)[0]:
            if time.monotonic() > late or _cpu(self.process.pid) - before > seconds:
                return None
        try:
            return json.loads(self.process.stdout.readline().decode("utf-8"))
        except ValueError:
            return {}

    def ask(self, path):
        """What the scanner says, and why it crashed."""
        try:
            self.process.stdin.write(json.dumps(str(path)).encode("ascii") + b"\n")
            self.process.stdin.flush()
        except OSError:
            return "crashed", "the process died"
        said = self.line(PATIENCE)
        if said is None:
            return "timeout", "no answer in %d CPU s" % PATIENCE
        return (said["said"], said["why"]) if said else ("crashed", "the process died")

    def end(self, kill=False):
        """Ends the process; CPU seconds and peak memory in KiB of its whole life."""
        if kill:
            self.process.kill()
        self.process.stdin.close()
        _, _, used = os.wait4(self.process.pid, 0)
        self.process.returncode = 0
        self.process.stdout.close()
        return used.ru_utime + used.ru_stime, used.ru_maxrss


def peer(cache, scanner, folder, paths, python="python3"):
    """Asks a peer about every path; its answers and its costs."""
    inside = environment(cache, scanner, python)
    answers, cpu, start, memory, base = {}, 0.0, 0.0, 0, 0
    worker = Worker(inside, scanner, folder)
    started = time.monotonic()
    for number, path in enumerate(paths):
        said, why = worker.ask(pathlib.Path(folder) / path)
        answers[path] = [said, why]
        if said == "timeout" or why == "the process died" or number == len(paths) - 1:
            used, peak = worker.end(kill=said == "timeout")
            start, base = start + worker.started["cpu"], worker.started["memory"]
            cpu, memory = cpu + used - worker.started["cpu"], max(memory, peak)
            if number < len(paths) - 1:
                worker = Worker(inside, scanner, folder)
    version = subprocess.run([str(inside), "-c", "import importlib.metadata as m; print(m.version(%r))" % scanner.distribution], stdout=subprocess.PIPE, check=True).stdout.decode().strip()
    return {"version": version, "answers": answers, "cpu": round(cpu, 2), "start": round(start, 2), "memory": memory, "base": base, "wall": round(time.monotonic() - started, 1)}


VERDICTS = {"dangerous": "flagged", "suspicious": "flagged", "undecided": "undecided", "unsupported": "undecided", "clean": "clean", "passive": "clean"}


def ours(binary, folder, paths):
    """Asks weighbridge about every path, one process each; its answers and its costs."""
    answers, cpu, memory = {}, 0.0, 0
    binary = pathlib.Path(binary).resolve()
    started = time.monotonic()
    for path in paths:
        process = subprocess.Popen([str(binary), "scan", "--format", "json", str(path)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=str(folder))
        try:
            out, errors = _both(process)
        except TimeoutError:
            process.kill()
            answers[path] = ["timeout", "no answer in %d s" % PATIENCE]
            out = None
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = status
        process.stdout.close()
        process.stderr.close()
        cpu, memory = cpu + used.ru_utime + used.ru_stime, max(memory, used.ru_maxrss)
        if out is None:
            continue
        try:
            verdict = json.loads(out.decode("utf-8"))["targets"][0]["verdict"]
            answers[path] = [VERDICTS[verdict], verdict]
        except (ValueError, KeyError, IndexError):
            answers[path] = ["crashed", errors.decode("utf-8", "replace")[:200]]
    version = subprocess.run([str(binary), "--version"], stdout=subprocess.PIPE, check=True).stdout.decode().split()[1]
    return {"version": version, "answers": answers, "cpu": round(cpu, 2), "start": 0.0, "memory": memory, "base": 0, "wall": round(time.monotonic() - started, 1)}


def _both(process):
    """Reads a short-lived process's two outputs to their ends."""
    held = {process.stdout: b"", process.stderr: b""}
    open_ones, late = set(held), time.monotonic() + PATIENCE
    while open_ones:
        ready, _, _ = select.select(list(open_ones), [], [], max(0.0, late - time.monotonic()))
        if not ready:
            raise TimeoutError("too long")
        for pipe in ready:
            got = os.read(pipe.fileno(), 1 << 16)
            held[pipe] += got
            if not got:
                open_ones.discard(pipe)
    return held[process.stdout], held[process.stderr]


def everybody(cache, binary, folder, entries, names, python="python3", say=print):
    """Asks the scanners of these names about the files of a manifest; a result for each."""
    from scanners import PEERS

    paths, results = [entry["path"] for entry in entries], {}
    for scanner in [OURS] + PEERS:
        if scanner.name not in names:
            continue
        results[scanner.name] = ours(binary, folder, paths) if scanner is OURS else peer(cache, scanner, folder, paths, python)
        say("%s: %.1f CPU s, %.1f s" % (scanner.name, results[scanner.name]["cpu"], results[scanner.name]["wall"]))
    return results
