"""Writes honest pickles of Python 2.7: its own strings, old-style classes and names. Usage: make_honest_python2.py FOLDER."""

import array
import cPickle
import collections
import Cookie
import datetime
import decimal
import fractions
import functools
import io
import itertools
import operator
import optparse
import os
import pickle
import Queue
import random
import sets
import string
import StringIO
import sys
import textwrap
import time
import UserDict
import UserList
import uuid

OBJECTS = """
None|True|1|2**70|1.5|'text'|u'text \\u20ac'|'\\x00\\xff'|u'\\ud800'|[1,2]|(1,)|{'a':1,u'b':2L}|set([1])|frozenset([1])|xrange(5)|slice(1,2)|Ellipsis|1j|bytearray('abc')|int|str|unicode|long|object|len|ValueError|ValueError('m')|KeyError('k')|IOError(2,'no','f')|UnicodeDecodeError('ascii','x',0,1,'bad')|SystemExit(1)
collections.OrderedDict(a=1)|collections.defaultdict(list,{'a':[1]})|collections.defaultdict(int)|collections.Counter('abca')|collections.deque([1,2],5)|array.array('i',[1,2])|array.array('d',[1.5])|datetime.datetime(2024,1,2)|datetime.date(2024,1,2)|datetime.timedelta(1)|datetime.time(1,2)|decimal.Decimal('1.5')|fractions.Fraction(1,3)|uuid.UUID(int=5)
random.Random(1)|operator.add|operator.itemgetter|functools.partial(int,base=2)|itertools.count(3)|string.Template('$a')|StringIO.StringIO('abc')|UserDict.UserDict(a=1)|UserList.UserList([1])|sets.Set([1])|optparse.Values({'a':1})|time.gmtime(0)|textwrap.TextWrapper()|Cookie.SimpleCookie('a=b')|Queue.Empty()|os.stat('.')|object()|Exception()|range(1000)|dict.fromkeys(range(500))
""".replace("\n", "|").split("|")


def main():
    folder, written, skipped = sys.argv[1], 0, 0
    if not os.path.isdir(folder):
        os.makedirs(folder)
    for number, expression in enumerate(OBJECTS):
        if not expression:
            continue
        for protocol in (0, 1, 2):
            for name, pickler in (("c", cPickle), ("py", pickle)):
                try:
                    data = pickler.dumps(eval(expression), protocol)
                except Exception:
                    skipped += 1
                    continue
                with io.open(os.path.join(folder, "%d.p%d.%s.pkl" % (number, protocol, name)), "wb") as out:
                    out.write(data)
                written += 1
    sys.stdout.write("%d files, %d skipped\n" % (written, skipped))


main()
