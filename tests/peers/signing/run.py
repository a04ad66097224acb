"""Asks weighbridge, and the reference if asked to, about every case of `cases.py`; then each signs and the other verifies.

Exit code 1 if weighbridge is wrong anywhere. See README.md beside this file.
"""

import argparse
import collections
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
VENV = HERE / "venv"
PACKAGES = ["model-signing==1.1.1", "pyopenssl==26.4.0", "blake3"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weighbridge", type=pathlib.Path, default=HERE.parents[2] / "target" / "release" / "weighbridge", help="the binary to ask")
    parser.add_argument("--venv", type=pathlib.Path, default=VENV, help="where the reference is installed")
    parser.add_argument("--reference", action="store_true", help="ask the reference about the cases too")
    parser.add_argument("--keep", type=pathlib.Path, help="write the cases into this folder and leave them there")
    return parser.parse_args()


def install(venv):
    """Makes the environment, and runs this script in it."""
    python = venv / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet"] + PACKAGES, check=True)
    return subprocess.run([str(python), str(HERE / "run.py")] + sys.argv[1:], check=False).returncode


CODES = {0: "valid", 1: "invalid", 2: "unreadable"}


def answered(command):
    """Runs weighbridge: the word for its exit code, and what it said."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=120)
    said = (done.stdout + done.stderr).decode("utf-8", "replace").strip().replace("\n", " | ")
    return CODES.get(done.returncode, "exit %d" % done.returncode), said


def agrees(expected, answer):
    return answer == expected or (expected == "refused" and answer in ("invalid", "unreadable"))


def judge(options, folder):
    import cases
    counts = collections.Counter()
    wrong = 0
    for case in cases.all_cases():
        model, bundle, arguments = case.write(folder)
        answer, said = answered([str(options.weighbridge), "verify", str(model), "--signature", str(bundle)] + arguments)
        reference = ""
        if options.reference:
            reference = by_reference(case, model, bundle, arguments)
            counts["reference " + ("right" if agrees(case.expected, reference) or (reference == "invalid" and case.expected != "valid") else "wrong")] += 1
        good = agrees(case.expected, answer)
        counts["right" if good else "wrong"] += 1
        if not good:
            wrong += 1
            print("WRONG %s: wanted %s, is %s (%s)\n    %s" % (case.name, case.expected, answer, case.why, said[:400]))
    print(", ".join("%s %d" % one for one in sorted(counts.items())))
    return wrong


def by_reference(case, model, bundle, arguments):
    """Asks the reference's own command, with the options that it has."""
    kind = "key" if "--key" in arguments else "certificate"
    renamed = {"--key": "--public_key", "--certificate-chain": "--certificate_chain", "--ignore-path": "--ignore-paths", "--ignore-unsigned-files": "--ignore_unsigned_files", "--allow-symlinks": "--allow_symlinks"}
    given = [renamed.get(one, one) for one in arguments]
    if "--ignore-paths" in given:
        at = given.index("--ignore-paths") + 1
        given[at] = str(model / given[at])
    done = subprocess.run([sys.executable, "-m", "model_signing", "verify", kind, str(model), "--signature", str(bundle)] + given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    return "valid" if done.returncode == 0 else "invalid"


CONFIGURATIONS = [("files", kind, None) for kind in ("sha256", "blake2", "blake3")] + [("shards", kind, size) for kind in ("sha256", "blake2") for size in (1000, 100000)]


def hashing_of(method, kind, size):
    import model_signing.hashing
    made = model_signing.hashing.Config()
    if method == "files":
        return made.use_file_serialization(hashing_algorithm=kind)
    return made.use_shard_serialization(hashing_algorithm=kind, shard_size=size)


def cross(options, folder):
    """The reference signs and weighbridge verifies, and the other way round, with every hash and both methods."""
    import model_signing.signing
    import model_signing.verifying

    import cases
    wrong = known = 0
    for method, kind, size in CONFIGURATIONS:
        for key, curve in ((cases.P256, "p256"), (cases.P384, "p384"), (cases.P521, "p521")):
            label = "%s-%s-%s-%s" % (method, kind, size, curve)
            here = folder / ("cross-" + label)
            model = here / "model"
            for name, data in cases.FILES.items():
                (model / name).parent.mkdir(parents=True, exist_ok=True)
                (model / name).write_bytes(data)
            (here / "key.pem").write_bytes(key.private_pem())
            (here / "key.pub").write_bytes(key.pem)
            theirs, ours = here / "theirs.sig", here / "ours.sig"
            model_signing.signing.Config().use_elliptic_key_signer(private_key=here / "key.pem").set_hashing_config(hashing_of(method, kind, size)).sign(model, theirs)
            answer, said = answered([str(options.weighbridge), "verify", str(model), "--signature", str(theirs), "--key", str(here / "key.pub")])
            if answer != "valid":
                wrong += 1
                print("WRONG the reference signed %s, weighbridge says %s: %s" % (label, answer, said[:300]))
            command = [str(options.weighbridge), "sign", str(model), "--method", "key", "--key", str(here / "key.pem"), "--signature", str(ours), "--hash", {"blake2": "blake2b"}.get(kind, kind)]
            if size:
                command += ["--shard-size", str(size)]
            answer, said = answered(command)
            if answer != "valid":
                wrong += 1
                print("WRONG weighbridge does not sign %s: %s %s" % (label, answer, said[:300]))
                continue
            try:
                model_signing.verifying.Config().use_elliptic_key_verifier(public_key=here / "key.pub").set_hashing_config(hashing_of(method, kind, size)).verify(model, ours)
            except Exception as error:
                # It calls the algorithm of shards by a name of its own and takes the specification's for a difference.
                if method == "shards" and "-sharded-" in str(error):
                    known += 1
                    continue
                wrong += 1
                print("WRONG weighbridge signed %s, the reference says %s: %s" % (label, type(error).__name__, str(error)[:300]))
    print("crossed %d configurations, wrong %d; %d sharded ones that the reference does not know by the specification's names" % (len(CONFIGURATIONS) * 3, wrong, known))
    return wrong


def main():
    options = arguments()
    if pathlib.Path(sys.prefix) != options.venv.resolve():
        sys.exit(install(options.venv.resolve()))
    folder = options.keep or pathlib.Path(tempfile.mkdtemp(prefix="oms-cases-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        wrong = judge(options, folder) + cross(options, folder)
    finally:
        if not options.keep:
            shutil.rmtree(folder)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
