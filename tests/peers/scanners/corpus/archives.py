"""Writes archives byte by byte, so that they may say what no tool would write: zip, 7z, LZ4 and Zstandard frames."""

import bz2
import collections
import io
import lzma
import struct
import tarfile
import zlib

# One member of a zip archive, with everything that its two headers may say differently.
Member = collections.namedtuple("Member", "name data method flags version local_name local_method crc size packed_size extra listed stored")
METHODS = {"stored": 0, "deflated": 8, "bzip2": 12, "lzma": 14}


def member(name, data, method=0, flags=0, version=20, local_name=None, local_method=None, crc=None, size=None, packed_size=None, extra=b"", listed=True, stored=True):
    """A member; what is None is what an honest writer would state."""
    return Member(name, data, method, flags, version, local_name, local_method, crc, size, packed_size, extra, listed, stored)


def packed(data, method):
    if method == 8:
        deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
        return deflate.compress(data) + deflate.flush()
    if method == 12:
        return bz2.compress(data)
    if method == 14:
        filters = [{"id": lzma.FILTER_LZMA1, "preset": 6}]
        compressor = lzma.LZMACompressor(lzma.FORMAT_RAW, filters=filters)
        properties = lzma._encode_filter_properties(filters[0])
        return struct.pack("<BBH", 9, 4, len(properties)) + properties + compressor.compress(data) + compressor.flush()
    return data


def zipped(members, prefix=b"", comment=b"", shift=None, directory=True):
    """A zip archive; `prefix` bytes come first and offsets count them unless `shift` says what they count."""
    out, entries = io.BytesIO(), []
    out.write(prefix)
    for one in members:
        body = packed(one.data, one.method)
        crc = zlib.crc32(one.data) if one.crc is None else one.crc
        size = len(one.data) if one.size is None else one.size
        packed_size = len(body) if one.packed_size is None else one.packed_size
        offset = out.tell() - (0 if shift is None else len(prefix) - shift)
        local_name = (one.name if one.local_name is None else one.local_name).encode("utf-8")
        local_method = one.method if one.local_method is None else one.local_method
        if one.stored:
            out.write(struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", min(one.version, 65535), one.flags, local_method, 0, 33, crc, packed_size, size, len(local_name), len(one.extra)))
            out.write(local_name + one.extra + body)
        name = one.name.encode("utf-8")
        if one.listed:
            entries.append(struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 0x0314, one.version, one.flags, one.method, 0, 33, crc, packed_size, size, len(name), 0, 0, 0, 0, 0o644 << 16, offset) + name)
    if directory:
        start = out.tell() - (0 if shift is None else len(prefix) - shift)
        listing = b"".join(entries)
        out.write(listing + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, len(entries), len(entries), len(listing), start, len(comment)) + comment)
    return out.getvalue()


def tarred(files, form=tarfile.USTAR_FORMAT):
    """A tar archive of (name, bytes) pairs, without times and owners."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, data in files:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o644
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


# 7z: a signature header, packed streams and an uncompressed header that describes them.


def _number(value):
    """7z's variable-length number."""
    for extra in range(8):
        if value < 1 << (7 * extra + 7):
            first = (0xFF00 >> extra) & 0xFF | (value >> (8 * extra))
            return bytes([first & 0xFF]) + (value & ((1 << (8 * extra)) - 1)).to_bytes(extra, "little")
    return b"\xff" + value.to_bytes(8, "little")


