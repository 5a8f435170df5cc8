#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every sentence for people can be translated, and every translation there is has all of them.

What to do when this fails: write new sentences in client/ as _ ("...") (N_ ("...") in tables), then
  ninja -C build gvt-manager-update-po
and fill in what is empty or fuzzy in po/*.po.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "tests/unit/service"))
import tap  # noqa: E402

MARK = re.compile(r'\bN?_ \("')
STRING = r'"(?:[^"\\]|\\.)*"'
# Calls whose words reach people, and a literal of two words or more that stands there unmarked.
UNMARKED = re.compile(
    r"\b(?:gvt_terminal_talk|gvt_terminal_complain|g_set_error(?:_literal)?|usage_error|g_prefix_error"
    r"|gvt_progress_begin|gvt_finding_means|gvt_finding_mend|gvt_display_line) \("
    r'(?:[^"();]|\([^"();]*\))*' + rf'({STRING})'
)


def listed(name):
    lines = (TOP / "po" / name).read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def run(*words, **settings):
    return subprocess.run(words, capture_output=True, text=True, cwd=TOP, check=False, **settings)


def languages():
    found = listed("LINGUAS")
    assert found and {path.stem for path in (TOP / "po").glob("*.po")} == set(found)
    return found


def name(path):
    return path.relative_to(TOP).as_posix()


def test_files_are_listed():
    marked = {name(path) for path in (TOP / "client").rglob("*.c") if MARK.search(path.read_text())}
    assert marked and marked | {"polkit/org.gvt.manager.policy"} == set(listed("POTFILES"))


def test_sentences_are_marked():
    assert UNMARKED.search('gvt_terminal_talk (client, "two words")')
    assert not UNMARKED.search('gvt_terminal_talk (client, _ ("two words"))')
    for path in sorted((TOP / "client").rglob("*.c")):
        for match in UNMARKED.finditer(path.read_text()):
            words = re.sub(r"%[-0-9.*]*[a-z]+|\\n", "", match[1])
            assert not re.search(r"[A-Za-z]{2,}", words), f"{name(path)}: {match[1]}"


def test_translations_are_complete():
    with tempfile.NamedTemporaryFile(suffix=".pot") as template:
        done = run("xgettext", "--from-code=UTF-8", "--keyword=_", "--keyword=N_", "-o", template.name,
                   *listed("POTFILES"))  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert pathlib.Path(template.name).read_text().count("msgid") > 300
        for language in languages():
            po = f"po/{language}.po"
            done = run("msgcmp", po, template.name)
            assert done.returncode == 0, done.stderr
            done = run("msgfmt", "--check", "--statistics", "--output=/dev/null", po,
                       env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"})  # fmt: skip
            assert re.fullmatch(r"\d+ translated messages?\.\n", done.stderr), done.stderr


def test_german_is_set_in_german():
    """Quotation marks, dashes and apostrophes as German print has them."""
    text = (TOP / "po/de.po").read_text()
    for said in re.findall(r'(?m)^msgstr ((?:"(?:[^"\\]|\\.)*"\n?)+)', text):
        words = re.sub(r'"\n"|^"|"\n?$', "", said)
        assert not re.search(r"\\\"|“[^„“]*”|\w'\w| - (?![a-zäöü])", words), words
        assert words.count("„") == words.count("“"), words


def test_policy_has_all_languages():
    """What polkit asks is there in every language, once the build has merged it."""
    text = pathlib.Path(sys.argv[1]).read_text()
    for element in ("description", "message"):
        count = text.count(f"<{element}>")
        assert count == text.count("<action ")
        for language in languages():
            assert text.count(f'<{element} xml:lang="{language}">') == count


if __name__ == "__main__":
    tap.run(sys.modules[__name__])
