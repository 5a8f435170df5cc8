# SPDX-License-Identifier: LGPL-2.1-or-later
"""gvt-client in another language: people read that, programs do not notice."""

import pathlib
import shutil
import subprocess

import pytest

import callers

UUID = "cb33ec6d-ad44-4702-b80f-c176f56afea1"


@pytest.fixture(scope="module")
def locales():
    """The one locale that this needs beside C; few machines have it. LOCPATH would do as well, but for
    a leak of the C library's."""
    directory = pathlib.Path("/run/locales")
    shutil.copytree("/usr/lib/locale/C.utf8", directory / "C.utf8")
    words = ["localedef", "--inputfile=de_DE", "--charmap=UTF-8", "--no-archive", directory / "de_DE.utf8"]
    subprocess.run(words, check=True, capture_output=True)
    subprocess.run(["mount", "--bind", directory, "/usr/lib/locale"], check=True)
    yield
    subprocess.run(["umount", "--lazy", "/usr/lib/locale"], check=True)
    shutil.rmtree(directory)  # a daemon that was started meanwhile has its own hold


@pytest.fixture
def say(locales):
    """Runs gvt-client in a language."""

    def run(language, *words):
        environment = {**callers.environment("alice"), **callers.sanitizers(), "LANG": language}
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
    for words in (["status"], ["check"], ["remove", "no"], ["create"]):
        german, english = say("de_DE.UTF-8", "--json", *words), say("C.UTF-8", "--json", *words)
        assert (german.stdout, german.returncode) == (english.stdout, english.returncode)
    german = say("de_DE.UTF-8", "report").stdout
    assert "In the way:" in german and "Im Weg" not in german
