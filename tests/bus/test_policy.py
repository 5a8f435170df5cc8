# SPDX-License-Identifier: LGPL-2.1-or-later
"""The shipped polkit policy, as the real polkitd reads it."""

import re
import subprocess

import pytest

import authorisation_table
import callers

ROWS = authorisation_table.rows(authorisation_table.IMPLICIT)


def pkaction(*arguments):
    output = subprocess.run(["pkaction", *arguments], capture_output=True, text=True, check=True)
    return output.stdout


def test_polkit_knows_exactly_the_actions_of_the_contract(polkit):
    ours = {line for line in pkaction().split() if line.startswith("org.gvt.")}
    assert ours == {f"org.gvt.manager.{row[0]}" for row in ROWS}


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_defaults(polkit, row):
    text = pkaction("--verbose", "--action-id", f"org.gvt.manager.{row[0]}")
    found = dict(re.findall(r"implicit (\w+): +(\w+)", text))
    assert [found["active"], found["inactive"], found["any"]] == row[1:]


def test_messages_name_only_details_that_are_passed(polkit):
    """The words of a dialog come from us; what varies is what the service validated."""
    for row in ROWS:
        text = pkaction("--verbose", "--action-id", f"org.gvt.manager.{row[0]}")
        used = set(re.findall(r"\$\((\w+)\)", text))
        assert used <= {"gpu", "type", "uuid", "label", "domain", "uid"}


# pkcheck: 0 authorised, 1 not, 2 would be after an authentication
ANSWERS = {"yes": 0, "no": 1, "auth_admin": 2, "auth_admin_keep": 2}


@pytest.mark.parametrize("user, column", [("alice", 1), ("carol", 2), ("nobody", 3)])
def test_who_gets_what(polkit, user, column):
    """That the users of this bed are what they stand for."""
    for row in ROWS:
        script = f"exec pkcheck --action-id org.gvt.manager.{row[0]} --process $$"
        status = callers.run_as(user, "bash", "-c", script).returncode
        assert status == ANSWERS[row[column]], f"{user} {row[0]}"
