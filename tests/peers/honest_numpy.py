"""Honest objects of numpy: one expression a line, each made and pickled by itself."""

import datetime
import functools
import io
import operator

import numpy as np

NAMESPACE = {"np": np, "datetime": datetime, "functools": functools, "operator": operator}

TYPES = "? b B h H i I l L q Q e f d g F D G".split()
ARRAYS = [
    "np.arange(6).reshape(2, 3)", "np.arange(6.0)", "np.asfortranarray(np.arange(6.0).reshape(2, 3))",
    "np.array(5)", "np.array(5.0)", "np.zeros((0,))", "np.zeros((3, 0, 2))", "np.ones((2, 2, 2, 2))",
    "np.arange(10)[::2]", "np.arange(10)[::-1]", "np.arange(12).reshape(3, 4).T", "np.arange(12).reshape(3, 4)[:, 1:3]",
    "np.broadcast_to(np.arange(3), (4, 3))", "np.arange(5, dtype='>i4')", "np.arange(5, dtype='<f8')",
    "np.array(['a', 'bcd', ''])", "np.array(['a', 'bcd'], dtype='>U5')", "np.array([b'a', b'bcd'])", "np.array([b'x'], dtype='V4')",
    "np.array([1, 'a', None, 2.5], dtype=object)", "np.array([[1, 2], [3]] + [None], dtype=object)",
    "np.array([{'a': 1}, [2], (3,)], dtype=object)", "np.array(None)", "np.array([], dtype=object)",
    "np.array([np.arange(3), np.arange(4.0), None], dtype=object)", "np.array([np.float64(1), np.int8(2)], dtype=object)",
    "np.array([datetime.date(2024, 1, 1)], dtype=object)", "np.array([int, str], dtype=object)", "np.array([len, np.sum], dtype=object)",
    "np.array([(1, 2.0, 'x')], dtype=[('a', 'i4'), ('b', 'f8'), ('c', 'U3')])",
    "np.zeros(3, dtype=[('a', 'i4', (2, 3)), ('b', [('c', 'f4'), ('d', 'S2')])])",
    "np.zeros(3, dtype=np.dtype([('a', 'i1'), ('b', 'f8')], align=True))",
    "np.zeros(2, dtype={'names': ['a', 'b'], 'formats': ['i4', 'f8'], 'offsets': [0, 8], 'itemsize': 32})",
    "np.zeros(2, dtype={'names': ['a'], 'formats': ['i4'], 'titles': ['Title']})",
    "np.zeros(2, dtype=[('o', 'O'), ('n', 'i4')])", "np.zeros((), dtype=[('a', 'i4')])", "np.zeros(2, dtype=[('a', 'i4')])[0]",
    "np.array(['2024-01-01', 'NaT'], dtype='datetime64[D]')", "np.array([1, 2], dtype='timedelta64[ms]')",
    "np.array(['2024-01-01'], dtype='datetime64[25s]')", "np.array([], dtype='datetime64[ns]')",
    "np.ma.array([1, 2, 3], mask=[0, 1, 0])", "np.ma.array([1.0, 2.0], mask=False, fill_value=9)", "np.ma.masked", "np.ma.nomask",
    "np.ma.masked_all((2, 2))", "np.ma.array([(1, 2.0)], dtype=[('a', int), ('b', float)], mask=[(0, 1)])",
    "np.ma.masked_invalid([1.0, np.nan])", "np.ma.mrecords.fromarrays([[1, 2], [3.0, 4.0]], names='a,b')",
    "np.matrix([[1, 2], [3, 4]])", "np.matrix('1.5 2')", "np.rec.array([(1, 'x')], names='a,b')", "np.rec.array([(1, 'x')], names='a,b')[0]",
    "np.rec.fromarrays([[1, 2], [3.0, 4.0]], names='a,b')", "np.char.array(['a', 'b'])", "np.array([1, 2]).view(np.recarray)",
    "np.random.RandomState(0).rand(200, 50)", "np.arange(100000)", "np.zeros((50, 50), dtype=bool)", "np.arange(3).flags.writeable",
    "[np.arange(3), np.arange(3)]", "{'w': np.ones((3, 3)), 'b': np.zeros(3), 'n': 3}", "(np.arange(5),) * 3",
    "{i: np.full(4, i) for i in range(50)}", "[np.float32(i) for i in range(100)]",
    "np.array(['a', None], dtype=np.dtypes.StringDType(na_object=None))", "np.array(['a', 'long ' * 20], dtype='T')",
]
SCALARS = [
    "np.float64(1.5)", "np.float32('nan')", "np.float16(1)", "np.longdouble(1)", "np.int64(3)", "np.uint8(255)", "np.bool_(True)",
    "np.complex128(1 + 2j)", "np.complex64(1)", "np.clongdouble(1)", "np.str_('a')", "np.bytes_(b'a')", "np.void(b'abc')",
    "np.datetime64('2024-01-01')", "np.datetime64('NaT')", "np.datetime64('2024-01-01T01:02:03.4')", "np.timedelta64(5, 'h')", "np.timedelta64(1)",
    "[np.pi, np.e, np.inf, np.nan]", "np.newaxis", "np.array([1.0])[0]", "np.array(['x'])[0]", "np.finfo(float).eps",
]
TYPE_OBJECTS = [
    "np.dtype('f8')", "np.dtype('>i2')", "np.dtype('O')", "np.dtype('U7')", "np.dtype('S7')", "np.dtype('V7')", "np.dtype('M8[us]')", "np.dtype('m8')",
    "np.dtype([('a', 'i4'), ('b', 'f8', 3)])", "np.dtype((np.int32, (2, 2)))", "np.dtype({'names': ['a'], 'formats': ['f4'], 'aligned': True})",
    "np.dtype('f8', metadata={'k': 1})", "np.dtype('i4,f8')", "np.dtype(np.record)", "np.dtype((np.record, [('a', int)]))",
    "[np.float64, np.int8, np.bool_, np.str_, np.bytes_, np.object_, np.void, np.complex64, np.datetime64, np.timedelta64]",
    "[np.generic, np.number, np.integer, np.floating, np.inexact, np.character, np.flexible]",
    "np.ndarray", "np.dtype", "np.ufunc", "np.matrix", "np.ma.MaskedArray", "type(np.dtype('f8'))", "[type(np.dtype(c)) for c in 'bhilqfdgFDGOSUVMm?']",
    "np.dtypes.StringDType()",
]
FUNCTIONS = [
    "np.sum", "np.mean", "np.median", "np.std", "np.min", "np.max", "np.argmax", "np.argsort", "np.concatenate", "np.array", "np.zeros", "np.asarray",
    "np.dot", "np.where", "np.percentile", "np.nanmean", "np.linalg.norm", "np.linalg.inv", "np.fft.fft", "np.isnan", "np.random.normal", "np.random.rand",
    "np.random.randint", "np.random.default_rng", "np.random.seed.__name__", "np.vectorize(len)", "np.vectorize(np.mean, otypes=[float])",
    "functools.partial(np.sum, axis=0)", "functools.partial(np.clip, a_min=0, a_max=1)", "functools.partial(np.log1p)", "functools.partial(np.random.normal, 0, 1)",
    "np.arange(3).sum", "np.array([1.0]).mean",
    "[v for v in vars(np).values() if isinstance(v, np.ufunc)]",
]
OTHERS = [
    "np.poly1d([1, 2, 3])", "np.polynomial.Polynomial([1, 2, 3])", "np.polynomial.Chebyshev([1, 2])", "np.polynomial.Legendre([1, 2])",
    "np.polynomial.Hermite([1, 2])", "np.polynomial.HermiteE([1, 2])", "np.polynomial.Laguerre([1, 2])",
    "np.random.RandomState(0)", "np.random.RandomState(np.random.PCG64(1))", "np.random.default_rng(0)", "np.random.PCG64(1)", "np.random.PCG64DXSM(1)",
    "np.random.MT19937(1)", "np.random.Philox(1)", "np.random.SFC64(1)", "np.random.SeedSequence(5)", "np.random.SeedSequence(5, spawn_key=(1,))",
    "np.random.Generator(np.random.MT19937(1))", "np.random.Generator(np.random.Philox(1))", "np.random.Generator(np.random.SFC64(1))",
    "np.random.Generator(np.random.PCG64DXSM(1))", "np.random.default_rng(5).spawn(2)", "np.random.mtrand._rand", "np.random.get_state()",
    "np.random.bit_generator.ISeedSequence", "np.finfo(np.float64)", "np.iinfo(np.int32)", "np.errstate(all='ignore')", "np.ndindex(2, 2)",
    "np.index_exp[1:3, ...]", "np.s_[::2]", "np.linalg.LinAlgError('singular')", "np.linalg.svd(np.eye(2))", "np.linalg.eigh(np.eye(2))", "np.linalg.slogdet(np.eye(2))",
    "np.unique_counts(np.array([1, 1]))", "np.histogram(np.arange(9))", "np.exceptions.AxisError(1, 2)", "np.AxisError(1, 2)", "np.RankWarning('x')",
    "np.exceptions.ComplexWarning('x')", "np.exceptions.DTypePromotionError('x')", "np.VisibleDeprecationWarning('x')", "np.TooHardError('x')", "np._NoValue", "np.lib.NumpyVersion('1.2.3')",
    "np._globals._CopyMode.ALWAYS", "np.lib.Arrayterator(np.arange(3))", "np.broadcast", "np.typing.NDArray[np.float64]", "np.typing.ArrayLike",
    "np.float64.__name__", "np.ma.default_fill_value", "np.ma.MAError('x')", "np.ma.core.MaskedConstant", "np.busdaycalendar", "np.r_[1:3]", "np.mgrid", "np.ma.mr_",
]


