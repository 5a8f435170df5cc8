# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who sits at a terminal without a desktop is asked for a password there, once it is needed."""

import subprocess

import pytest

from callers import eventually
from terminals import Terminal

TYPE = "i915-GVTg_V5_8"
PASSWORD = "correct horse"


@pytest.fixture(autouse=True)
def password():
    """root has one; the file is the sandbox's own."""
    subprocess.run(["chpasswd"], input=f"root:{PASSWORD}\n", text=True, check=True)


def asked():
    """carol's session is not active, so creating takes an administrator's password."""
    terminal = Terminal("carol", "gvt-client", "create", TYPE, controlling=True)
    terminal.until("Password: ")
    assert TYPE in terminal.text
    eventually(lambda: not terminal.echoes())
    return terminal


def agents():
    return subprocess.run(["pgrep", "-c", "-x", "pkttyagent"], stdout=subprocess.PIPE).stdout


def test_the_right_password(bed):
    terminal = asked()
    terminal.type(f"{PASSWORD}\n")
    terminal.until("Created")
    assert terminal.echoes() and PASSWORD not in terminal.text
    assert terminal.end() == 0
    assert len(bed.host.devices()) == 1
    assert agents() == b"0\n"


def test_a_wrong_password(bed):
    before = bed.untouched()
    terminal = asked()
    terminal.type("wrong\n")
    terminal.until("authentication failed")
    eventually(terminal.echoes)
    assert terminal.end() == 3
    assert bed.untouched() == before
    assert agents() == b"0\n"


def test_not_asked_where_it_is_not_wanted(bed):
    terminal = Terminal(
        "carol", "gvt-client", "--no-ask-password", "create", TYPE, controlling=True
    )
    assert terminal.end() == 3
    assert "Password" not in terminal.text and not bed.host.devices()
