"""The hooks: pre-commit installs and runs them on a repository with honest and hostile models."""

import os
import pathlib
import shutil
import stat

from tools import CLEAN, DANGEROUS, checkout, commit_all, expect, install, need, run

# What a user writes; the last one has arguments of its own.
CONFIGURATION = """\
repos:
  - repo: {repository}
    rev: {revision}
    hooks:
      - id: weighbridge
      - id: weighbridge-system
      - id: weighbridge-system
        alias: weighbridge-lenient
        args: [--exit-zero, --]
"""


def check(root: pathlib.Path, scratch: pathlib.Path) -> list[str]:
    need("cargo")
    git = need("git")
    programs = install(scratch / "pre-commit", "pre-commit>=3.2")
    pre_commit = programs / "pre-commit"
    hooks = checkout(root, scratch / "weighbridge")
    run([pre_commit, "validate-manifest", hooks / ".pre-commit-hooks.yaml"])
    models = scratch / "models"
    models.mkdir()
    # The second would end with 0 if its name were read as an option, the third is no model.
    (models / "honest.pkl").write_bytes(CLEAN)
    (models / "--exit-zero.pkl").write_bytes(CLEAN)
    (models / "notes.md").write_bytes(DANGEROUS)
    commit_all(models)
    # The target folder of the checkout spares compiling what it has compiled already.
    settings = {
        "PRE_COMMIT_HOME": str(scratch / "cache"),
        "CARGO_TARGET_DIR": str(root / "target"),
    }
    revision = run([git, "rev-parse", "HEAD"], cwd=hooks).strip()
    (models / ".pre-commit-config.yaml").write_text(CONFIGURATION.format(repository=hooks, revision=revision))
    run([git, "add", "--all"], cwd=models)
    said = run([pre_commit, "run", "--all-files", "--verbose", "weighbridge"], cwd=models, env=settings)
    expect("Passed" in said and "clean: 2 files" in said, f"two honest models pass:\n{said}")

    (models / "sub folder").mkdir()
    (models / "sub folder" / "Hostile.PKL").write_bytes(DANGEROUS)
    run([git, "add", "--all"], cwd=models)
    said = run([pre_commit, "run", "weighbridge"], cwd=models, env=settings, code=1)
    expect("PKL001/unsafe-global" in said and "exit code: 1" in said, f"a staged hostile model fails:\n{said}")

    # The hook that takes what is installed, here the binary that the first one has built.
    built = [path for path in (scratch / "cache").glob("**/bin/weighbridge") if is_program(path)]
    expect(len(built) == 1, f"the first hook has installed one binary: {built}")
    (scratch / "bin").mkdir()
    shutil.copy2(built[0], scratch / "bin" / "weighbridge")
    settings["PATH"] = f"{scratch / 'bin'}{os.pathsep}{os.environ['PATH']}"
    said = run([pre_commit, "run", "weighbridge-system"], cwd=models, env=settings, code=1)
    expect("PKL001/unsafe-global" in said, f"the installed binary fails a hostile model:\n{said}")
    run([pre_commit, "run", "weighbridge-lenient"], cwd=models, env=settings)
    return [run([pre_commit, "--version"]).strip()]


def is_program(path: pathlib.Path) -> bool:
    return path.is_file() and bool(path.stat().st_mode & stat.S_IXUSR)
