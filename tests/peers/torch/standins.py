"""Lets the CUDA build of torch load without CUDA's libraries, of several gigabytes.

The wheel of torch on PyPI is linked against them and refuses to load where they are missing, though nothing of what is
done here calls them. For each that is missing a library with the same name, versions and symbols is made, in which
every function returns an error. The runtime library is small and asked while loading: that one has to be the real one.
"""

import re
import subprocess
import sysconfig
from pathlib import Path

SYSTEM = re.compile(r"^(libc|libm|libstdc\+\+|libgcc_s|libpthread|libdl|ld-linux.*|librt|libz|libcuda)\.so")


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def needed(library):
    return re.findall(r"\(NEEDED\).*\[(.*?)\]", output("readelf", "-d", str(library)))


def versions(library):
    """Which versions of which other library `library` asks for, {version: library}."""
    owner, found = None, {}
    for line in output("readelf", "-V", str(library)).splitlines():
        if match := re.search(r"Version: 1  File: (\S+)", line):
            owner = match[1]
        elif (match := re.search(r"Name: (\S+)  Flags", line)) and owner:
            found[match[1]] = owner
        elif "section" in line:
            owner = None
    return found


def make(site):
    folder = site / "torch" / "lib"
    runtime = next(site.glob("nvidia/**/libcudart.so.*"))
    link = folder / runtime.name
    if not link.exists():
        link.symlink_to(runtime)
    objects = [p for p in folder.glob("lib*torch*.so*")] + [p for p in folder.glob("lib*c10*.so*")]
    objects += [folder / "libshm.so", folder / "libcaffe2_nvrtc.so"]
    missing, defined, undefined, owners = set(), set(), {}, {}
    for library in objects:
        missing.update(n for n in needed(library) if not SYSTEM.match(n) and not (folder / n).exists())
        owners.update({v: o for v, o in versions(library).items()})
        for line in output("nm", "-D", str(library)).splitlines():
            *rest, kind, name = line.split()
            bare, _, version = name.partition("@")
            if rest:
                defined.add(bare)
            elif kind == "U":
                undefined[bare] = version.lstrip("@")
    parts = {name: {} for name in missing}
    spare = min(missing, default=None)
    for symbol, version in undefined.items():
        if symbol in defined:
            continue
        owner = owners.get(version) if version else spare if re.match(r"(__)?(nv|cu|nccl)", symbol) else None
        if owner in parts:
            parts[owner].setdefault(version, []).append(symbol)
    for name, symbols in parts.items():
        for version, owner in owners.items():
            if owner == name:
                symbols.setdefault(version, [])
        build(folder / name, symbols)


def build(path, symbols):
    plain = symbols.pop("", [])
    every = sorted(set(plain).union(*symbols.values()))
    source = ".text\n" + "".join(f".globl {s}\n.type {s},@function\n{s}:\n" for s in every)
    source += "mov $1,%eax\nret\n.section .note.GNU-stack,\"\",@progbits\n"
    script = path.with_suffix(".map")
    nodes = [f"{v} {{ {'global: ' + '; '.join(s) + ';' if s else ''} }};" for v, s in symbols.items()]
    script.write_text("\n".join(nodes) + "\n")
    command = ["cc", "-x", "assembler", "-", "-shared", "-nostdlib", "-o", str(path), f"-Wl,-soname,{path.name}"]
    if symbols:
        command.append(f"-Wl,--version-script={script}")
    subprocess.run(command, input=source, text=True, check=True)
    script.unlink()


if __name__ == "__main__":
    make(Path(sysconfig.get_paths()["purelib"]))
