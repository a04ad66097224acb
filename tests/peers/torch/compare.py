"""Converts checkpoints with `weighbridge convert` and holds what comes out against the truth.

Nothing of weighbridge is believed: the safetensors files are read here, and again by the reference where it is there.
"""

import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

# The names of safetensors for torch's and numpy's dtypes, and how often the last dimension counts.
DTYPES = {
    "bool": "BOOL", "uint8": "U8", "int8": "I8", "float8_e5m2": "F8_E5M2", "float8_e4m3fn": "F8_E4M3",
    "float8_e8m0fnu": "F8_E8M0", "float8_e4m3fnuz": "F8_E4M3FNUZ", "float8_e5m2fnuz": "F8_E5M2FNUZ", "int16": "I16",
    "uint16": "U16", "float16": "F16", "bfloat16": "BF16", "int32": "I32", "uint32": "U32", "float32": "F32",
    "complex64": "C64", "float64": "F64", "int64": "I64", "uint64": "U64", "float4_e2m1fn_x2": "F4",
}  # fmt: skip
# Of any one file here; seconds and bytes.
SECONDS, MEMORY = 60, 700 << 20


@dataclass
class Run:
    code: int
    stdout: str
    stderr: str
    seconds: float
    cpu: float
    memory: int

    def died(self):
        """Whether it ended by a panic or a signal, or was too slow or too large."""
        if self.code in (101, 134, 139) or self.code < 0 or "panicked" in self.stderr:
            return f"died with {self.code}: {self.stderr.strip()[-300:]}"
        if self.memory > MEMORY:
            return f"{self.memory >> 20} MiB"
        return None


def run(command, limits=None, seconds=SECONDS):
    """Runs a command, counting its time and memory; a timeout is the code -9."""
    began = time.monotonic()
    out, err = os.memfd_create("out"), os.memfd_create("err")
    memory = 0
    program = os.path.realpath(command[0])
    process = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=out, stderr=err, preexec_fn=limits, restore_signals=limits is None)
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        if time.monotonic() - began > seconds:
            process.kill()
            _, status, usage = os.wait4(process.pid, 0)
            break
        memory = max(memory, resident(process.pid, program))
        time.sleep(0.001)
    process.returncode = code = os.waitstatus_to_exitcode(status)
    texts = []
    for descriptor in (out, err):
        os.lseek(descriptor, 0, 0)
        with os.fdopen(descriptor, "rb") as file:
            texts.append(file.read().decode(errors="replace"))
    return Run(code, *texts, time.monotonic() - began, usage.ru_utime + usage.ru_stime, memory)


def resident(pid, program):
    """The most memory that a process had, in bytes. What `wait` says of it counts the memory of who started it, too."""
    try:
        if os.readlink(f"/proc/{pid}/exe") != program:
            return 0
        with open(f"/proc/{pid}/status") as status:
            return next((int(line.split()[1]) << 10 for line in status if line.startswith("VmHWM")), 0)
    except OSError:
        return 0


def pairs(found):
    keys = [key for key, _ in found]
    assert len(set(keys)) == len(keys), "a duplicate key"
    return dict(found)


def read(path):
    """The tensors and the metadata of a safetensors file: {name: (dtype, shape, digest)}, {key: value}."""
    data = Path(path).read_bytes()
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size], object_pairs_hook=pairs)
    assert data[8:9] == b"{" and len(data) >= 8 + size, "not a header"
    metadata, body, at, found = header.pop("__metadata__", {}), memoryview(data)[8 + size :], 0, {}
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        begin, end = entry["data_offsets"]
        assert begin == at, "a hole"
        at = end
        found[name] = (entry["dtype"], entry["shape"], hashlib.sha256(body[begin:end]).hexdigest())
    assert at == len(body), "bytes behind the data"
    try:
        from safetensors import deserialize
    except ImportError:
        pass
    else:
        deserialize(data)
    return found, metadata


def read_output(path, sharded):
    if not sharded:
        return read(path)
    indexes = list(Path(path).glob("*.safetensors.index.json"))
    assert len(indexes) == 1, f"{len(indexes)} indexes"
    index = json.loads(indexes[0].read_text(), object_pairs_hook=pairs)
    found, metadata = {}, {}
    for shard in sorted(set(index["weight_map"].values())):
        assert "/" not in shard, shard
        part, more = read(Path(path) / shard)
        for name in part:
            assert index["weight_map"].get(name) == shard and name not in found, f"{name} is not where the index says"
        found |= part
        metadata |= more
    assert set(index["weight_map"]) == set(found), "the index names other tensors"
    return found, metadata


