#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""One door per danger: what only one file may do, and what none may, read off the sources."""

import fnmatch
import pathlib
import re
import sys

import tap

TOP = pathlib.Path(__file__).resolve().parents[3]
PRODUCT = ("service", "domain", "dbus", "client")
# Without those who edit domain XML.
REST = ("service", "domain/libvirt", "dbus", "client")
LINES_MAX = 400

# (what, pattern, files that may, a line that the pattern must find)
DOORS = [
    ("ask polkit", r"#include <polkit/", ["service/bus/authorise.c"], "#include <polkit/polkit.h>"),
    ("fork", r"\b(v?fork|clone) \(", ["service/mdev/sysfs.c", "service/processes/process-helper-main.c"], "  pid = fork ();"),
    ("start programs", r"\bg_(sub|spawn_)\w*(new|spawn\w*|sync|async\w*) \(",
     ["service/domains/editor.c", "service/host/setup/setup-command.c", "client/*"], "g_subprocess_launcher_spawn (launcher, error)"),
    ("write to sysfs", r"\bgvt_sysfs_write \(",
     ["service/mdev/sysfs.[ch]", "service/vgpu/device.c"], "return gvt_sysfs_write (root, path)"),
    ("open for writing", r"\bO_(WRONLY|RDWR|CREAT|TRUNC|APPEND)\b",
     ["service/mdev/sysfs.c", "service/durable-file.c", "client/*"], "openat (3, path, O_WRONLY)"),
    ("write files", r"\b(fopen|creat|g_file_set_contents\w*|g_file_replace\w*) \(",
     ["domain/libvirt/domain-backups.c"],
     "g_file_set_contents (path, text, -1, NULL)"),
    ("rename or delete", r"\b(g_)?(rename|unlink|rmdir|mkdir|symlink|link|remove)(at)?2? \(",
     ["service/durable-file.c", "domain/libvirt/domain-backups.c", "client/*"], "  unlinkat (directory, name, 0);"),
    ("change access", r"\b(chmod|fchmod|chown|fchown|lchown|acl_set_\w+|setxattr)(at)? \(",
     ["service/vgpu/node.c", "service/durable-file.c", "client/*"], "acl_set_file (path, type, acl)"),
    ("use ACLs", r"#include <(sys/acl|acl/libacl)\.h>", ["service/vgpu/node.c"],
     "#include <sys/acl.h>"),
    ("change limits of others", r"\bprlimit \(", ["service/processes/memory-limit.c"],
     "prlimit (daemon->pid, RLIMIT_MEMLOCK, &limit, NULL)"),
    ("parse XML with libxml2", r"#include <libxml/", ["domain/text/document.c", "domain/worker/worker-main.c"],
     "#include <libxml/tree.h>"),
    ("parse JSON", r"#include <json-glib/", ["service/vgpu/definition.c", "client/*"],
     "#include <json-glib/json-glib.h>"),
    ("talk to libvirt", r'#include (<libvirt/|"libvirt-library)',
     ["domain/libvirt/*", "service/libvirt/system-domain.c", "client/user/vm.c", "client/user/vm-names.c",
      "client/user/libvirt-survey.c"],
     '#include "libvirt-library.h"'),
    ("set the environment", r"\b(g_)?(un)?setenv \(", ["service/main.c", "client/*"],
     'g_setenv ("X", "y", TRUE)'),
    ("kill", r"\bkill \(", ["client/*"], "kill (pid, SIGKILL);"),
]

# What no file may do.
BANS = [
    (r"\bgoto\b", "goto out;"),
    (r"\b(system|popen|execl\w*|execv\w*) \(", 'system ("modprobe kvmgt")'),
    (r"\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|tmpnam|mktemp|alloca) \(", "strcpy (a, b)"),
    (r"\bg_error \(", 'g_error ("no")'),
    (r"\bg_assert\w* \(", "g_assert_nonnull (x)"),
    (r"\babort \(", "abort ();"),
    (r"\b(TODO|FIXME|XXX)\b", "/* TODO */"),
    (r"^\t", "\tx = 1;"),
]

# What the service may not do, because whoever starts it decides and nobody else.
SERVICE_BANS = [
    (r"polkit_unix_(process|session)", "polkit_unix_process_new (pid)"),
    (r"\b(g_|secure_)?getenv \(", 'g_getenv ("GVT_ROOT")'),
    (r"\.set_property = ", ".set_property = handle_set_property,"),
    (r"\bg_main_context_iteration \(", "g_main_context_iteration (NULL, TRUE)"),
    (r"\bg_dbus_\w+_sync \(", "g_dbus_connection_call_sync (connection)"),
    (r"\b_SYSTEM_BUS_NAME_WITH_PID\b", "_SYSTEM_BUS_NAME_WITH_PID"),
]

