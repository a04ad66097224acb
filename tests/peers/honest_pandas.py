"""Honest objects of pandas: one expression a line, each made and pickled by itself."""

import datetime
import decimal

import numpy as np
import pandas as pd
import pandas.tseries.holiday

NAMESPACE = {"np": np, "pd": pd, "datetime": datetime, "decimal": decimal}

VALUES = {
    "int64": "[1, 2, 3]",
    "float64": "[1.5, np.nan, 2.0]",
    "float32": "np.array([1, 2], dtype='f4')",
    "int8": "np.array([1, 2], dtype='i1')",
    "uint16": "np.array([1, 2], dtype='u2')",
    "bool": "[True, False]",
    "complex": "[1 + 2j, 3j]",
    "object": "['a', None, 3, (1, 2)]",
    "text": "['a', 'b', 'c']",
    "bytes": "[b'a', b'b']",
    "datetime": "pd.to_datetime(['2024-01-01', '2024-02-29'])",
    "datetime-nat": "pd.to_datetime(['2024-01-01', None])",
    "datetime-utc": "pd.date_range('2024-01-01', periods=3, tz='UTC')",
    "datetime-berlin": "pd.date_range('2024-01-01', periods=3, tz='Europe/Berlin')",
    "datetime-offset": "pd.date_range('2024-01-01', periods=3, tz=datetime.timezone(datetime.timedelta(hours=2)))",
    "datetime-dateutil": "pd.date_range('2024-01-01', periods=3, tz='dateutil/Europe/Berlin')",
    "datetime-seconds": "pd.date_range('2024-01-01', periods=3).as_unit('s')",
    "timedelta": "pd.to_timedelta([1, 2], unit='h')",
    "period": "pd.period_range('2024-01', periods=3, freq='M')",
    "interval": "pd.interval_range(0, 3)",
    "interval-time": "pd.interval_range(pd.Timestamp('2024-01-01'), periods=2, freq='D')",
    "category": "pd.Categorical(['a', 'b', 'a'])",
    "category-ordered": "pd.Categorical(['lo', 'hi', None], categories=['lo', 'hi'], ordered=True)",
    "category-of-int": "pd.Categorical([1, 2, 1])",
    "category-of-interval": "pd.cut([1, 5, 9], 3)",
    "sparse": "pd.arrays.SparseArray([0, 0, 1])",
    "sparse-nan": "pd.arrays.SparseArray([np.nan, 1.0])",
    "nullable-int": "pd.array([1, None, 3], dtype='Int64')",
    "nullable-small": "pd.array([1, None], dtype='UInt8')",
    "nullable-float": "pd.array([1.5, None], dtype='Float64')",
    "nullable-bool": "pd.array([True, None], dtype='boolean')",
    "string": "pd.array(['a', None], dtype='string')",
    "string-python": "pd.array(['a', None], dtype='string[python]')",
    "string-arrow": "pd.array(['a', None], dtype='string[pyarrow]')",
    "arrow-int": "pd.array([1, None], dtype='int64[pyarrow]')",
    "arrow-text": "pd.array(['a'], dtype=pd.ArrowDtype(__import__('pyarrow').string()))",
    "numpy-array": "pd.arrays.PandasArray(np.array([1, 2]))",
    "numpy-extension": "pd.arrays.NumpyExtensionArray(np.array([1, 2]))",
    "decimal": "[decimal.Decimal('1.1'), decimal.Decimal('2')]",
    "date": "[datetime.date(2024, 1, 1)]",
    "empty": "np.array([], dtype=float)",
}
FRAMES = [
    "pd.DataFrame({'a': [1, 2], 'b': [1.5, 2.5], 'c': ['x', 'y']})", "pd.DataFrame()", "pd.DataFrame(index=[1, 2])", "pd.DataFrame(columns=['a'])",
    "pd.DataFrame(np.arange(6).reshape(2, 3))", "pd.DataFrame(np.random.rand(200, 20), columns=['c%d' % i for i in range(20)])",
    "pd.DataFrame({'a': [1, 2]}, index=pd.date_range('2024-01-01', periods=2))", "pd.DataFrame({('a', 'x'): [1], ('a', 'y'): [2]})",
    "pd.DataFrame({'a': [1, 2], 'k': ['x', 'y']}).set_index('k')", "pd.DataFrame({'a': [1, 2, 3], 'k': list('xyx'), 'l': [1, 2, 3]}).set_index(['k', 'l'])",
    "pd.DataFrame({'a': [1, 1], 'b': [2.0, 3]}).T", "pd.DataFrame({'a': [1, 2]}).iloc[:1]", "pd.DataFrame({'a': [[1], [2, 3]], 'd': [{'x': 1}, None]})",
    "pd.DataFrame({'a': pd.Categorical(['x', 'y']), 'b': pd.array([1, None], dtype='Int64'), 'c': pd.date_range('2024', periods=2, tz='UTC')})",
    "pd.DataFrame({'a': [1, 2], 'b': [3, 4]}).astype('float32')", "pd.DataFrame({'x': [1, 2]}).describe()", "pd.DataFrame({'x': list('abab'), 'y': range(4)}).groupby('x').sum()",
    "pd.DataFrame({'x': list('abab'), 'y': range(4)}).groupby('x').agg(['mean', 'max'])", "pd.DataFrame({'x': list('ab'), 'y': [1, 2]}).pivot(columns='x', values='y')",
    "pd.get_dummies(pd.Series(list('abc')))", "pd.DataFrame(np.eye(3)).astype(pd.SparseDtype(float, 0.0))", "pd.DataFrame({'a': [1, None]}, dtype=object)",
    "pd.DataFrame({'a': [1]}).set_flags(allows_duplicate_labels=False)", "pd.DataFrame({i: np.arange(50) for i in range(50)})",
    "{'train': pd.DataFrame({'a': [1]}), 'test': pd.Series([1])}", "[pd.DataFrame({'a': [1]})] * 2", "pd.concat([pd.DataFrame({'a': [1]}), pd.DataFrame({'b': ['x']})])",
    "_with_attributes(pd.DataFrame({'a': [1]}))",
]
INDEXES = [
    "pd.Index([1, 2, 3])", "pd.Index([1.5, 2.5])", "pd.Index(['a', 'b'], name='n')", "pd.Index([], dtype=object)", "pd.Index([True, False])", "pd.Index([1, 2], dtype='int8')",
    "pd.RangeIndex(5)", "pd.RangeIndex(1, 10, 3, name='r')", "pd.DatetimeIndex(['2024-01-01', '2024-01-02'])", "pd.date_range('2024', periods=3, freq='D')",
    "pd.date_range('2024', periods=3, freq='W-MON', tz='UTC')", "pd.bdate_range('2024-01-01', periods=3)", "pd.TimedeltaIndex([1, 2])", "pd.timedelta_range('1h', periods=3)",
    "pd.PeriodIndex(['2024-01'], freq='M')", "pd.period_range('2024', periods=2, freq='Q')", "pd.IntervalIndex.from_breaks([0, 1, 2])", "pd.IntervalIndex.from_breaks([0.5, 1, 2], closed='both')",
    "pd.CategoricalIndex(['a', 'b', 'a'])", "pd.MultiIndex.from_tuples([(1, 'a'), (2, 'b')], names=['x', 'y'])", "pd.MultiIndex.from_product([[1, 2], ['a']])",
    "pd.Index([1, 'a', None])", "pd.Index(pd.array([1, None], dtype='Int64'))", "pd.Index(['a'], dtype='string')", "pd.Int64Index([1])", "pd.Float64Index([1.0])", "pd.UInt64Index([1])",
    "pd.Index([(1, 2), (3, 4)], tupleize_cols=False)", "pd.Series([1, 2], index=list('ab')).index", "pd.DataFrame({'a': [1]}).columns",
]
SCALARS = [
    "pd.Timestamp('2024-01-01')", "pd.Timestamp('2024-01-01', tz='UTC')", "pd.Timestamp('2024-01-01 01:02:03.4', tz='Europe/Berlin')", "pd.Timestamp(5, unit='s')", "pd.NaT", "pd.NA",
    "pd.Timedelta(1, 'h')", "pd.Timedelta('1 days 2 hours')", "pd.Period('2024-01', 'M')", "pd.Period('2024Q1', 'Q')", "pd.Interval(0, 1)", "pd.Interval(0.5, 1, closed='both')",
    "pd.Interval(pd.Timestamp('2024-01-01'), pd.Timestamp('2024-01-02'))", "[pd.NaT, pd.NA, np.nan, None]", "pd.IndexSlice", "pd.Grouper(key='a')", "pd.NamedAgg('a', 'sum')",
    "pd.Timestamp('2024-01-01', tz='dateutil/Europe/Berlin')", "pd.Timestamp.min", "pd.Timestamp('2024-01-01', tz=datetime.timezone.utc)", "pd.Flags",
]
TYPE_OBJECTS = [
    "pd.CategoricalDtype()", "pd.CategoricalDtype(['a', 'b'], ordered=True)", "pd.DatetimeTZDtype('ns', 'UTC')", "pd.PeriodDtype('M')", "pd.IntervalDtype('int64')", "pd.IntervalDtype()", "pd.SparseDtype(float, 0.0)",
    "pd.SparseDtype('int')", "pd.Int64Dtype()", "pd.UInt8Dtype()", "pd.Float32Dtype()", "pd.BooleanDtype()", "pd.StringDtype()", "pd.StringDtype('pyarrow')", "pd.Series([1]).dtypes",
    "pd.DataFrame({'a': [1], 'b': ['x']}).dtypes", "[pd.DataFrame, pd.Series, pd.Index, pd.Timestamp, pd.Categorical]", "pd.ArrowDtype(__import__('pyarrow').int64())",
    "pd.core.dtypes.dtypes.PandasDtype('float64')", "pd.core.dtypes.dtypes.NumpyEADtype('float64')",
]
OFFSETS = """
BDay() BMonthBegin() BMonthEnd() BQuarterBegin() BQuarterEnd() BYearBegin() BYearEnd() BusinessDay(2) BusinessHour() BusinessMonthBegin() BusinessMonthEnd() CBMonthBegin() CBMonthEnd() CDay() CustomBusinessDay()
CustomBusinessHour() CustomBusinessMonthBegin() CustomBusinessMonthEnd() DateOffset(months=1) DateOffset(days=2,hour=3) Day(3) Easter() FY5253(weekday=4) FY5253Quarter() Hour(2) LastWeekOfMonth() Micro() Milli() Minute(5)
MonthBegin() MonthEnd(2) Nano() QuarterBegin() QuarterEnd() Second(30) SemiMonthBegin() SemiMonthEnd() Tick() Week() Week(weekday=2) WeekOfMonth() YearBegin() YearEnd() HalfYearBegin() HalfYearEnd() BHalfYearBegin() BHalfYearEnd()
""".split()
FUNCTIONS = [
    "pd.to_datetime", "pd.concat", "pd.isna", "pd.Series.mean", "pd.DataFrame.sum", "pd.Series([1, 2]).rolling(2)", "pd.Series([1, 2]).ewm(1)", "pd.Series([1]).str", "pd.Series(['a']).str",
    "pd.errors.ParserError('x')", "pd.errors.EmptyDataError('x')", "pd.errors.PerformanceWarning('x')", "pd.errors.OutOfBoundsDatetime('x')", "pd.api.types.is_numeric_dtype", "pd.tseries.frequencies.to_offset('2h')",
    "pd.Series.str.lower", "pd.tseries.holiday.USFederalHolidayCalendar()", "pd.tseries.holiday.Holiday('x', month=1, day=1)", "pd.DataFrame({'a': [1]}).plot",
    "pd.Series([1, 2]).value_counts()", "pd.Series([1, 2, 2]).groupby([0, 0, 1]).groups", "pd.qcut(range(5), 2)", "pd.factorize(list('aba'))", "pd.Series(list('ab')).array", "pd.io.formats.style.Styler",
]


def _with_attributes(frame):
    frame.attrs["source"] = "made"
    return frame


NAMESPACE["_with_attributes"] = _with_attributes


def expressions():
    """Yields the group's name and its expressions."""
    yield "series", ["pd.Series(%s, name='s')" % value for value in VALUES.values()]
    yield "arrays", ["pd.Series(%s).array" % value for value in VALUES.values()]
    yield "frames-of-type", ["pd.DataFrame({'x': pd.Series(%s), 'y': 1})" % value for value in VALUES.values()]
    yield "indexes-of-type", ["pd.Index(%s)" % value for value in VALUES.values()]
    yield "dtypes-of-type", ["pd.Series(%s).dtype" % value for value in VALUES.values()]
    yield "frames", FRAMES
    yield "indexes", INDEXES
    yield "scalars", SCALARS
    yield "types", TYPE_OBJECTS
    yield "offsets", ["pd.offsets." + offset for offset in OFFSETS]
    yield "functions", FUNCTIONS
