#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The manual pages, as man(1) shows them: without a fault, and with everything there is.

usage: test_manual.py GVT-CLIENT PAGE...
"""

import functools
import os
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

TOP = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "tests/unit/service"))
import tap  # noqa: E402

PROGRAM = sys.argv[1]
PAGES = {pathlib.Path(page).name: page for page in sys.argv[2:]}
ENVIRONMENT = {**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "200", "MAN_KEEP_FORMATTING": "",
               "PAGER": "cat", "MANOPT": "--nh --nj"}  # fmt: skip


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, check=True, env=ENVIRONMENT)


def text(page):
    return re.sub(r"[ \n]+", " ", run("man", "-E", "UTF-8", "-l", PAGES[page]).stdout)


@functools.cache
def verbs():
    found = [line.split("\t")[0] for line in run(PROGRAM, "complete", "--", "").stdout.splitlines()]
    assert len(found) > 20
    return found


@functools.cache
def options(*words):
    lines = run(PROGRAM, "complete", "--", *words, "-").stdout.splitlines()
    assert lines
    return [line.split("\t")[0] for line in lines]


def test_pages_are_there():
    assert set(PAGES) == {"gvt-client.1", "gvt-managerd.8", "gvt-manager.conf.5", "org.gvt.Manager.5"}


def test_man_has_nothing_to_say():
    for page, path in PAGES.items():
        done = run("man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", path)
        assert not done.stderr, f"{page}: {done.stderr}"
        assert "@" not in re.sub(r"\S+@\S+", "", text(page)), f"{page}: something was not put in"


def test_man_would_say_it():
    """A fault that has to be found, lest nothing ever is."""
    bad = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-"],
                         input=".TH X 1\n.SH NAME\n.nonsense\n", capture_output=True, text=True,
                         check=False, env=ENVIRONMENT)  # fmt: skip
    assert "nonsense" in bad.stderr


def test_every_verb_and_option():
    page = text("gvt-client.1")
    for option in options():
        assert re.search(rf"[ ,]{option}[ =]", page), option
    for verb in verbs():
        assert f" gvt-client {verb} " in page, verb
        section = page.split(f" gvt-client {verb} ", 1)[1]
        for option in set(options(verb)) - set(options()):
            assert re.search(rf"[ ,]{option}[ =]", section), f"{verb} {option}"


def test_every_key():
    page = text("gvt-manager.conf.5")
    code = (TOP / "service/configuration.c").read_text()
    known = set(re.findall(r'"([A-Z][a-z]+(?:[A-Z][a-z]+)*)"', code))
    shown = set(re.findall(r" ([A-Z]\w+)= \(default:", page))
    assert shown and shown <= known, shown - known
    for key in re.findall(r"(?m)^#(\w+)=", (TOP / "data/gvt-manager.conf").read_text()):
        assert key in shown, key


def test_every_member_and_argument():
    page = text("org.gvt.Manager.5")
    for path in sorted((TOP / "dbus").glob("org.gvt.*.xml")):
        interface = ElementTree.parse(path).getroot().find("interface")
        section = page.split(f"INTERFACE {interface.get('name')} ", 1)[1]
        assert list(interface)
        for member in interface:
            if member.tag == "property":
                assert f" {member.get('name')} {member.get('type')} " in section, member.get("name")
            elif member.tag in ("method", "signal"):
                assert f" {member.get('name')} (" in section, member.get("name")
                own = section.split(f" {member.get('name')} (", 1)[1]
                for argument in member.findall("arg"):
                    assert f"{argument.get('type')} {argument.get('name')}" in own


def test_every_exit_status_and_action():
    page = text("gvt-client.1").split("EXIT STATUS", 1)[1]
    for status in range(9):
        assert f" {status} " in page
    page = text("gvt-managerd.8")
    for action in re.findall(r'action id="([^"]+)"', (TOP / "polkit/org.gvt.manager.policy").read_text()):
        assert action in page, action


def test_documents_name_what_there_is():
    """Commands in documents and examples: verbs and options that the client has."""
    checked = 0
    for path in [TOP / "README.md", *(TOP / "doc").glob("*.md"), *(TOP / "examples").iterdir()]:
        for command in re.findall(r"(?:`|^ +|: \"?)gvt-client((?: [^`\n|]+)?)", path.read_text(), re.M):
            words = command.split()
            verb = next((word for word in words if re.fullmatch(r"[a-z-]+", word) and word[0] != "-"), None)
            assert verb is None or verb in verbs(), f"{path.name}: gvt-client{command}"
            for option in re.findall(r" (--[a-z-]+)", command):
                assert option in options(*filter(None, [verb])), f"{path.name}: gvt-client{command}"
            checked += 1
    assert checked > 30, checked


if __name__ == "__main__":
    tap.run(sys.modules[__name__])
