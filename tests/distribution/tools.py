"""Running programs and installing tools into environments of their own."""

import os
import pathlib
import shutil
import subprocess
import sys
import venv


class Missing(Exception):
    """Something that this machine does not have."""


class Unexpected(Exception):
    """A program did not do what it should have."""


def need(program: str) -> str:
    """Returns the path of a program."""
    path = shutil.which(program)
    if path is None:
        raise Missing(f"{program} is not installed")
    return path


def run(command, *, code: int = 0, cwd=None, env=None) -> str:
    """Runs a program, which must end with this code, and returns its output and errors as one text."""
    environment = {**os.environ, **(env or {})}
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    if done.returncode != code:
        raise Unexpected(f"{' '.join(map(str, command))}: ended with {done.returncode}, wanted {code}\n{done.stdout}")
    return done.stdout


def expect(holds: bool, claim: str) -> None:
    """Fails with the claim where it does not hold; unlike `assert`, with `-O` too."""
    if not holds:
        raise Unexpected(claim)


def environment(folder: pathlib.Path) -> pathlib.Path:
    """Makes an empty virtual environment and returns the folder of its programs."""
    venv.create(folder, with_pip=True)
    return folder / ("Scripts" if sys.platform == "win32" else "bin")


def install(folder: pathlib.Path, *packages: str) -> pathlib.Path:
    """Makes an environment with packages of PyPI and returns the folder of its programs."""
    programs = environment(folder)
    try:
        run([programs / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages])
    except Unexpected as error:
        raise Missing(f"pip cannot install {' '.join(packages)}: {error}") from error
    return programs


def checkout(root: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    """Copies the tracked and new files of the repository into a repository of their own, with one commit."""
    git = need("git")
    names = run([git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=root).split("\0")
    for name in filter(None, names):
        source, copy = root / name, folder / name
        if source.is_symlink() or source.is_file():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy, follow_symlinks=False)
    commit_all(folder)
    return folder


def commit_all(folder: pathlib.Path) -> None:
    """Makes a folder a repository with everything in one commit."""
    git = need("git")
    run([git, "init", "--quiet", "."], cwd=folder)
    run([git, "add", "--all", "--force"], cwd=folder)
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]
    run([git, *identity, "commit", "--quiet", "--message", "All"], cwd=folder)


# A pickle that would run `id`, and one that holds a number.
DANGEROUS = b"cos\nsystem\n(S'id'\ntR."
CLEAN = b"\x80\x04K\x01."
