"""numpy arrays: .npy, .npz, pickles and joblib dumps."""

import io
import pickle
import struct
import zipfile

import joblib
import ml_dtypes
import numpy as np

import truth
from cases import add, case
from objects import SUFFIX, forgotten

KINDS = ["bool", "u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8", "c8", "c16", "g", "U4", "S4", "M8[s]", "m8[ns]", "V3"]


def array(kind, shape=(3, 4)):
    dtype = np.dtype(kind)
    data = np.random.randint(0, 256, int(np.prod(shape)) * dtype.itemsize, dtype=np.uint8)
    if kind == "bool":
        return (data & 1).astype(bool).reshape(shape)
    if dtype.kind == "U":
        return np.array(["ab", "cdef", "ü"] * 4).reshape(shape).astype(dtype)
    return data.view(dtype).reshape(shape)


def numpy_file(path, value, **options):
    with open(path, "wb") as file:
        np.save(file, value, **options)
    return truth.of(value), {"names": "any"}


for kind in KINDS:
    label = kind.replace("[", "_").replace("]", "")
    add(f"npy_{label}.npy", f".npy of {kind}", lambda path, k=kind: numpy_file(path, array(k)))
    if np.dtype(kind).itemsize > 1 and kind not in ("bool", "S4", "V3"):
        add(f"npy_{label}_big.npy", f".npy of {kind}, big-endian",
            lambda path, k=kind: numpy_file(path, array(k).astype(np.dtype(k).newbyteorder(">"))))  # fmt: skip

add("npy_fortran.npy", "Fortran order", lambda path: numpy_file(path, np.asfortranarray(array("f4", (3, 4, 5)))))
add("npy_fortran_big.npy", "Fortran order and big-endian",
    lambda path: numpy_file(path, np.asfortranarray(array("i2", (3, 4, 5)).astype(">i2"))))  # fmt: skip
add("npy_scalar.npy", "0-d", lambda path: numpy_file(path, np.array(2.5)))
add("npy_empty.npy", "empty", lambda path: numpy_file(path, np.empty((3, 0), np.int16)))
add("npy_structured.npy", "structured", lambda path: numpy_file(path, np.zeros(3, [("a", "f4"), ("b", "i2", (2,))])))
add("npy_object.npy", "an array of objects, which is a pickle", lambda path: numpy_file(path, np.array([1, "a"], object)))


@case("npy_version_2.npy", "version 2.0 of the format")
def version2(path):
    value = array("f4")
    with open(path, "wb") as file:
        np.lib.format.write_array(file, value, version=(2, 0))
    return truth.of(value), {"names": "any"}


@case("npy_version_3.npy", "version 3.0 of the format")
def version3(path):
    value = array("f4")
    with open(path, "wb") as file:
        np.lib.format.write_array(file, value, version=(3, 0))
    return truth.of(value), {"names": "any"}


@case("npy_bfloat16.npy", "bfloat16 of ml_dtypes, which numpy stores as |V2 or by a name")
def bfloat16(path):
    value = np.linspace(-2, 2, 12).astype(ml_dtypes.bfloat16).reshape(3, 4)
    numpy_file(path, value)
    found = truth.of(value.view(np.uint16))
    found["<root>"] |= {"dtype": "bfloat16"}
    return found, {"names": "any"}


def arrays():
    return {
        "f32": array("f4"), "f64_fortran": np.asfortranarray(array("f8")), "i16_big": array("i2").astype(">i2"),
        "scalar": np.array(3, np.int32), "empty": np.empty((0, 2)), "bool": array("bool"), "half": array("f2"),
        "turned": array("u4").T, "stepped": array("f4", (8, 8))[1::2, ::3], "backwards": array("f4")[::-1], "c64": array("c8"),
    }  # fmt: skip


@case("npz_stored.npz", "np.savez")
def npz(path):
    value = arrays()
    np.savez(path, **value)
    return truth.of(value)


@case("npz_compressed.npz", "np.savez_compressed")
def npz_compressed(path):
    value = arrays()
    np.savez_compressed(path, **value)
    return truth.of(value)


@case("npz_positions.npz", "arrays without names, and names with slashes and dots")
def npz_positions(path):
    value = {"arr_0": array("f4"), "arr_1": array("i8"), "a/b": array("u1"), "c.d": array("u2"), "e.npy": array("i1")}
    np.savez(path, value["arr_0"], value["arr_1"], **{k: v for k, v in value.items() if "arr" not in k})
    with np.load(path) as loaded:
        names = [n for n in loaded.files]
    return truth.of(value), {"names": "any" if set(names) != set(value) else "exact"}


@case("npz_objects.npz", "one array of objects among others")
def npz_objects(path):
    value = {"a": array("f4"), "b": np.array([1, "a"], object)}
    np.savez(path, **value)
    return truth.of(value)