def said(entry):
    """The truth in the words of safetensors: (dtype, shape, digest)."""
    dtype, shape = DTYPES.get(entry["dtype"]), list(entry["shape"] or [])
    if dtype == "F4":
        # Two elements are one of torch's; half a byte cannot be written, so a scalar is a vector of two.
        shape = [*shape[:-1], shape[-1] * 2] if shape else [2]
    return dtype, shape, entry.get("sha256")


def names_for(key, mode):
    """What a tensor at `key` may be called."""
    if mode == "suffix":
        parts = key.split(".")
        return [".".join(parts[i:]) for i in range(len(parts))]
    return [key]


@dataclass
class Answer:
    """What became of one checkpoint."""

    exact: int = 0
    tied: int = 0
    refused: dict = field(default_factory=dict)
    left_out: dict = field(default_factory=dict)
    wrong: list = field(default_factory=list)
    seconds: float = 0.0
    cpu: float = 0.0
    memory: int = 0

    def kind(self):
        return "wrong" if self.wrong else "exact" if self.exact or self.tied else "refused"


def told(report):
    """{name or path: (status, reason, digest)} of every tensor that a report lists."""
    found = {}
    for row in rows(report):
        status = str(row.get("status") or row.get("outcome") or row.get("became") or "")
        reason = row.get("reason") or row.get("why") or row.get("because")
        for key in ("name", "output", "path", "source", "keys"):
            value = row.get(key)
            if isinstance(value, list) and all(isinstance(part, (str, int)) for part in value):
                value = ".".join(map(str, value))
            if isinstance(value, str):
                found.setdefault(value, (status, reason, row))
    return found


def rows(report):
    waiting = [report]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            listed = item.get("tensors")
            if isinstance(listed, list) and all(isinstance(row, dict) for row in listed):
                yield from listed
            waiting.extend(value for key, value in item.items() if key != "tensors")
        elif isinstance(item, list):
            waiting.extend(item)


def match(truth, output, metadata, mode, answer, report, allowed=()):
    """Holds an output against the truth; `allowed` are the keys that may be missing without a word of the report."""
    free = dict(output)
    by_content = {}
    for name, content in output.items():
        by_content.setdefault(json.dumps(content), []).append(name)
    status = told(report) if report else {}
    taken = {}
    # The whole path first and then less and less of it, so that no tensor takes the name of another one's path.
    left = {key: said(entry) for key, entry in truth.items()}
    for depth in range(max((len(names_for(key, mode)) for key in truth), default=0)):
        for key, want in list(left.items()):
            names = names_for(key, mode)[depth : depth + 1]
            if mode == "any":
                names = by_content.get(json.dumps(list(want)), [])
            name = next((n for n in names if n in free and list(free[n]) == list(want)), None)
            if name is not None:
                taken[key] = name
                free.pop(name)
                left.pop(key)
                answer.exact += 1
    missing = [(key, truth[key], want) for key, want in left.items()]
    for key, entry, want in missing:
        kept = next((metadata[n] for n in names_for(key, mode) if n in metadata and metadata[n] in output), None)
        if kept is not None and list(output[kept]) == list(want):
            answer.tied += 1
            continue
        if kept is not None:
            answer.wrong.append(f"`{key}` is said to be tied to `{kept}`, which is another tensor")
            continue
        named = next((n for n in names_for(key, mode) if n in free), None)
        word = next((status[n] for n in [key, *names_for(key, mode)] if n in status), None)
        if named is not None and not entry.get("unsupported"):
            got = free.pop(named)
            answer.wrong.append(f"`{key}` is {got[0]} {got[1]} {got[2][:8]}, should be {want[0]} {want[1]} {str(want[2])[:8]}")
        elif entry.get("unsupported"):
            answer.refused[key] = word[1] if word else None
            if word is None and report and key not in allowed:
                answer.wrong.append(f"`{key}` ({entry['unsupported']}) is neither written nor spoken of")
        elif entry.get("aside"):
            answer.left_out[key] = word[1] if word else None
            if word is None and report and key not in allowed:
                answer.wrong.append(f"`{key}` (aside) is left out in silence")
        else:
            other = [n for n in by_content.get(json.dumps(list(want)), []) if n in free]
            if other:
                free.pop(other[0])
                answer.wrong.append(f"`{key}` is called `{other[0]}`")
            else:
                answer.wrong.append(f"`{key}` {entry['dtype']} {entry['shape']} is missing" + (f": {word[0]} {word[1]}" if word else ""))
    aside = {json.dumps(list(said(e))): k for k, e in truth.items()}
    for name, content in free.items():
        if mode != "parts" and json.dumps(list(content)) not in aside:
            answer.wrong.append(f"`{name}` {content[0]} {content[1]} is in no checkpoint")
    return taken