def _seven_zip_coder(method, data):
    """The packed bytes, and the coder's entry in the header."""
    if method == "copy":
        return data, b"\x01\x00"
    if method in ("lzma", "lzma2"):
        filters = [{"id": lzma.FILTER_LZMA1 if method == "lzma" else lzma.FILTER_LZMA2, "preset": 6}]
        compressor = lzma.LZMACompressor(lzma.FORMAT_RAW, filters=filters)
        properties = lzma._encode_filter_properties(filters[0])
        identifier = b"\x03\x01\x01" if method == "lzma" else b"\x21"
        return compressor.compress(data) + compressor.flush(), bytes([0x20 | len(identifier)]) + identifier + _number(len(properties)) + properties
    if method == "deflate":
        return packed(data, 8), b"\x03\x04\x01\x08"
    if method == "bzip2":
        return packed(data, 12), b"\x03\x04\x02\x02"
    if method == "aes":
        # Encrypted with 2^19 rounds, no salt, and an initial vector of 16 bytes: the data is noise to everybody.
        return bytes((byte * 7 + 13) & 0xFF for byte in data.ljust(-(-len(data) // 16) * 16, b"\0")), b"\x24\x06\xf1\x07\x01" + _number(18) + b"\x53\x0f" + bytes(range(16))
    raise ValueError(method)


def seven_zipped(files, method="lzma2", size=None):
    """A 7z archive with one folder for each of the (name, bytes) pairs; `size` lies about the last one's size."""
    bodies, coders, sizes, digests = [], [], [], []
    for number, (_, data) in enumerate(files):
        body, coder = _seven_zip_coder(method, data)
        bodies.append(body)
        coders.append(b"\x01" + coder)
        sizes.append(_number(size if size is not None and number == len(files) - 1 else len(data)))
        digests.append(struct.pack("<I", zlib.crc32(data)))
    names = b"".join(name.encode("utf-16-le") + b"\0\0" for name, _ in files)
    header = b"\x01\x04\x06" + _number(0) + _number(len(files)) + b"\x09" + b"".join(_number(len(body)) for body in bodies) + b"\x00"
    header += b"\x07\x0b" + _number(len(files)) + b"\x00" + b"".join(coders) + b"\x0c" + b"".join(sizes) + b"\x0a\x01" + b"".join(digests) + b"\x00"
    header += b"\x08\x00\x00"
    header += b"\x05" + _number(len(files)) + b"\x11" + _number(len(names) + 1) + b"\x00" + names + b"\x00\x00"
    stream = b"".join(bodies)
    start = struct.pack("<QQI", len(stream), len(header), zlib.crc32(header))
    return b"7z\xbc\xaf\x27\x1c\x00\x04" + struct.pack("<I", zlib.crc32(start)) + start + stream + header


# Frames whose blocks are not compressed: every reader takes them, and no package is needed.


def _xxh32(data, seed=0):
    """xxHash32, as LZ4's frames want it, of fewer than 16 bytes."""
    mask, prime1, prime2, prime3, prime4, prime5 = 0xFFFFFFFF, 2654435761, 2246822519, 3266489917, 668265263, 374761393
    assert len(data) < 16
    total = (seed + prime5 + len(data)) & mask
    while len(data) >= 4:
        total = (total + struct.unpack("<I", data[:4])[0] * prime3) & mask
        total = (((total << 17) | (total >> 15)) & mask) * prime4 & mask
        data = data[4:]
    for byte in data:
        total = (total + byte * prime5) & mask
        total = (((total << 11) | (total >> 21)) & mask) * prime1 & mask
    total = ((total ^ (total >> 15)) * prime2) & mask
    total = ((total ^ (total >> 13)) * prime3) & mask
    return total ^ (total >> 16)


def lz4_framed(data):
    """An LZ4 frame of stored blocks, no checksums of content."""
    described = b"\x60\x40"
    blocks = [data[at : at + 65536] for at in range(0, len(data), 65536)]
    return b"\x04\x22\x4d\x18" + described + bytes([(_xxh32(described) >> 8) & 0xFF]) + b"".join(struct.pack("<I", len(block) | 0x80000000) + block for block in blocks) + bytes(4)


def zstd_framed(data):
    """A Zstandard frame of raw blocks."""
    blocks = [data[at : at + 65536] for at in range(0, len(data), 65536)] or [b""]
    frame = b"\x28\xb5\x2f\xfd\xa0" + struct.pack("<I", len(data))
    for number, block in enumerate(blocks):
        frame += struct.pack("<I", (len(block) << 3) | (number == len(blocks) - 1))[:3] + block
    return frame
