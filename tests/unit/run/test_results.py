#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What tests/run makes of results, which are made by pytest and meson themselves."""

import functools
import os
import pathlib
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "tests/unit/service"))
import tap  # noqa: E402

SCRATCH = tempfile.TemporaryDirectory(prefix="gvt-results-")
FOLDER = pathlib.Path(SCRATCH.name)

PYTEST_CASES = """
import pytest

@pytest.fixture
def broken():
    yield
    assert False, "not cleared away"

def test_good(): pass
def test_bad():
    for number in range(500): print("line", number)
    assert 1 == 2, "the reason"
def test_skipped(): pytest.skip("for a reason")
@pytest.mark.parametrize("word", ["one"])
def test_broken(broken, word): pass
"""

# The name of a program, and what it does
MESON_PROGRAMS = {
    "good": "print('1..2'); print('ok 1 /good/one'); print('ok 2 /good/two # SKIP')",
    "bad": "print('1..2'); print('not ok 1 /bad/one'); print('# the reason'); print('ok 2 /bad/two')",
    "crashed": "print('1..2'); print('ok 1 /crashed/one', flush=True); import os; os.abort()",
    "silent": "import sys; sys.exit('no word of TAP')",
    "slow": "import time; time.sleep(30)",
    "late": "print('1..1'); print('ok 1 /late/one', flush=True); import sys; sys.exit(23)",
}

GUEST_LOG = """\
# guest running after 45 s
1..4
ok 1 - rooms: the door (21 s)
not ok 2 - rooms: the window (1 s)
# E   AssertionError: it is open
ok 3 - rooms: the roof (0 s) # SKIP none here
not ok 4 - rooms: the lamp (0 s)
# journal:
"""


def read(what, path):
    return subprocess.run(["/usr/bin/python3", TOP / "tests/read-results", what, path], check=True,
                          capture_output=True, text=True).stdout  # fmt: skip


def file(name, text):
    path = FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@functools.cache
def of_pytest():
    file("cases/test_some.py", PYTEST_CASES)
    subprocess.run(["/usr/bin/python3", "-m", "pytest", "-p", "no:cacheprovider", "--tb=short", "cases",
                    "-o", "junit_logging=out-err", "--junitxml=some.xml", "--rootdir=."],
                   cwd=FOLDER, capture_output=True, check=False)  # fmt: skip
    return FOLDER / "some.xml"


@functools.cache
def of_meson():
    lines = ["project('some')", "python = find_program('/usr/bin/python3')"]
    for name, text in MESON_PROGRAMS.items():
        file(f"meson/{name}.py", text)
        lines.append(f"test('{name}', python, args: [files('{name}.py')], protocol: 'tap', timeout: 2, suite: 'unit')")
    lines.append("test('plain', find_program('true'), suite: 'unit')")
    file("meson/meson.build", "\n".join(lines))
    here = {"cwd": FOLDER / "meson", "capture_output": True, "env": {**os.environ, "MESON_TESTTHREADS": "8"}}
    subprocess.run(["meson", "setup", "build"], check=True, **here)
    subprocess.run(["meson", "test", "-C", "build", "--no-rebuild"], check=False, **here)
    return FOLDER / "meson/build/meson-logs/testlog.json"


def test_pytest():
    assert read("count", of_pytest()) == "1 2 1\n"
    assert read("names", of_pytest()).splitlines() == [
        "cases/test_some.py::test_bad",
        "cases/test_some.py::test_broken[one]",
    ]


def test_pytest_with_much_to_say():
    lines = read("explain", of_pytest()).splitlines()
    assert "E   AssertionError: the reason" in lines
    assert "line 0" in lines and "line 499" in lines and "line 250" not in lines
    assert "E   AssertionError: not cleared away" in lines
    assert len(lines) < 80


def test_meson():
    names = read("names", of_meson()).splitlines()
    assert sorted(names) == [
        "bad: /bad/one",
        "crashed: error, exit status -6 after /crashed/one",
        "late: error, exit status 23 after /late/one",
        "silent: error, exit status 1",
        next(name for name in names if name.startswith("slow: timeout, exit status ")),
    ]
    # bad's second, crashed's, good's and late's first, plain
    assert read("count", of_meson()) == "5 5 1\n"
    lines = read("explain", of_meson()).splitlines()
    assert lines[lines.index("✗ bad: /bad/one") + 1] == "# the reason"
    assert "no word of TAP" in lines


def test_guest():
    log = file("guest.log", GUEST_LOG)
    assert read("count", log) == "1 2 1\n"
    assert read("names", log) == "rooms: the window\nrooms: the lamp\n"
    assert read("explain", log).splitlines() == [
        "✗ rooms: the window",
        "# E   AssertionError: it is open",
        "✗ rooms: the lamp",
        "# journal:",
    ]


def test_fault_far_down_is_shown():
    text = [f"# line {number}" for number in range(300)]
    text[200] = "# E   the reason"
    lines = read("explain", file("long.log", "\n".join(["not ok 1 - long", *text]))).splitlines()
    assert lines[:2] == ["✗ long", "# line 0"] and "# E   the reason" in lines and lines[-1] == "# line 299"
    assert len(lines) == 63 and "[170 lines]" in lines and "[70 lines]" in lines


def test_many_failures_are_named():
    log = file("many.log", "".join(f"not ok {number} - case {number}\n# one\n# two\n" for number in range(1, 1001)))
    assert len(read("names", log).splitlines()) == 1000
    lines = read("explain", log).splitlines()
    assert lines[-1] == "and 800 more" and len(lines) == 601


def test_nothing_is_no_success():
    for path in (FOLDER / "none.xml", FOLDER / "none.json", FOLDER / "none.log",
                 file("half.xml", "<testsuites><testcase name='a'/>"), file("half.json", '{"name": '),
                 file("empty.xml", ""), file("other.json", "[]\n")):  # fmt: skip
        assert read("count", path) == "0 0 0\n", path
        assert read("names", path) == "" and read("explain", path) == ""


if __name__ == "__main__":
    tap.run(sys.modules[__name__])
