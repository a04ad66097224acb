"""joblib dumps of an object: arrays inside the stream, and each compression."""

import re

try:
    import joblib
except ImportError:
    from sklearn.externals import joblib

COMPRESSIONS = [3, ("gzip", 3), ("bz2", 3), ("lzma", 1), ("xz", 1)]


def write(maker, group, name, value):
    """Writes the plain dump in three protocols; every twentieth object compressed too."""
    folder = maker.group(group)
    name = re.sub(r"[^A-Za-z0-9_.+-]+", "-", name)[:90].strip("-.")
    for protocol in (None, 0, 2, 4):
        _write(maker, group, folder / ("%s.%s.joblib" % (name, "plain" if protocol is None else "p%d" % protocol)), value, protocol=protocol)
    if maker.written[group] // 4 % 20 == 0:
        folder = maker.group(group + "-compressed")
        for compress in COMPRESSIONS:
            label = compress if isinstance(compress, int) else compress[0]
            _write(maker, group + "-compressed", folder / ("%s.c-%s.joblib" % (name, label)), value, compress=compress)


def _write(maker, group, path, value, **options):
    try:
        joblib.dump(value, str(path), **options)
        data = path.read_bytes()
        if b"honest_" in data or b"make_honest" in data:
            path.unlink()
        else:
            maker.written[group] += 1
    except BaseException as error:
        if path.exists():
            path.unlink()
        maker.skip(group, path.name, error)
