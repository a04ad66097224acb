"""Tells what is in a checkpoint that somebody else made: python oracle.py FILE prints its truth as JSON.

The file is loaded, by torch with `weights_only` first. Where that refuses, an unpickler loads it that knows the functions
of torch and numpy which make tensors and takes a placeholder for every other global; so a class that is not installed
does not matter, and the file executes little. It is an oracle for checkpoints that we chose, and no safe loader.
"""

import collections
import io
import json
import pickle
import sys
import types
import warnings
import zipfile
from pathlib import Path

import numpy as np
import torch

import truth

ALLOWED = {
    "collections": {"OrderedDict", "defaultdict", "Counter", "deque"},
    "_codecs": {"encode"},
    "builtins": {"set", "frozenset", "list", "dict", "tuple", "bytearray", "complex", "range", "slice", "object", "int", "float", "str", "bytes", "bool"},
    "copy_reg": {"_reconstructor"}, "copyreg": {"_reconstructor"},
    "torch": {"Size", "device", "Tensor"},
    "torch.storage": {"UntypedStorage", "TypedStorage", "_load_from_bytes"},
    "torch.nn.parameter": {"Parameter", "Buffer"},
    "torch.serialization": {"_get_layout"},
    "torch._tensor": {"_rebuild_from_type_v2"},
    "numpy": {"ndarray", "dtype", "bool_", "bool", "matrix"},
    "joblib.numpy_pickle": {"NumpyArrayWrapper", "NDArrayWrapper", "ZNDArrayWrapper"},
}  # fmt: skip
# Under these keys a converter may leave tensors out; the words of training frameworks.
ASIDE = ("optimizer", "optimizer_states", "optimizer_state_dict", "optim", "optimizers", "scheduler", "lr_scheduler", "lr_schedulers", "opt", "opt_state",
         "callbacks", "loops", "hyper_parameters", "optimizer_state", "scheduler_state_dict", "scheduler_state", "amp_scaler", "scaler", "rng_state", "trainer")  # fmt: skip


class Placeholder(dict):
    """Stands for an object whose class is not there: takes any arguments, state, items and calls."""

    def __new__(cls, *arguments, **names):
        made = super().__new__(cls)
        made.__dict__["arguments"] = arguments
        return made

    def __init__(self, *arguments, **names):
        super().__init__()

    def __setstate__(self, state):
        if isinstance(state, tuple) and len(state) == 2 and isinstance(state[1], dict):
            self.__setstate__(state[0] or {})
            state = state[1]
        if isinstance(state, dict):
            self.__dict__.update({str(k): v for k, v in state.items()})
        elif state is not None:
            self.__dict__["state"] = state

    def append(self, item):
        self[len(self)] = item

    def extend(self, items):
        for item in items:
            self.append(item)

    add = append

    def __call__(self, *arguments, **names):
        return Placeholder(*arguments)

    def __hash__(self):
        return id(self)

    def __eq__(self, other):
        return self is other


def find(module, name):
    module = {"__builtin__": "builtins", "numpy.core.multiarray": "numpy._core.multiarray", "numpy.core.numeric": "numpy._core.numeric"}.get(module, module)
    if name in ALLOWED.get(module, ()):
        found = sys.modules.get(module) or __import__(module, fromlist=["x"])
        return getattr(found, name)
    if module == "torch._utils" and name.startswith("_rebuild"):
        return getattr(torch._utils, name)
    if module.startswith("torch") and name.endswith("Storage"):
        # The unpickler of torch calls its own find_class for these first; a plain pickle has none.
        return getattr(torch, name, Placeholder)
    if module == "torch" and isinstance(getattr(torch, name, None), torch.dtype):
        return getattr(torch, name)
    if module.startswith("numpy._core") and name in ("_reconstruct", "scalar", "_frombuffer"):
        return getattr(__import__(module, fromlist=["x"]), name)
    return type(name, (Placeholder,), {"__module__": module})


class Unpickler(pickle.Unpickler):
    def find_class(self, module, name):
        return find(module, name)


def load(file, **options):
    return Unpickler(file, **{k: v for k, v in options.items() if k in ("encoding", "errors", "fix_imports")}).load()


