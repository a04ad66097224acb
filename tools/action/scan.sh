#!/usr/bin/env bash
# The step of action.yml that scans. Everything that a workflow sets comes through the environment and is passed
# on as it is: nothing here is evaluated. The step ends with the code of the scan.
set -euo pipefail

binary="${WEIGHBRIDGE_BINARY:-}"
if [[ -z "${binary}" ]]; then
    binary="${RUNNER_TEMP:?}/weighbridge/bin/weighbridge"
fi

arguments=(scan --format github --fail-on "${WEIGHBRIDGE_FAIL_ON:-medium}")
if [[ -n "${WEIGHBRIDGE_SARIF:-}" ]]; then
    arguments+=(--output "sarif=${WEIGHBRIDGE_SARIF}")
fi
if [[ -n "${WEIGHBRIDGE_JUNIT:-}" ]]; then
    arguments+=(--output "junit=${WEIGHBRIDGE_JUNIT}")
fi

# Adds the lines of a text that are not empty, without the blanks around them. (The bash of macOS has no mapfile.)
add_lines() {
    local line
    while read -r line || [[ -n "${line}" ]]; do
        line="${line%$'\r'}"
        if [[ -n "${line}" ]]; then
            arguments+=("${line}")
        fi
    done <<<"$1"
}

add_lines "${WEIGHBRIDGE_ARGS:-}"
arguments+=(--)
add_lines "${WEIGHBRIDGE_PATH:-}"

code=0
"${binary}" "${arguments[@]}" || code=$?
printf 'exit-code=%s\n' "${code}" >>"${GITHUB_OUTPUT:-/dev/null}"
if [[ "${code}" == 3 && "${WEIGHBRIDGE_ALLOW_NOTHING:-false}" == true ]]; then
    code=0
fi
exit "${code}"
