"""Downloads the wheels that the matrix names, once, into a cache folder."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PLATFORMS = (
    "manylinux1_x86_64",
    "manylinux2010_x86_64",
    "manylinux2014_x86_64",
    "manylinux_2_5_x86_64",
    "manylinux_2_12_x86_64",
    "manylinux_2_17_x86_64",
    "manylinux_2_24_x86_64",
    "manylinux_2_26_x86_64",
    "manylinux_2_27_x86_64",
    "manylinux_2_28_x86_64",
    "linux_x86_64",
)
DEFAULT_PYTHON = "3.11"


@dataclass(frozen=True)
class Release:
    """One distribution at one version, and the Python version whose wheel is read."""

    distribution: str
    version: str
    python: str

    @classmethod
    def parse(cls, distribution: str, text: str) -> "Release":
        version, _, python = text.partition("@")
        return cls(distribution, version, python or DEFAULT_PYTHON)

    def wheel_in(self, cache: Path) -> Path | None:
        """Returns the wheel of this release in the cache, if it is there."""
        stem = normal(self.distribution) + "-" + self.version
        for path in sorted(cache.glob("*.whl")):
            parts = path.name.split("-")
            if len(parts) >= 5 and normal(parts[0]) + "-" + parts[1] == stem:
                return path
        return None


def normal(name: str) -> str:
    """Returns a distribution's name in the one form that wheels compare by."""
    return re.sub(r"[-_.]+", "_", name).lower()


def fetch(release: Release, cache: Path) -> Path | None:
    """Returns the release's wheel, downloading it when the cache has none."""
    found = release.wheel_in(cache)
    if found is not None:
        return found
    cache.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--only-binary=:all:", "--python-version", release.python]
    for platform in PLATFORMS:
        command += ["--platform", platform]
    command += ["--dest", str(cache), f"{release.distribution}=={release.version}"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        print(f"skipped {release.distribution} {release.version}: {last[0]}", file=sys.stderr)
        return None
    return release.wheel_in(cache)
