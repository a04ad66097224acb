"""The static binary: what the Dockerfile builds, run where there is nothing else, as nobody, without a network."""

import os
import pathlib
import platform
import shutil

from tools import CLEAN, DANGEROUS, Missing, Unexpected, expect, need, run

# The user of distroless images.
NOBODY = "65532:65532"


def check(root: pathlib.Path, scratch: pathlib.Path) -> list[str]:
    target = f"{platform.machine()}-unknown-linux-musl"
    installed = run([need("rustup"), "target", "list", "--installed"]).split()
    if target not in installed:
        raise Missing(f"the target {target} is not installed: rustup target add {target}")
    run(
        [need("cargo"), "build", "--profile", "dist", "--locked", "--package", "weighbridge-cli", "--target", target],
        cwd=root,
        env={"CARGO_PROFILE_DIST_STRIP": "true"},
    )
    binary = root / "target" / target / "dist" / "weighbridge"
    expect(not interpreter(binary), "the binary asks for no dynamic linker")
    image = scratch / "image"
    (image / "models").mkdir(parents=True)
    shutil.copy2(binary, image / "weighbridge")
    (image / "models" / "honest.pkl").write_bytes(CLEAN)
    # The binary and a model are all there is: no /proc, no /dev, no /tmp, no passwd.
    for path in [scratch, image, image / "models"]:
        path.chmod(0o755)
    if os.geteuid() != 0:
        raise Missing("only root may change the root folder; the binary was built and not run in an empty one")
    inside = [need("unshare"), "--net", need("chroot"), f"--userspec={NOBODY}", image, "/weighbridge"]
    try:
        version = run([*inside, "--version"], env={"HOME": "/nonexistent"}).strip()
    except Unexpected as error:
        if "unshare" in str(error) and "permitted" in str(error):
            raise Missing(f"no network of its own may be made here: {error}") from error
        raise
    run([*inside, "scan", "/models"])
    run([*inside, "explain", "PKL001"])
    (image / "models" / "hostile.pkl").write_bytes(DANGEROUS)
    said = run([*inside, "scan", "/models"], code=1)
    expect("PKL001/unsafe-global" in said, f"a hostile model is found:\n{said}")
    names = sorted(str(path.relative_to(image)) for path in image.rglob("*"))
    expect(names == ["models", "models/honest.pkl", "models/hostile.pkl", "weighbridge"], f"nothing is left: {names}")
    return [f"{version}, {target}, {binary.stat().st_size} bytes"]


def interpreter(binary: pathlib.Path) -> bool:
    """Says whether an ELF file of 64 bits, little endian, has a program header that names its linker."""
    elf = binary.read_bytes()
    expect(elf[:6] == b"\x7fELF\x02\x01", "the binary is ELF of 64 bits")
    number = lambda at, size: int.from_bytes(elf[at : at + size], "little")  # noqa: E731
    start, size, count = number(32, 8), number(54, 2), number(56, 2)
    return any(number(start + index * size, 4) == 3 for index in range(count))
