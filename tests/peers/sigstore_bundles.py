#!/usr/bin/env python3
"""Compares what sigstore-python and `weighbridge verify-blob` say of the bundles of sigstore-conformance, offline.

    python3 tests/peers/sigstore_bundles.py --corpus FOLDER [--binary FILE] [--python FILE]

FOLDER has `labels.tsv` and the bundles; `--python` is an interpreter in which `sigstore` is installed. Nothing is
fetched: every bundle is verified with the trusted root that it is listed with. Prints each bundle on which the two
differ, and the counts; the exit code is 0 if the binary is right about every bundle.
"""

import argparse
import csv
import json
import pathlib
import subprocess
import sys

PEER = r"""
import json, pathlib, sys
from sigstore.models import Bundle, TrustedRoot
from sigstore.verify import Verifier, policy

for line in sys.stdin:
    case = json.loads(line)
    try:
        verifier = Verifier(trusted_root=TrustedRoot.from_file(case["root"]))
        bundle = Bundle.from_json(pathlib.Path(case["bundle"]).read_bytes())
        identity = policy.Identity(identity=case["identity"], issuer=case["issuer"])
        artifact = pathlib.Path(case["artifact"]).read_bytes()
        if bundle._dsse_envelope is not None:
            kind, payload = verifier.verify_dsse(bundle, identity)
            import hashlib
            subjects = json.loads(payload)["subject"]
            digest = hashlib.sha256(artifact).hexdigest()
            if not any(subject["digest"].get("sha256") == digest for subject in subjects):
                raise ValueError("no subject is the artifact")
        else:
            verifier.verify_artifact(artifact, bundle, identity)
        answer = "valid"
    except Exception as error:
        answer = "invalid"
    print(json.dumps([case["name"], answer]), flush=True)
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=pathlib.Path, required=True)
    parser.add_argument("--binary", default="target/debug/weighbridge")
    parser.add_argument("--python", default=sys.executable)
    arguments = parser.parse_args()
    with open(arguments.corpus / "labels.tsv", encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))
    ours, expected, asked = {}, {}, []
    for row in rows:
        name = row["path"]
        bundle = arguments.corpus / name / "bundle.sigstore.json"
        root = arguments.corpus / row["trusted_root"]
        artifact = arguments.corpus / row["artifact"]
        command = [arguments.binary, "verify-blob", artifact, "--bundle", bundle, "--trusted-root", root]
        identity, _, issuer = row["identity issuer"].partition(" ")
        if issuer:
            command += ["--identity", identity, "--issuer", issuer]
            case = dict(name=name, bundle=str(bundle), root=str(root), artifact=str(artifact))
            asked.append(dict(case, identity=identity, issuer=issuer))
        else:
            command += ["--key", arguments.corpus / name / identity]
        code = subprocess.run(command, capture_output=True).returncode
        ours[name] = {0: "valid", 1: "invalid", 2: "invalid"}.get(code, f"exit {code}")
        expected[name] = row["expected"]
    lines = "".join(json.dumps(case) + "\n" for case in asked)
    peer = subprocess.run([arguments.python, "-c", PEER], input=lines, text=True, capture_output=True)
    theirs = dict(json.loads(line) for line in peer.stdout.splitlines())
    if len(theirs) != len(asked):
        print(peer.stderr, file=sys.stderr)
        return 2
    for name in expected:
        if ours[name] != expected[name] or theirs.get(name, expected[name]) != expected[name]:
            print(f"{name}: expected {expected[name]}, weighbridge {ours[name]}, sigstore {theirs.get(name)}")
    right = sum(ours[name] == expected[name] for name in expected)
    peer_right = sum(theirs[name] == expected[name] for name in theirs)
    print(f"weighbridge: {right} of {len(expected)} right")
    print(f"sigstore: {peer_right} of {len(theirs)} right; it has no managed keys")
    return 0 if right == len(expected) else 1


sys.exit(main())
