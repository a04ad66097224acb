"""The wheel: builds from the sdist, installs without a network, and runs."""

import pathlib
import tarfile
import zipfile

from tools import CLEAN, DANGEROUS, environment, expect, install, need, run


def check(root: pathlib.Path, scratch: pathlib.Path) -> list[str]:
    need("cargo")
    maturin = install(scratch / "maturin", "maturin>=1.9,<2") / "maturin"
    run([maturin, "sdist", "--out", scratch / "dist"], cwd=root)
    [sdist] = (scratch / "dist").glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = archive.getnames()
        archive.extractall(scratch / "source", filter="data")
    for wanted in ["/LICENSE-MIT", "/LICENSE-APACHE", "/README.md", "/PKG-INFO", "/crates/weighbridge-cli/pages/PKL001.md"]:
        expect(any(name.endswith(wanted) for name in names), f"the sdist has {wanted}")
    [source] = (scratch / "source").iterdir()
    # The target folder of the checkout spares compiling what it has compiled already.
    run(
        [maturin, "build", "--release", "--out", scratch / "dist"],
        cwd=source,
        env={"CARGO_TARGET_DIR": str(root / "target")},
    )
    [built] = (scratch / "dist").glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        names = archive.namelist()
        [metadata] = [name for name in names if name.endswith(".dist-info/METADATA")]
        metadata = archive.read(metadata).decode()
    for wanted in ["/licenses/LICENSE-MIT", "/licenses/LICENSE-APACHE", "/scripts/weighbridge"]:
        expect(any(name.endswith(wanted) for name in names), f"the wheel has {wanted}")
    expect("License-Expression: MIT OR Apache-2.0" in metadata, "the wheel names its licence")
    expect("# weighbridge-cli" in metadata, "the wheel has the README")

    programs = environment(scratch / "fresh")
    # No index, and none that could be fallen back to.
    offline = {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": "/dev/null", "HTTPS_PROXY": "http://127.0.0.1:9"}
    run([programs / "python", "-m", "pip", "install", "--no-index", built], env=offline)
    version = run([programs / "weighbridge", "--version"]).split()
    expect(version[0] == "weighbridge" and f"Version: {version[1]}\n" in metadata, "the wheel has the binary's version")
    models = scratch / "models"
    models.mkdir()
    (models / "honest.pkl").write_bytes(CLEAN)
    run([programs / "weighbridge", "scan", models])
    (models / "hostile.pkl").write_bytes(DANGEROUS)
    report = run([programs / "weighbridge", "scan", models], code=1)
    expect("PKL001/unsafe-global" in report, "the installed binary finds what is dangerous")
    run([programs / "weighbridge", "explain", "PKL001"])
    return [f"{sdist.name}: {sdist.stat().st_size} bytes", f"{built.name}: {built.stat().st_size} bytes"]
