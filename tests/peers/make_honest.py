"""Writes honest pickles into a folder, with whatever the interpreter it runs in has installed.

Usage: make_honest.py FOLDER [GROUP...]. It only dumps: nothing is ever loaded. Made for Python 3.6 and later.
"""

import importlib
import io
import json
import pathlib
import pickle
import re
import signal
import sys
import warnings

HERE = pathlib.Path(__file__).resolve().parent
# An object that takes longer than this to make and dump is skipped; seconds.
PATIENCE = 20
# A pickle larger than this is not kept; bytes.
LARGEST = 32 << 20


class Maker:
    """Dumps objects under one folder and counts what it wrote and what it had to skip."""

    def __init__(self, folder):
        self.folder = folder
        self.written = {}
        self.skipped = []
        self.seen = set()

    def group(self, name):
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        self.written.setdefault(name, 0)
        return folder

    def dump(self, group, name, make, protocols, python_too=False):
        """Makes an object and writes it in each protocol; the pure Python pickler writes other forms."""
        folder = self.group(group)
        name = re.sub(r"[^A-Za-z0-9_.+-]+", "-", name)[:90].strip("-.")
        while (group, name) in self.seen:
            name += "+"
        self.seen.add((group, name))
        try:
            value = patiently(make)
        except BaseException as error:
            return self.skip(group, name, error)
        for protocol in protocols:
            if protocol > pickle.HIGHEST_PROTOCOL:
                continue
            for pickler, suffix in [(pickle.Pickler, ""), (pickle._Pickler, ".py")]:
                if suffix and not python_too:
                    continue
                try:
                    data = patiently(lambda: dumped(pickler, value, protocol))
                except BaseException as error:
                    self.skip(group, "%s.p%d%s" % (name, protocol, suffix), error)
                    continue
                self.keep(group, folder / ("%s.p%d%s.pkl" % (name, protocol, suffix)), data)
        return value

    def keep(self, group, path, data):
        # An empty file or one of our own helper functions would not be an honest user's pickle.
        if len(data) <= LARGEST and b"honest_" not in data and b"make_honest" not in data:
            path.write_bytes(data)
            self.written[group] += 1

    def skip(self, group, name, error):
        if isinstance(error, KeyboardInterrupt):
            raise error
        self.skipped.append((group, name, repr(error)[:200]))


def dumped(pickler, value, protocol):
    out = io.BytesIO()
    pickler(out, protocol).dump(value)
    return out.getvalue()


def patiently(make):
    def late(_signal, _frame):
        raise TimeoutError("took too long")

    signal.signal(signal.SIGALRM, late)
    signal.alarm(PATIENCE)
    try:
        return make()
    finally:
        signal.alarm(0)


def evaluated(expression, namespace):
    return lambda: eval(expression, dict(namespace))


def stdlib(maker):
    module = importlib.import_module("honest_stdlib")
    for group in module.GROUPS:
        label = "stdlib-" + group.__name__.replace("_", "-")
        made = group()
        while True:
            try:
                name, value = next(made)
            except StopIteration:
                break
            except Exception as error:
                maker.skip(label, "the rest", error)
                break
            maker.dump(label, name, lambda: value, range(6), python_too=label not in ("stdlib-exceptions", "stdlib-enumerations"))


def tabled(name):
    def run(maker):
        module = importlib.import_module("honest_" + name)
        for group, expressions in module.expressions():
            protocols = (0, 2, 4, 5) if group in ("ufuncs", "distributions") else range(6)
            for expression in expressions:
                maker.dump("%s-%s" % (name, group), expression, evaluated(expression, module.NAMESPACE), protocols)
        if hasattr(module, "write_files"):
            group = name + "-files"
            maker.written[group] = module.write_files(maker.group(group), maker.skipped)

    return run


def sklearn(maker):
    module = importlib.import_module("honest_sklearn")
    import joblib_dumps

    for name, make in module.unfitted():
        maker.dump("sklearn-unfitted", name, make, range(6))
    for name, make in module.fitted():
        value = maker.dump("sklearn-fitted", name, make, (0, 2, 4, 5))
        if value is not None:
            joblib_dumps.write(maker, "sklearn-joblib", name, value)
    namespace = module.namespace()
    for expression in module.OTHERS:
        value = maker.dump("sklearn-others", expression, evaluated(expression, namespace), (0, 2, 4, 5))
        if value is not None:
            joblib_dumps.write(maker, "sklearn-joblib", "others-" + expression, value)


def joblib(maker):
    import joblib_dumps

    for topic in ("numpy", "pandas"):
        module = importlib.import_module("honest_" + topic)
        for group, expressions in module.expressions():
            for expression in expressions:
                try:
                    value = patiently(evaluated(expression, module.NAMESPACE))
                except BaseException as error:
                    maker.skip("joblib-" + topic, expression, error)
                    continue
                joblib_dumps.write(maker, "joblib-" + topic, group + "-" + expression, value)


GROUPS = {
    "stdlib": stdlib, "numpy": tabled("numpy"), "scipy": tabled("scipy"), "pandas": tabled("pandas"), "sklearn": sklearn, "joblib": joblib,
    "learning": tabled("learning"), "torch": tabled("torch"), "training": tabled("training"),
}


def main():
    folder, wanted = pathlib.Path(sys.argv[1]), sys.argv[2:] or list(GROUPS)
    sys.path.insert(0, str(HERE))
    sys.setrecursionlimit(5000)
    warnings.simplefilter("ignore")
    maker = Maker(folder)
    for name in wanted:
        try:
            GROUPS[name](maker)
        except ImportError as error:
            maker.skip(name, "not installed", error)
    (folder / "made.json").write_text(json.dumps({"written": maker.written, "skipped": maker.skipped}, indent=1))
    print("%d files, %d skipped" % (sum(maker.written.values()), len(maker.skipped)))


if __name__ == "__main__":
    main()
