#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What gvt-client loads before it does anything: each library more makes every start slower."""

import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "service"))
import tap  # noqa: E402

PROGRAM = sys.argv[1]
WANTED = {"libc", "libgio-2.0", "libglib-2.0", "libgobject-2.0", "libjson-glib-1.0"}


def test_libraries():
    done = subprocess.run(["readelf", "--dynamic", "--wide", PROGRAM], capture_output=True, text=True, check=True)
    loaded = set(re.findall(r"\(NEEDED\).*\[(.+?)\.so", done.stdout))
    assert "libgio-2.0" in loaded, done.stdout
    assert loaded <= WANTED, loaded - WANTED


if __name__ == "__main__":
    tap.run(sys.modules[__name__])
