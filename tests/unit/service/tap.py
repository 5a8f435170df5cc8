# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the functions of a module whose names begin with "test_", and says how they fared as TAP."""

import sys
import traceback


def run(module):
    tests = [(name, value) for name, value in vars(module).items() if name.startswith("test_")]
    failed = 0
    print(f"1..{len(tests)}")
    for number, (name, test) in enumerate(tests, 1):
        try:
            test()
            print(f"ok {number} {name}")
        except Exception:  # whatever it is, it is this test's failure
            failed += 1
            print(f"not ok {number} {name}")
            print("".join(f"# {line}\n" for line in traceback.format_exc().splitlines()), end="")
    sys.exit(failed > 0)
