"""The virtual environments of the matrix, and how they are made."""

import pathlib
import shutil
import subprocess

LEARNING = "joblib xgboost lightgbm catboost statsmodels networkx pillow imbalanced-learn category-encoders hdbscan gensim nltk sympy pytz mlxtend lifelines".split()
# Name, interpreter, what is installed. One line per meeting of versions that people have files of.
MATRIX = [
    ("py313-new", "3.13", ["numpy", "scipy", "pandas", "scikit-learn", "joblib", "pyarrow"]),
    ("py311-new", "3.11", ["numpy>=2.3", "scipy>=1.16", "pandas>=3", "scikit-learn>=1.8", "joblib"]),
    ("py312-mid", "3.12", ["numpy==2.1.3", "scipy==1.14.1", "pandas==2.2.3", "scikit-learn==1.6.1", "joblib==1.4.2"]),
    ("py310-numpy2.0", "3.10", ["numpy==2.0.2", "scipy==1.13.1", "pandas==2.2.3", "scikit-learn==1.5.2", "joblib"]),
    ("py311-numpy1.26", "3.11", ["numpy==1.26.4", "scipy==1.11.4", "pandas==1.5.3", "scikit-learn==1.3.2", "joblib==1.3.2"]),
    ("py311-pandas2.0", "3.11", ["numpy==1.24.4", "scipy==1.10.1", "pandas==2.0.3", "scikit-learn==1.2.2", "joblib==1.2.0"]),
    ("py39-numpy1.22", "3.9", ["numpy==1.22.4", "scipy==1.7.3", "pandas==1.3.5", "scikit-learn==1.0.2", "joblib==1.1.1"]),
    ("py38-numpy1.19", "3.8", ["numpy==1.19.5", "scipy==1.5.4", "pandas==1.1.5", "scikit-learn==0.23.2", "joblib==0.17.0"]),
    ("py37-numpy1.17", "3.7", ["numpy==1.17.5", "scipy==1.4.1", "pandas==1.0.5", "scikit-learn==0.22.2.post1", "joblib==0.14.1"]),
    ("py36-numpy1.15", "3.6", ["numpy==1.15.4", "scipy==1.2.3", "pandas==0.24.2", "scikit-learn==0.20.4"]),
    ("py311-learning", "3.11", ["numpy==1.26.4", "scipy==1.13.1", "pandas==2.2.3", "scikit-learn==1.5.2"] + LEARNING),
    ("py311-torch", "3.11", ["torch", "torchvision", "numpy", "transformers", "lightning", "pytorch-lightning", "timm", "accelerate", "peft", "omegaconf", "ultralytics"]),
]
# Wheels only: the matrix compiles nothing.
INSTALL = ["install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:", "--prefer-binary"]


def interpreter(version):
    """Finds python of a version: on the path, or among those that pyenv installed."""
    for found in sorted(pathlib.Path("~/.pyenv/versions").expanduser().glob(version + ".*/bin/python")):
        return str(found)
    return shutil.which("python" + version)


def make(folder, wanted=()):
    """Makes what is missing of the matrix below `folder`; yields name and python of each environment."""
    for name, version, requirements in MATRIX:
        if wanted and name not in wanted:
            continue
        home = pathlib.Path(folder) / name
        python = home / "bin" / "python"
        if not (home / "complete").exists():
            base = interpreter(version)
            if base is None:
                print("%s: no python %s here, left out" % (name, version))
                continue
            print("%s: making it" % name, flush=True)
            shutil.rmtree(str(home), ignore_errors=True)
            subprocess.run([base, "-m", "venv", str(home)], check=True)
            done = subprocess.run([str(python), "-m", "pip"] + INSTALL + requirements, check=False)
            if done.returncode != 0:
                print("%s: its packages could not be installed, left out" % name)
                continue
            (home / "complete").touch()
        yield name, python