def convert(binary, source, target, *options):
    report, target = Path(f"{target}.report.json"), Path(target)
    for path in (report, target):
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    if target.suffix != ".safetensors":
        # Shards go into a folder that is there.
        target.mkdir()
    done = run([binary, "convert", source, target, "--report", report, *options])
    try:
        return done, json.loads(report.read_text())
    except (OSError, ValueError):
        return done, None


def sha256(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def texts(value):
    """Every string in a report."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)


def judge(binary, folder, case, work):
    """Converts one case in every way that it calls for; `folder` holds the checkpoints, `work` is free for use."""
    answer = Answer()
    truth, source, sharded = case["tensors"], Path(folder) / case["input"], case.get("sharded", False)
    target = Path(work) / ("out" if sharded else "out.safetensors")
    mode = case["names"]
    unsupported = [k for k, e in truth.items() if e.get("unsupported")]
    done, report = convert(binary, source, target)
    answer.seconds, answer.cpu, answer.memory = done.seconds, done.cpu, done.memory
    if died := done.died():
        answer.wrong.append(died)
        return answer
    if case.get("dangerous"):
        if done.code != 1 or target.exists():
            answer.wrong.append(f"a dangerous pickle is converted without being asked to: exit code {done.code}")
        done, report = convert(binary, source, target, "--allow-dangerous")
        if report and not any("PKL" in text for text in texts(report)):
            answer.wrong.append("the report does not say that the pickle is dangerous")
    options = ["--allow-dangerous"] if case.get("dangerous") else []
    if done.code == 1 and not options and not target.exists() and dangerous(done, report):
        # The judge of pickles has something against it: an honest file, but converted on request only.
        answer.left_out["(file)"] = "dangerous"
        options = ["--allow-dangerous"]
        done, report = convert(binary, source, target, *options)
    if done.code == 1:
        if target.is_file() or target.is_dir() and any(target.iterdir()):
            answer.wrong.append("exit code 1, and yet an output")
        if not unsupported:
            answer.wrong.append(f"refused: {done.stderr.strip()[-300:]}")
            return answer
        if report is None:
            answer.wrong.append("refused without a report")
        options.append("--leave-out-refused")
        done, report = convert(binary, source, target, *options)
        if done.code == 1 and target.exists():
            # Something was refused, and that is said by the exit code; the rest is written.
            done.code = 0
        if died := done.died():
            answer.wrong.append(died)
    elif unsupported and done.code == 0:
        written = [k for k in unsupported if truth[k]["unsupported"] not in ("name",)]
        if written:
            answer.wrong.append(f"exit code 0 although {written[:3]} cannot be written")
    if case.get("nothing") or not any(not e.get("unsupported") for e in truth.values()):
        if done.code == 0 and target.exists():
            output, _ = read_output(target, sharded)
            if output and not case.get("constants"):
                match(truth, output, {}, mode, answer, report)
        elif done.code not in (1, 2, 3) or target.exists():
            answer.wrong.append(f"exit code {done.code} for nothing")
        for key in unsupported:
            answer.refused.setdefault(key, None)
        return answer
    everything_aside = all(e.get("aside") or e.get("unsupported") for e in truth.values())
    if done.code != 0:
        if not (everything_aside and done.code == 3):
            answer.wrong.append(f"exit code {done.code}: {done.stderr.strip()[-300:]}")
        return answer
    try:
        output, metadata = read_output(target, sharded)
    except Exception as error:
        answer.wrong.append(f"the output cannot be read: {type(error).__name__} {error}")
        return answer
    if report is None:
        answer.wrong.append("no report")
    match(truth, output, metadata, mode, answer, report)
    if answer.wrong:
        return answer
    # The report names the digests of what was read and written.
    if report and not sharded:
        said_texts = list(texts(report))
        for path in (source, target):
            digest = sha256(path)
            if not any(digest in text for text in said_texts):
                answer.wrong.append(f"the report has no digest of {path.name}")
        check_rows(report, source, target, answer)
    check_verify(binary, source, target, sharded, options, answer)
    if answer.tied:
        done, report = convert(binary, source, target, *options, "--duplicate-tied")
        again = Answer()
        output, metadata = read_output(target, sharded) if done.code == 0 else ({}, {})
        match(truth, output, metadata, mode, again, report)
        if again.tied or again.wrong or done.code:
            answer.wrong.append(f"--duplicate-tied: exit code {done.code}, {again.tied} tied, {again.wrong[:2]}")
    if any("dense" in e for e in truth.values()):
        filled = {k: e | e["dense"] | {"unsupported": None} if "dense" in e else e for k, e in truth.items()}
        done, report = convert(binary, source, target, *options, "--sparse", "dense", "--quantised", "dequantise")
        again = Answer()
        if target.exists():
            match(filled, *read_output(target, sharded), mode, again, report)
        if done.code and not target.exists() or again.wrong:
            answer.wrong.append(f"dense: exit code {done.code}, {again.wrong[:3]} {done.stderr.strip()[-200:] if done.code else ''}")
        done, _ = convert(binary, source, target, *options, "--sparse", "parts", "--quantised", "parts")
        if not target.exists() or done.died():
            answer.wrong.append(f"parts: exit code {done.code}: {done.stderr.strip()[-200:]}")
        else:
            read_output(target, sharded)
    return answer


def check_rows(report, source, target, answer):
    """What the report says of each tensor is so: the digests and ranges of the output, and the range of the input."""
    before, after = Path(source).read_bytes(), Path(target).read_bytes()
    for row in rows(report):
        for part in row.get("outputs", []):
            data = after[part["byte_start"] : part["byte_end"]]
            digest = "sha256:" + hashlib.sha256(data).hexdigest()
            if part["digest"] != digest:
                answer.wrong.append(f"the report has another digest of `{part['name']}`")
            start, end = row["source"]["byte_start"], row["source"]["byte_end"]
            whole = row["status"] == "converted" and len(row["outputs"]) == 1 and start is not None and end - start == len(data)
            if whole and dense_rows(row["source"]) and before[start:end] != data and sorted(before[start:end]) != sorted(data) and "conj" not in str(source) and "neg" not in str(source):
                answer.wrong.append(f"`{part['name']}` is not at bytes {start}..{end} of the input")


def dense_rows(source):
    """Whether the elements follow each other as they are indexed."""
    step = 1
    for size, stride in reversed(list(zip(source["shape"], source["stride"]))):
        if size != 1 and stride != step:
            return False
        step *= size
    return True


def dangerous(done, report):
    return bool((report or {}).get("dangerous")) or "allow-dangerous" in done.stdout + done.stderr


def check_verify(binary, source, target, sharded, options, answer):
    """`--verify` agrees, and disagrees once a byte of the data is another; a second conversion does not overwrite."""
    options = [o for o in options if o != "--report"]
    done = run([binary, "convert", "--verify", source, target, *options])
    if done.code and not (done.code == 1 and "--leave-out-refused" in options) or done.died():
        answer.wrong.append(f"--verify of what was just converted: exit code {done.code}: {(done.stdout + done.stderr).strip()[-300:]}")
        return
    file = sorted(Path(target).glob("*.safetensors"))[0] if sharded else Path(target)
    data = bytearray(file.read_bytes())
    before = bytes(data)
    if len(data) > 8 + int.from_bytes(data[:8], "little"):
        data[-1] ^= 1
        file.write_bytes(data)
        done = run([binary, "convert", "--verify", source, target, *options])
        if done.code != 1:
            answer.wrong.append(f"--verify does not see another byte: exit code {done.code}")
        file.write_bytes(before)
    done = run([binary, "convert", source, target, *options])
    if done.code != 4 or file.read_bytes() != before:
        answer.wrong.append(f"a second conversion has exit code {done.code}, not 4")


def compare(binary, folder, truth, work, only=""):
    """All cases of a folder; prints what is wrong and returns the answers."""
    answers = {}
    for name, case in truth.items():
        if only not in name:
            continue
        answers[name] = answer = judge(binary, folder, case, work)
        for problem in answer.wrong[:4]:
            print(f"WRONG {name}: {problem}  ({case['note']})", flush=True)
        if len(answer.wrong) > 4:
            print(f"WRONG {name}: and {len(answer.wrong) - 4} more")
    return answers


def summary(answers):
    kinds = {kind: sum(a.kind() == kind for a in answers.values()) for kind in ("exact", "refused", "wrong")}
    tensors = sum(a.exact for a in answers.values())
    return (f"{len(answers)} checkpoints: {kinds['exact']} byte-exact, {kinds['refused']} refused with a reason, {kinds['wrong']} wrong; "
            f"{tensors} tensors exact, {sum(a.tied for a in answers.values())} tied, {sum(len(a.refused) for a in answers.values())} refused, "
            f"{sum(len(a.left_out) for a in answers.values())} left out; slowest {max((a.seconds for a in answers.values()), default=0):.2f} s, "
            f"largest {max((a.memory for a in answers.values()), default=0) >> 20} MiB")  # fmt: skip


def main():
    binary, folder, *only = sys.argv[1:]
    work = Path(folder) / "work"
    work.mkdir(exist_ok=True)
    truth = json.loads((Path(folder) / "truth.json").read_text())
    answers = compare(binary, folder, truth, work, *only)
    shutil.rmtree(work)
    print(summary(answers))
    sys.exit(any(a.wrong for a in answers.values()))


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
