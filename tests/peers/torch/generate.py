"""Writes the checkpoints of the register and `truth.json` beside them.

    python generate.py FOLDER [NAME ...]

It runs with an interpreter that has torch, numpy, joblib and ml_dtypes (`run.py` makes one). What the machine's torch
cannot write is left out and said so.
"""

import json
import shutil
import sys
import traceback
import warnings
from pathlib import Path

import torch

import arrays  # noqa: F401  the modules of cases register what is in them
import containers  # noqa: F401
import objects  # noqa: F401
import views  # noqa: F401
from cases import CASES


def main():
    folder, *names = sys.argv[1:]
    folder = Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    warnings.simplefilter("ignore")
    truth, left_out = {}, {}
    for name, case in CASES.items():
        if names and name not in names:
            continue
        try:
            truth[name] = case.run(folder)
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            left_out[name] = f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})".replace("\n", " ")
            path = folder / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    (folder / "truth.json").write_text(json.dumps(truth, indent=1))
    for name, reason in left_out.items():
        print(f"left out {name}: {reason[:300]}", file=sys.stderr)
    print(f"{len(truth)} checkpoints written by torch {torch.__version__}, {len(left_out)} left out")


if __name__ == "__main__":
    main()
