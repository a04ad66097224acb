"""What is in an object, told by torch: path, dtype, shape and SHA-256 of each tensor's C-contiguous little-endian bytes."""

import ctypes
import hashlib
import sys

import numpy as np
import torch

# The dtypes that safetensors 0.8 has. torch's writer knows the same ones but F6, E8M0FNU's name and complex128.
SAFETENSORS = {
    "bool": "BOOL", "float4_e2m1fn_x2": "F4", "uint8": "U8", "int8": "I8", "float8_e5m2": "F8_E5M2",
    "float8_e4m3fn": "F8_E4M3", "float8_e8m0fnu": "F8_E8M0", "float8_e4m3fnuz": "F8_E4M3FNUZ",
    "float8_e5m2fnuz": "F8_E5M2FNUZ", "int16": "I16", "uint16": "U16", "float16": "F16", "bfloat16": "BF16",
    "int32": "I32", "uint32": "U32", "float32": "F32", "complex64": "C64", "float64": "F64", "int64": "I64",
    "uint64": "U64",
}  # fmt: skip
REBUILT = (list, tuple, set, frozenset)


def tensor_bytes(tensor):
    """The bytes of a strided tensor, in C order and with the conjugate and negative bits applied."""
    tensor = tensor.detach()
    if tensor.is_conj():
        tensor = tensor.resolve_conj()
    if tensor.is_neg():
        tensor = tensor.resolve_neg()
    if tensor.numel() == 0:
        return b""
    if not tensor.is_contiguous():
        width = {1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64, 16: torch.complex128}
        tensor = tensor.view(width[tensor.element_size()]).clone(memory_format=torch.contiguous_format)
    return ctypes.string_at(tensor.data_ptr(), tensor.numel() * tensor.element_size())


def of_tensor(tensor):
    """The truth of one tensor; `unsupported` says why safetensors cannot hold it as it is."""
    if not isinstance(tensor, torch.Tensor):
        return of_array(tensor)
    plain = tensor.detach().as_subclass(torch.Tensor) if type(tensor) is not torch.Tensor else tensor.detach()
    name = str(plain.dtype).removeprefix("torch.")
    entry = {"dtype": name}
    if plain.is_nested:
        return entry | {"unsupported": "nested", "shape": None}
    entry["shape"] = list(plain.shape)
    if plain.is_meta:
        return entry | {"unsupported": "meta"}
    if plain.layout is not torch.strided:
        return entry | {"unsupported": str(plain.layout)} | dense(plain.to_dense())
    if plain.is_quantized:
        return entry | {"unsupported": "quantised"} | dense(plain.dequantize()) | {"integers": dense(plain.int_repr())}
    data = tensor_bytes(plain)
    entry |= {"nbytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    if name not in SAFETENSORS:
        entry["unsupported"] = "dtype"
    return entry


def dense(tensor):
    return {
        "dense": {
            "dtype": str(tensor.dtype).removeprefix("torch."),
            "shape": list(tensor.shape),
            "sha256": hashlib.sha256(tensor_bytes(tensor)).hexdigest(),
        }
    }


def of_array(array):
    array = np.asarray(array)
    name = array.dtype.name
    entry = {"dtype": name, "shape": list(array.shape)}
    if array.dtype.hasobject or array.dtype.kind not in "biufcV" or array.dtype.fields:
        return entry | {"unsupported": "dtype"}
    data = array.astype(array.dtype.newbyteorder("<"), order="C").tobytes()
    entry |= {"nbytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    if name not in SAFETENSORS:
        entry["unsupported"] = "dtype"
    return entry


def walk(value):
    """Every tensor and array in `value` with its path: keys, indexes and the names of attributes."""
    waiting, seen, kept = [((), value)], set(), []
    while waiting:
        path, item = waiting.pop()
        if isinstance(item, (torch.Tensor, np.ndarray)):
            yield path, item
            if isinstance(item, torch.Tensor):
                # What hangs on a parameter is of interest, but nobody's weight.
                for name, extra in getattr(item, "__dict__", {}).items():
                    waiting.append(((*path, name), extra))
            continue
        if isinstance(item, (str, bytes, int, float, complex, bool, type(None), type)) or id(item) in seen:
            continue
        seen.add(id(item))
        kept.append(item)
        if isinstance(item, torch.nn.Module):
            state = item.state_dict(keep_vars=True)
            waiting += [((*path, *name.split(".")), t) for name, t in state.items()]
        elif isinstance(item, dict):
            waiting += [((*path, str(key)), v) for key, v in item.items()]
        elif isinstance(item, REBUILT):
            names = getattr(item, "_fields", range(len(item)))
            waiting += [((*path, str(i)), v) for i, v in zip(names, item)]
        elif hasattr(item, "__dict__"):
            waiting += [((*path, name), v) for name, v in vars(item).items()]
        elif hasattr(item, "__slots__"):
            waiting += [((*path, n), getattr(item, n)) for n in item.__slots__ if hasattr(item, n)]


def of(value, aside=()):
    """The truth of a whole object, {path: entry}; under the keys of `aside` a converter may leave tensors out."""
    found = {}
    for path, tensor in walk(value):
        key = ".".join(path) if path else "<root>"
        entry = of_tensor(tensor)
        if any(part in aside for part in path):
            entry["aside"] = True
        assert key not in found or found[key] == entry, key
        found[key] = entry
    return dict(sorted(found.items()))


assert sys.byteorder == "little"
