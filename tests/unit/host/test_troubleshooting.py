#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""doc/troubleshooting.md has every finding, every error and every exit status, and nothing that is no more."""

import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "tests/unit/service"))

import tap  # noqa: E402

DOCUMENT = (TOP / "doc/troubleshooting.md").read_text(encoding="utf-8")
FAMILIES = "gpu|virtualisation|kernel|modules|vfio|types|aperture|policy|libvirt|confinement|roms|limits|log|service|user"
# Ids that are put together at run time, and names of files that look like ids.
MADE = {"modules.kvmgt", "modules.vfio_mdev"}
NO_IDS = {"modules.dep", "modules.builtin", "service.h"}


def sources(*folders):
    """The text of C files, with strings that continue on the next line made one."""
    texts = [
        path.read_text(encoding="utf-8")
        for folder in folders
        for path in sorted((TOP / folder).rglob("*.[ch]"))
    ]
    assert texts
    return re.sub(r'"\s*\n\s*"', "", "\n".join(texts))


def section(heading):
    """The tables below a heading, as rows of cells."""
    body = DOCUMENT.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [re.split(r"(?<!\\) ?\| ?", line)[1:-1] for line in body.splitlines() if line.startswith("|")]
    rows = [row for row in rows if not row[0].startswith("---") and row[0] not in ("finding", "error", "message")]
    assert rows, heading
    return rows


def test_every_finding():
    used = set(re.findall(rf'"((?:{FAMILIES})\.[a-z_-]+)"', sources("service", "client", "dbus")))
    used = (used | MADE) - NO_IDS
    documented = re.findall(r"`([a-z]+\.[a-z_-]+)`", " ".join(r[0] for r in section("What `gvt-client check` finds")))
    assert len(documented) == len(set(documented)), "one stands there twice"
    assert used == set(documented), used ^ set(documented)


def test_every_error():
    enum = (TOP / "dbus/gvt-error.h").read_text(encoding="utf-8").split("typedef enum", 1)[1].split("}", 1)[0]
    names = {name.title().replace("_", "") for name in re.findall(r"GVT_ERROR_(\w+),", enum)}
    documented = {row[0].strip("`"): row[1] for row in section("What gvt-client refuses")}
    assert len(names) > 10 and names == set(documented), names ^ set(documented)


def test_statuses_are_those_of_the_program():
    """The status of each error, as client/failure.c gives it."""
    numbers = dict(re.findall(r"(GVT_EXIT_\w+) = (\d),", sources("client")))
    given = dict(re.findall(r"\[GVT_ERROR_(\w+)\] = (GVT_EXIT_\w+),", sources("client")))
    rows = section("What gvt-client refuses")
    assert len(given) == len(rows)
    for name, status, *_ in rows:
        code = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip("`")).upper()
        assert status == numbers[given[code]], name
    for status in range(9):
        assert re.search(rf"\| {status} \||Status {status}:", DOCUMENT), status


def test_our_messages_are_still_said():
    text = sources("service", "client", "dbus")
    text = re.sub(r'" G\w+ "|"[\s\n]*[A-Z_]+[\s\n]*"', "…", text)
    for heading in ("What setup says", "What the service says about option ROMs"):
        for row in section(heading):
            for piece in row[0].strip("`").split("…"):
                piece = piece.strip()
                assert piece in text, f"nobody says “{piece}” any more"


def test_commands_exist():
    verbs = set(re.findall(r'\.name = "([a-z-]+)"', sources("client")))
    used = set(re.findall(r"`gvt-client ([a-z-]+)", DOCUMENT))
    assert len(used) > 10 and used <= verbs, used - verbs
    flags = set(re.findall(r"(--[a-z][a-z-]+)", DOCUMENT)) - {"--grep"}
    for flag in flags:
        assert f'"{flag[2:]}"' in sources("client"), flag


if __name__ == "__main__":
    tap.run(sys.modules[__name__])