def expressions():
    """Yields the group's name and its expressions."""
    yield "arrays", ARRAYS
    yield "arrays-of-type", ["np.arange(4).astype(%r)" % code for code in TYPES]
    yield "arrays-of-type-swapped", ["np.arange(4).astype(np.dtype(%r).newbyteorder())" % code for code in TYPES]
    yield "arrays-of-type-fortran", ["np.asfortranarray(np.ones((2, 3), dtype=%r))" % code for code in TYPES]
    yield "scalars", SCALARS
    yield "scalars-of-type", ["np.dtype(%r).type(1)" % code for code in TYPES]
    yield "types", TYPE_OBJECTS
    yield "functions", FUNCTIONS
    yield "others", OTHERS
    yield "ufuncs", ["np.%s" % name for name, value in sorted(vars(np).items()) if isinstance(value, np.ufunc)]


FILES = {
    "npy": ARRAYS + ["np.arange(4).astype(%r)" % code for code in TYPES],
    "npz": ["{'a': np.arange(3), 'b': np.ones((2, 2))}", "{'o': np.array([1, 'a', None], dtype=object)}", "{}", "{'s': np.array(5), 'e': np.zeros(0)}"],
}


def write_files(folder, skipped):
    """Writes .npy and .npz files, some with object arrays; returns how many."""
    written = 0
    for number, expression in enumerate(FILES["npy"]):
        try:
            value = eval(expression, dict(NAMESPACE))
            for version in (None, (2, 0)):
                made = io.BytesIO()
                np.lib.format.write_array(made, np.asanyarray(value), version=version)
                (folder / ("npy-%d%s.npy" % (number, "-v2" if version else ""))).write_bytes(made.getvalue())
                written += 1
        except Exception as error:
            skipped.append(("npy", expression, repr(error)))
    for number, expression in enumerate(FILES["npz"]):
        arrays = eval(expression, dict(NAMESPACE))
        np.savez(str(folder / ("npz-%d.npz" % number)), **arrays)
        np.savez_compressed(str(folder / ("npz-%d-compressed.npz" % number)), **arrays)
        written += 2
    return written
