# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pictures as rows of red, green and blue bytes: what the emulated GPU paints, and PNG."""
import struct
import zlib

BARS = [b"\xff\xff\xff", b"\xff\xff\x00", b"\x00\xff\xff", b"\x00\xff\x00",
        b"\xff\x00\xff", b"\xff\x00\x00", b"\x00\x00\xff", b"\x00\x00\x00"]


def test_pattern(width, height):
    """The rows that module/gvt_vgpu.c paints: eight colour bars over a grey ramp."""
    bars = b"".join(BARS[x * 8 // width] for x in range(width))
    ramp = b"".join(bytes([x * 256 // width] * 3) for x in range(width))
    return [bars if y < height * 3 // 4 else ramp for y in range(height)]


def _chunks(data):
    """The parts of a PNG, as kind and content."""
    assert data.startswith(b"\x89PNG\r\n\x1a\n"), data[:16]
    at = 8
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        yield kind, data[at + 8:at + 8 + length]
        at += 12 + length


def _paeth(left, above, corner):
    guess = left + above - corner
    return min((abs(guess - left), 0, left), (abs(guess - above), 1, above),
               (abs(guess - corner), 2, corner))[2]


PREDICTORS = [lambda left, above, corner: 0,
              lambda left, above, corner: left,
              lambda left, above, corner: above,
              lambda left, above, corner: (left + above) // 2,
              _paeth]


def _undo_filter(kind, line, above):
    """A row from its difference to a prediction (PNG specification, "Filtering")."""
    if kind == 2 and not any(line):
        return above
    row = bytearray(line)
    for x in range(len(row)):
        left, corner = (row[x - 3], above[x - 3]) if x >= 3 else (0, 0)
        row[x] = (row[x] + PREDICTORS[kind](left, above[x], corner)) & 0xff
    return bytes(row)


def read_png(data):
    """The rows of a PNG of eight bits each of red, green and blue, as QEMU's screendump writes it."""
    parts = list(_chunks(data))
    width, height, *form = struct.unpack(">IIBBBBB", dict(parts)[b"IHDR"])
    assert form == [8, 2, 0, 0, 0], form
    pixels = zlib.decompress(b"".join(content for kind, content in parts if kind == b"IDAT"))
    rows, stride = [bytes(3 * width)], 3 * width + 1
    assert len(pixels) == stride * height
    for at in range(0, len(pixels), stride):
        rows.append(_undo_filter(pixels[at], pixels[at + 1:at + stride], rows[-1]))
    return rows[1:]
