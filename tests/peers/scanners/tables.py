"""Makes the tables of docs/comparison.md from what scanners said, and writes them between the page's markers."""

import collections

from scanners import OURS, PEERS

ORDER = [OURS.name] + [peer.name for peer in PEERS]
WRONG = {"malicious": "caught", "honest": "false alarms", "broken": "called clean"}


def _names(results):
    return [name for name in ORDER if name in results]


def _count(entries, answers, label, said, chosen=lambda entry: True):
    return sum(1 for entry in entries if entry["label"] == label and chosen(entry) and answers.get(entry["path"], ["crashed"])[0] in said)


def _total(entries, label, chosen=lambda entry: True):
    return sum(1 for entry in entries if entry["label"] == label and chosen(entry))


def _percent(part, whole):
    return "%.1f %%" % (100.0 * part / whole) if whole else "-"


def _rows(head, rows):
    return ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)] + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]


def summary(entries, results):
    """One line for each scanner."""
    bad, good, broken = (_total(entries, label) for label in ("malicious", "honest", "broken"))
    rows = []
    for name in _names(results):
        result, answers = results[name], results[name]["answers"]
        flagged, clean = _count(entries, answers, "malicious", ["flagged"]), _count(entries, answers, "malicious", ["clean"])
        alarms, undecided = _count(entries, answers, "honest", ["flagged"]), _count(entries, answers, "honest", ["undecided", "crashed", "timeout"])
        rows.append([
            "%s %s" % (name.replace(" --strict", ""), result["version"]) + (", strict" if "strict" in name else ""),
            "%d (%s)" % (flagged, _percent(flagged, bad)), clean, "%d (%s)" % (alarms, _percent(alarms, good)), undecided, _count(entries, answers, "broken", ["clean"]),
            sum(said == "crashed" for said, _ in answers.values()), sum(said == "timeout" for said, _ in answers.values()),
            "%.1f" % result["cpu"], "%d" % (result["memory"] // 1024),
        ])
    head = ["scanner", "caught of %d" % bad, "harmful called clean", "false alarms of %d" % good, "honest not decided", "broken called clean of %d" % broken, "crashes", "timeouts", "CPU s", "peak MiB"]
    return _rows(head, rows)


def by(entries, results, label, said, key):
    """How many of each group got such an answer: a line for each group, a column for each scanner."""
    names, groups = _names(results), collections.OrderedDict()
    for entry in entries:
        if entry["label"] == label:
            groups.setdefault(key(entry), []).append(entry)
    rows = []
    for group, members in sorted(groups.items()):
        rows.append([group, len(members)] + [_count(members, results[name]["answers"], label, said) for name in names])
    return _rows(["", "files"] + [name for name in names], rows)


def harm(entry):
    """The class of harm of a gadget, or how a payload was hidden."""
    return entry["harm"] if entry["part"] == "gadgets" else {"tricks": "well-known names, written so that they are hard to see", "containers": "well-known names in containers", "hiding": "containers that hide", "foreign": "formats beside pickle"}[entry["part"]]


def family(entry):
    """The family of a technique or container, as the manifest has it."""
    return entry["family"]


def alarms(entry):
    """What honest files are, for the table of false alarms."""
    return {"packages": "objects of packages", "handmade": "texts, bytes and old forms", "containers": "plain pickles in containers", "models": "models of numbers", "foreign": "formats beside pickle"}[entry["part"]] + (", " + entry["technique"].split("-")[0] if entry["part"] == "packages" else "")


def differences(entries, results):
    """What a peer catches and we miss, and what only we catch: techniques, with the peers that catch them."""
    if OURS.name not in results:
        return []
    mine = results[OURS.name]["answers"]
    missed = collections.OrderedDict()
    for entry in entries:
        if entry["label"] == "malicious" and mine[entry["path"]][0] != "flagged":
            key = (entry["container"] if entry["container"] != "raw" else entry["technique"], mine[entry["path"]][1], entry["note"] if entry["part"] != "gadgets" else entry["note"])
            peers = missed.setdefault(key, (collections.Counter(), []))
            peers[1].append(entry["path"])
            for name in _names(results)[1:]:
                peers[0][name] += results[name]["answers"][entry["path"]][0] == "flagged"
    rows = [[technique, note, len(paths), said, ", ".join("%s %d" % (name, number) for name, number in peers.items() if number) or "nobody"] for (technique, said, note), (peers, paths) in missed.items()]
    return _rows(["technique", "what it is", "files", "our verdict", "flagged by"], rows)


def ours_alone(entries, results):
    """How many harmful files nobody but us flags, by container, and how many only one peer does."""
    if OURS.name not in results:
        return []
    names = _names(results)
    groups = collections.OrderedDict()
    for entry in entries:
        if entry["label"] != "malicious" or results[OURS.name]["answers"][entry["path"]][0] != "flagged":
            continue
        if not any(results[name]["answers"][entry["path"]][0] == "flagged" for name in names[1:]):
            groups.setdefault(entry["container"] if entry["container"] != "raw" else entry["family"], []).append(entry["technique"])
    return _rows(["container or family of tricks", "files that only we flag"], [[group, len(held)] for group, held in sorted(groups.items(), key=lambda row: (-len(row[1]), row[0]))])


def our_alarms(entries, results):
    """Each honest file that we flag, each that we do not decide, by group, and each broken file that we call clean."""
    if OURS.name not in results:
        return []
    mine, rows = results[OURS.name]["answers"], collections.Counter()
    for entry in entries:
        said = mine[entry["path"]]
        if (entry["label"] == "honest" and said[0] != "clean") or (entry["label"] == "broken" and said[0] == "clean"):
            rows[(entry["label"], entry["container"] if entry["container"] != "raw" else entry["technique"], said[1])] += 1
    return _rows(["label", "container or technique", "our verdict", "files"], [list(key) + [number] for key, number in sorted(rows.items())])


def everything(entries, results, facts):
    """The page's tables, by the name of their marker."""
    contained = [entry for entry in entries if entry["part"] in ("containers", "hiding")]
    return {
        "summary": summary(entries, results),
        "harm": by(entries, results, "malicious", ["flagged"], harm),
        "tricks": by([entry for entry in entries if entry["part"] == "tricks"], results, "malicious", ["flagged"], family),
        "containers": by(contained, results, "malicious", ["flagged"], family),
        "containers-clean": by(contained, results, "malicious", ["clean"], family),
        "alarms": by(entries, results, "honest", ["flagged"], alarms),
        "missed": differences(entries, results),
        "alone": ours_alone(entries, results),
        "own": our_alarms(entries, results),
        "facts": facts,
        "scanners": _rows(["scanner", "as if by", "what its answers count as"], [[scanner.name, "`%s`" % scanner.command, scanner.note] for scanner in [OURS] + PEERS if scanner.name in results]),
    }


def write(page, tables):
    """Replaces what stands between `<!-- table NAME -->` and `<!-- end NAME -->`; returns names without a marker."""
    text, absent = page.read_text(encoding="utf-8"), []
    for name, lines in tables.items():
        first, last = "<!-- table %s -->\n" % name, "<!-- end %s -->" % name
        if first not in text or last not in text:
            absent.append(name)
            continue
        before, rest = text.split(first, 1)
        text = before + first + "\n" + "\n".join(lines) + "\n\n" + last + rest.split(last, 1)[1]
    page.write_text(text, encoding="utf-8")
    return absent
