"""Honest pickles put together by hand: forms that old Pythons and other writers make and Python 3 does not."""

STREAMS = {
    "python2-str": b"S'plain text'\np0\n.",
    "python2-str-quotes": b"S\"it's\"\n.",
    "python2-str-escapes": b"S'a\\x00\\n\\xff'\n.",
    "python2-unicode": b"Vplain \\u20ac\np0\n.",
    "python2-int": b"I42\n.",
    "python2-long": b"L12345678901234567890L\n.",
    "python2-bool": b"I01\n.",
    "python2-float": b"F1.5\n.",
    "python2-list": b"(lp0\nI1\naS'a'\np1\naF2.5\na.",
    "python2-dict": b"(dp0\nS'a'\np1\nI1\nsS'b'\np2\nI2\ns.",
    "python2-tuple": b"(I1\nI2\nI3\ntp0\n.",
    "python2-nested": b"(dp0\nS'rows'\np1\n(lp2\n(I1\nI2\ntp3\na(I3\nI4\ntp4\nas.",
    "python2-binary-str": b"\x80\x02U\x05plainq\x00.",
    "python2-long-binary-str": b"\x80\x02T\x2c\x01\x00\x00" + b"x" * 300 + b"q\x00.",
    "python2-object": b"ccopy_reg\n_reconstructor\np0\n(c__builtin__\nobject\np1\ng1\nNtp2\nRp3\n.",
    "python2-set": b"c__builtin__\nset\np0\n((lp1\nI1\naI2\natp2\nRp3\n.",
    "python2-range": b"c__builtin__\nxrange\np0\n(I0\nI5\nI1\ntp1\nRp2\n.",
    "python2-ordereddict": b"ccollections\nOrderedDict\np0\n((lp1\n(lp2\nS'a'\np3\naI1\naatp4\nRp5\n.",
    "python2-defaultdict": b"ccollections\ndefaultdict\np0\n(c__builtin__\nint\np1\ntp2\nRp3\nS'a'\nI1\ns.",
    "python2-complex": b"c__builtin__\ncomplex\np0\n(F1.0\nF2.0\ntp1\nRp2\n.",
    "python2-datetime": b"cdatetime\ndatetime\np0\n(S'\\x07\\xe8\\x02\\x1d\\x01\\x02\\x03\\x00\\x00\\x00'\np1\ntp2\nRp3\n.",
    "python2-numpy-array": b"cnumpy.core.multiarray\n_reconstruct\np0\n(cnumpy\nndarray\np1\n(I0\ntp2\nS'b'\np3\ntp4\nRp5\n(I1\n(I2\ntp6\ncnumpy\ndtype\np7\n(S'f8'\np8\nI0\nI1\ntp9\nRp10\n(I3\nS'<'\np11\nNNNI-1\nI-1\nI0\ntp12\nbI00\nS'" + b"\\x00" * 16 + b"'\np13\ntp14\nb.",
    "python2-numpy-scalar": b"cnumpy.core.multiarray\nscalar\np0\n(cnumpy\ndtype\np1\n(S'f8'\np2\nI0\nI1\ntp3\nRp4\n(I3\nS'<'\np5\nNNNI-1\nI-1\nI0\ntp6\nbS'\\x00\\x00\\x00\\x00\\x00\\x00\\xf0?'\np7\ntp8\nRp9\n.",
    "python2-exception": b"cexceptions\nValueError\np0\n(S'message'\np1\ntp2\nRp3\n.",
    "python2-builtin-name": b"c__builtin__\nlen\np0\n.",
    "stacked-two": b"\x80\x04K\x01.\x80\x04K\x02.",
    "stacked-mixed-protocols": b"I1\n.\x80\x02]q\x00.\x80\x04\x95\x02\x00\x00\x00\x00\x00\x00\x00K\x03.",
    "unframed-protocol-4": b"\x80\x04]\x94(K\x01K\x02e.",
    "two-frames": b"\x80\x04\x95\x03\x00\x00\x00\x00\x00\x00\x00]\x94(\x95\x06\x00\x00\x00\x00\x00\x00\x00K\x01K\x02e.",
    "optimised-no-memo": b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00}(\x8c\x01aK\x01u.",
    "long-put": b"\x80\x02]r\x00\x01\x00\x00.",
    "popped": b"\x80\x02K\x01K\x020.",
    "marks": b"\x80\x02((K\x01tt.",
    "dup": b"\x80\x02K\x012\x86.",
}


def write(folder):
    """Writes the streams; returns how many."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, stream in STREAMS.items():
        (folder / (name + ".pkl")).write_bytes(stream)
    return len(STREAMS)
