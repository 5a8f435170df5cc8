# SPDX-License-Identifier: LGPL-2.1-or-later
"""gvt-client in another language: people read that, programs do not notice."""

import os
import pathlib
import subprocess

import pytest

import callers

UUID = "cb33ec6d-ad44-4702-b80f-c176f56afea1"
SMALL = "i915-GVTg_V5_8"


@pytest.fixture(scope="module")
def locales():
    """The one locale that this needs; few machines have it."""
    directory = pathlib.Path("/run/locales")
    directory.mkdir(exist_ok=True)
    words = ["localedef", "--inputfile=de_DE", "--charmap=UTF-8", "--no-archive", directory / "de_DE.UTF-8"]
    subprocess.run(words, check=True, capture_output=True)
    return directory


@pytest.fixture
def say(locales):
    """Runs gvt-client in a language."""

    def run(language, *words):
        environment = {**callers.environment("alice"), **callers.sanitizers(), "LOCPATH": str(locales)}
        environment |= {"LANG": language, "PATH": os.defpath}
        return callers.run_as("alice", "gvt-client", *words, env=environment)

    return run


def test_people_read_german(bed, alice, say):
    shown = say("de_DE.UTF-8", "--help").stdout
    assert shown.startswith("Aufruf: gvt-client") and "\n  attach       Einer VM" in shown
    assert "Beispiele:" in say("de_DE.UTF-8", "attach", "--help").stdout
    done = say("de_DE.UTF-8", "show", "nichts-dergleichen")
    assert done.returncode == 4 and "Keine vGPU hat die UUID oder das Label „nichts-dergleichen“" in done.stderr
    alice.create(uuid=UUID, label="win11")
    shown = say("de_DE.UTF-8").stdout
    assert "64 von 384 MiB belegt" in shown and "ZUSTAND" in shown and "kein Platz" not in shown
    assert "Usage:" in say("C.UTF-8", "--help").stdout
    assert "Usage:" in say("xx_XX.UTF-8", "--help").stdout, "a locale that is not there"


def test_programs_do_not_notice(bed, alice, say):
    alice.create(uuid=UUID, label="win11", define=True)
    say("C.UTF-8", "check")  # starts her libvirt, which is another thing to be found
    for words in (["status"], ["list"], ["types"], ["gpus"], ["check"], ["show", "win11"], ["remove", "no"],
                  ["show", "no"], ["create"], ["no-such-verb"]):  # fmt: skip
        german, english = say("de_DE.UTF-8", "--json", *words), say("C.UTF-8", "--json", *words)
        assert (german.stdout, german.returncode) == (english.stdout, english.returncode)
    assert SMALL in say("de_DE.UTF-8", "--json", "list").stdout
    for words in (["report"], ["complete", "--", ""]):
        german, english = say("de_DE.UTF-8", *words).stdout, say("C.UTF-8", *words).stdout
        keep = [line.split("\t")[0] for line in german.splitlines()], [line.split("\t")[0] for line in english.splitlines()]
        assert keep[0][:3] == keep[1][:3]