@case("npz_other_members.npz", "a member that is no .npy")
def npz_members(path):
    value = {"a": array("f4")}
    np.savez(path, **value)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("README.txt", "hello")
    return truth.of(value)


for protocol in range(6):
    def pickled(path, protocol=protocol):
        value = arrays()
        path.write_bytes(pickle.dumps(value, protocol))
        return truth.of(value)

    add(f"pickle_arrays_{protocol}.pkl", f"a pickled dict of arrays, protocol {protocol}", pickled)


def pickled_value(path, value, protocol=4):
    path.write_bytes(pickle.dumps(value, protocol))
    return truth.of(value)


for kind in KINDS:
    label = kind.replace("[", "_").replace("]", "")
    add(f"pickle_{label}.pkl", f"a pickled dict with an array of {kind}",
        lambda path, k=kind: pickled_value(path, {"x": array(k), "n": 1}))  # fmt: skip


@case("pickle_structured.pkl", "structured and object arrays beside a plain one")
def structured(path):
    return pickled_value(path, {"s": np.zeros(3, [("a", "f4"), ("b", "i2")]), "o": np.array([1, "a", None], object), "x": array("f4")})


@case("pickle_subarray_types.pkl", "a recarray, a matrix and a masked array")
def subclasses(path):
    value = {"matrix": np.matrix([[1.0, 2.0]]), "masked": np.ma.masked_array([1.0, 2.0], [True, False]), "x": array("f4")}
    path.write_bytes(pickle.dumps(value, 4))
    found = truth.of({"matrix": np.asarray(value["matrix"]), "x": value["x"]})
    return found | {"masked": {"dtype": "float64", "shape": [2], "unsupported": "mask"}}, SUFFIX


@case("pickle_shared.pkl", "one array twice, and a view of it, which pickle copies")
def shared(path):
    a = array("f4")
    value = {"a": a, "b": a, "view": a[1]}
    return pickled_value(path, value, 5)


@case("pickle_estimator.pkl", "an object of a class that is gone with arrays in it, and a scalar of numpy")
def estimator(path):
    with forgotten("""
        class Estimator:
            def __init__(self, **items):
                self.__dict__.update(items)
    """) as module:
        value = module.Estimator(coef_=array("f8"), intercept_=array("f8", (2,)), n=np.int64(3), trees=[module.Estimator(values=array("i4"))])
        path.write_bytes(pickle.dumps(value, 4))
        return truth.of(value), SUFFIX


@case("pickle_list.pkl", "a list of arrays")
def listed(path):
    return pickled_value(path, [array("f4"), (array("i8"), array("u1"))]), SUFFIX


@case("pickle_root.pkl", "an array alone")
def root(path):
    return pickled_value(path, array("f4")), {"names": "any"}


@case("pickle_random_state.pkl", "a random state: an array of 624 words in a tuple")
def random_state(path):
    value = {"rng": np.random.RandomState(3), "x": array("f4")}
    path.write_bytes(pickle.dumps(value, 4))
    state = value["rng"].get_state()[1]
    return truth.of({"x": value["x"]}) | {"rng.state.key": truth.of_array(state) | {"aside": True}}, SUFFIX


JOBLIB = {
    "plain": 0, "zlib": ("zlib", 3), "gzip": ("gzip", 3), "bz2": ("bz2", 3), "xz": ("xz", 1), "lzma": ("lzma", 1), "number": 6,
}  # fmt: skip
for label, compress in JOBLIB.items():
    def dumped(path, compress=compress):
        value = arrays()
        joblib.dump(value, path, compress=compress)
        return truth.of(value)

    add(f"joblib_{label}.joblib", f"joblib, {label}", dumped)

for protocol in (2, 4, 5):
    def dumped_protocol(path, protocol=protocol):
        value = {"nested": [arrays(), {"big": array("f4", (300, 300))}]}
        joblib.dump(value, path, protocol=protocol)
        return truth.of(value), SUFFIX

    add(f"joblib_protocol_{protocol}.joblib", f"joblib, protocol {protocol}, arrays in lists in dicts", dumped_protocol)


@case("joblib_estimator.joblib", "joblib dump of an object of a class that is gone")
def joblib_estimator(path):
    with forgotten("""
        class Estimator:
            def __init__(self, **items):
                self.__dict__.update(items)
    """) as module:
        value = module.Estimator(coef_=array("f8"), classes_=np.array(["a", "b"], object), mean_=array("f4", (5,)))
        joblib.dump(value, path)
        return truth.of(value), SUFFIX


@case("joblib_objects.joblib", "joblib dump of an array of objects, whose pickle stands inside the stream, between others")
def joblib_objects(path):
    value = {"a": array("f4"), "o": np.array([1, "x", [2]], object), "b": array("i8")}
    joblib.dump(value, path)
    return truth.of(value)
