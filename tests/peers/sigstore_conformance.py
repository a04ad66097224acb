#!/usr/bin/env python3
"""A client of sigstore-conformance: its command line in front, `weighbridge verify-blob` behind.

    pytest test --entrypoint=tests/peers/sigstore_conformance.py --skip-signing

of a checkout of sigstore-conformance runs the public suite against the binary that WEIGHBRIDGE names, or that
is found as `weighbridge`. The suite's protocol (its docs/cli_protocol.md) asks for

    verify-bundle [--staging] --bundle FILE
        (--certificate-identity NAME --certificate-oidc-issuer URL | --key FILE)
        [--trusted-root FILE] FILE_OR_DIGEST

and for an exit code of 0 or another one. There is no staging root in the binary, so that `--staging` without
`--trusted-root` is refused. Signing (`sign-bundle`) is no part of this client.
"""

import os
import sys


def main() -> int:
    command, arguments = sys.argv[1:2], sys.argv[2:]
    if command != ["verify-bundle"]:
        print("this client verifies bundles only", file=sys.stderr)
        return 4
    if "--staging" in arguments:
        arguments.remove("--staging")
        if "--trusted-root" not in arguments:
            print("the root of the staging instance is not built in", file=sys.stderr)
            return 2
    binary = os.environ.get("WEIGHBRIDGE", "weighbridge")
    # The options of the suite are names that `verify-blob` has beside its own.
    os.execvp(binary, [binary, "verify-blob", *arguments])


sys.exit(main())
