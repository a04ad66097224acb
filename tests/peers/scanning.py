"""Runs `weighbridge scan` over a folder and counts what it says, by group of files."""

import collections
import json
import os
import pathlib
import subprocess

FLAGGED = ("dangerous", "suspicious")


class Scan:
    """What one run said: the entries of its report, and what it cost."""

    def __init__(self, folder, targets, seconds, cpu):
        self.folder = pathlib.Path(folder).resolve()
        # What no loader executes, such as a maker's own count, is no file of the matrix.
        self.targets = [target for target in targets if target["verdict"] != "passive"]
        self.seconds = seconds
        self.cpu = cpu

    def group(self, target):
        """The folder, relative to the scanned one, that a file lies in."""
        path = pathlib.Path(target["path"])
        try:
            path = path.resolve().relative_to(self.folder)
        except ValueError:
            pass
        return str(path.parent)

    def flagged(self):
        return [target for target in self.targets if target["verdict"] in FLAGGED]

    def undecided(self):
        return [target for target in self.targets if target["verdict"] in ("undecided", "unsupported")]

    def table(self):
        """Lines of a table: files, flagged, undecided for each group, and in all."""
        counts = collections.defaultdict(collections.Counter)
        for target in self.targets:
            for group in (self.group(target), "all"):
                counts[group]["files"] += 1
                counts[group]["flagged"] += target["verdict"] in FLAGGED
                counts[group]["undecided"] += target["verdict"] in ("undecided", "unsupported")
        lines = ["| group | files | flagged | undecided |", "|---|---|---|---|"]
        for group in sorted(counts, key=lambda name: (name == "all", name)):
            count = counts[group]
            lines.append("| %s | %d | %d | %d |" % (group, count["files"], count["flagged"], count["undecided"]))
        return lines

    def causes(self):
        """Each distinct message of a flagged file, with how many files have it and one of them."""
        files = collections.defaultdict(set)
        for target in self.flagged():
            for finding in target["findings"]:
                if finding["severity"] in ("medium", "high", "critical"):
                    files[(finding["severity"], finding["rule"], finding["message"])].add(target["path"])
        return sorted(((len(paths), cause, min(paths)) for cause, paths in files.items()), key=lambda row: (-row[0], row[1]))


def scan(binary, folder):
    """Scans a folder; the exit code of the binary is not looked at, its report is."""
    before = os.times()
    done = subprocess.run([str(binary), "scan", "--format", "json", "--exit-zero", str(folder)], stdout=subprocess.PIPE, check=False)
    after = os.times()
    report = json.loads(done.stdout.decode("utf-8"))
    cpu = (after.children_user - before.children_user) + (after.children_system - before.children_system)
    return Scan(folder, report["targets"], after.elapsed - before.elapsed, cpu)