# The main loop's own beginning and end.
MAY_WAIT = {"service/service.c", "service/main.c"}


def sources(*folders, suffixes=(".c", ".h")):
    found = [p for f in folders for p in sorted((TOP / f).rglob("*")) if p.suffix in suffixes]
    assert found, f"no sources in {folders}"
    return found


def name(path):
    return path.relative_to(TOP).as_posix()


def code(path):
    """Its lines without comments, which may name what the code may not do."""
    text = path.read_text(encoding="utf-8")
    blank = lambda match: "\n" * match.group().count("\n")  # noqa: E731
    return re.sub(r"/\*.*?\*/", blank, text, flags=re.S).splitlines()


def search(pattern, paths, allowed=()):
    return [
        f"{name(path)}:{number}: {line.strip()}"
        for path in paths
        if not any(fnmatch.fnmatch(name(path), glob) for glob in allowed)
        for number, line in enumerate(code(path), 1)
        if re.search(pattern, line)
    ]


def test_patterns_find_what_they_are_for():
    rows = [(pattern, sample) for _, pattern, _, sample in DOORS] + BANS + SERVICE_BANS
    for pattern, sample in rows:
        assert re.search(pattern, sample), f"{pattern} does not find {sample}"


def test_doors_are_there():
    """A door that no file uses any more is a rule that guards nothing."""
    for what, pattern, allowed, _ in DOORS:
        if not allowed:
            continue
        users = search(pattern, sources("service", "domain"))
        assert users or allowed == ["client/*"], f"nobody does it any more: {what}"


def test_one_door_per_danger():
    for what, pattern, allowed, _ in DOORS:
        everywhere = what in ("fork", "parse XML with libxml2")
        paths = sources(*(PRODUCT if everywhere else REST))
        found = search(pattern, paths, allowed)
        assert not found, f"only {allowed} may {what}: {found}"


def test_bans():
    for pattern, _ in BANS:
        found = search(pattern, sources(*PRODUCT))
        assert not found, f"{pattern}: {found}"


def test_service_bans():
    for pattern, _ in SERVICE_BANS:
        found = search(pattern, [p for p in sources("service") if name(p) not in MAY_WAIT])
        assert not found, f"{pattern}: {found}"


def test_files_are_short():
    long = [
        f"{name(path)}: {count}"
        for path in sources(*PRODUCT, "tests", suffixes=(".c", ".h", ".py"))
        if (count := len(path.read_text(encoding="utf-8").splitlines())) >= LINES_MAX
    ]
    assert not long, long


def test_files_begin_as_they_should():
    for path in sources(*PRODUCT, "tests/unit", "tests/simhost"):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert lines[0] == "/* SPDX-License-Identifier: LGPL-2.1-or-later */", path
        if path.suffix == ".h":
            assert "#pragma once" in lines[:12], path
        if path.suffix == ".c" and name(path).startswith("service/"):
            assert lines[1] == "/*", f"{name(path)} does not open with what it owns"


def test_own_header_comes_first():
    for path in sources("service", suffixes=(".c",)):
        header = path.with_suffix(".h")
        includes = re.findall(r'^#include ["<](.+)[">]', path.read_text(encoding="utf-8"), re.M)
        if header.exists():
            assert includes[0] == header.name, f"{name(path)} begins with {includes[0]}"


def includes(path):
    return set(re.findall(r'^#include "(.+)"', path.read_text(encoding="utf-8"), re.M))


def check_order(*areas):
    """Each uses those before it alone."""
    for index, area in enumerate(areas):
        later = {p.name for a in areas[index + 1:] for p in (TOP / a).glob("*.h")}
        for path in sources(area):
            assert not includes(path) & later, f"{name(path)} includes {includes(path) & later}"


def test_who_may_include_whom():
    """Domains know nothing of vGPUs."""
    check_order("service/mdev", "service/processes", "service/vgpu", "service/bus")
    check_order("domain/request", "domain/text", "domain/edits", "domain/verify", "domain/worker")
    service = {p.name for p in (TOP / "service").rglob("*.h")}
    for path in sources("domain", "dbus"):
        own = {p.name for p in (TOP / "domain").rglob("*.h")}
        assert not includes(path) & service - own, f"{name(path)} includes {includes(path) & service - own}"


if __name__ == "__main__":
    tap.run(sys.modules[__name__])