LOADER = types.ModuleType("loader")
LOADER.Unpickler, LOADER.load, LOADER.__name__ = Unpickler, load, "loader"
LOADER.loads = lambda data, **options: load(io.BytesIO(data), **options)


def torchscript(path):
    module = torch.jit.load(str(path), map_location="cpu")
    return dict(module.state_dict())


def of_joblib(path):
    import joblib.numpy_pickle as numpy_pickle

    class NumpyUnpickler(numpy_pickle.NumpyUnpickler):
        def find_class(self, module, name):
            return find(module, name)

    before, numpy_pickle.NumpyUnpickler = numpy_pickle.NumpyUnpickler, NumpyUnpickler
    try:
        return numpy_pickle.load(str(path))
    finally:
        numpy_pickle.NumpyUnpickler = before


def ways(path):
    data = path.read_bytes()[:512]
    if data[:6] == b"\x93NUMPY":
        yield "numpy", lambda: np.load(path, allow_pickle=False)
    if zipfile.is_zipfile(path) and data[:2] == b"PK":
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
        if any(name.endswith("constants.pkl") for name in names):
            yield "torch.jit.load", lambda: torchscript(path)
        if any(name.endswith(".npy") for name in names):
            yield "numpy", lambda: dict(np.load(path, allow_pickle=False).items())
            yield "numpy, arrays of objects", lambda: readable(path)
    yield "weights_only", lambda: torch.load(path, map_location="cpu", weights_only=True)
    yield "torch.load, placeholders", lambda: torch.load(path, map_location="cpu", weights_only=False, pickle_module=LOADER)
    yield "joblib", lambda: of_joblib(path)
    yield "pickle", lambda: load(io.BytesIO(path.read_bytes()), encoding="latin1")


def readable(path):
    found = {}
    with np.load(path, allow_pickle=False) as arrays:
        for name in arrays.files:
            try:
                found[name] = arrays[name]
            except ValueError:
                pass
    return found


def walk(value):
    """As `truth.walk`, with placeholders for modules: their parameters, buffers and modules are a state dict."""
    waiting, seen = [((), value, False)], set()
    while waiting:
        path, item, aside = waiting.pop()
        if isinstance(item, (torch.Tensor, np.ndarray)):
            yield path, item, aside
            continue
        if isinstance(item, (str, bytes, int, float, complex, bool, type(None), type)) or id(item) in seen:
            continue
        seen.add(id(item))
        if isinstance(item, (Placeholder, torch.nn.Module)) and "_modules" in item.__dict__:
            fields = dict(item.__dict__)
            for group in ("_parameters", "_buffers", "_modules"):
                members = fields.pop(group, None) or {}
                loose = fields.get("_non_persistent_buffers_set", ()) if group == "_buffers" else ()
                waiting += [((*path, str(k)), v, aside or k in loose) for k, v in members.items()]
            waiting += [((*path, k), v, True) for k, v in fields.items()]
            continue
        if isinstance(item, dict):
            waiting += [((*path, str(k)), v, aside) for k, v in item.items()]
        elif isinstance(item, (list, tuple, set, frozenset, collections.deque)):
            names = getattr(item, "_fields", range(len(item)))
            waiting += [((*path, str(i)), v, aside) for i, v in zip(names, item)]
        if hasattr(item, "__dict__"):
            waiting += [((*path, k), v, aside or isinstance(item, dict) and k == "_metadata" or k == "arguments") for k, v in vars(item).items()]


def main():
    warnings.simplefilter("ignore")
    path = Path(sys.argv[1])
    errors = []
    for name, way in ways(path):
        try:
            value = way()
        except BaseException as error:
            errors.append(f"{name}: {type(error).__name__} {str(error)[:80]}".replace("\n", " "))
            continue
        found = {}
        for keys, tensor, aside in walk(value):
            entry = truth.of_tensor(tensor)
            if aside or any(part in ASIDE or "optim" in part.lower() for part in keys):
                entry["aside"] = True
            found.setdefault(".".join(keys) or "<root>", entry)
        print(json.dumps({"way": name, "tensors": found}))
        return
    print(json.dumps({"way": None, "errors": errors, "tensors": {}}))


if __name__ == "__main__":
    main()
