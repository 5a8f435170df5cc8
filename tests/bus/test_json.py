# SPDX-License-Identifier: LGPL-2.1-or-later
"""What gvt-client --json prints is what the installed schema says, for every verb."""

import copy
import json
import pathlib
import subprocess

import jsonschema
import pytest

import callers
import vms
from daemons import COMPLAINT

SCHEMA = json.loads(pathlib.Path("/usr/share/gvt-manager/gvt-client.schema.json").read_text())
UUID = "cb33ec6d-ad44-4702-b80f-c176f56afea1"
SMALL = "i915-GVTg_V5_8"
# Verbs that print nothing of their own, or XML, or text for people.
WITHOUT = {"detach", "modernise", "restore", "run", "hook", "edit-xml", "strip-xml", "report"}


def strict(schema):
    """The schema without leave for keys that it does not know: here they are undocumented."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: strict(part) for key, part in schema.items()}
    if schema.get("type") == "object" and isinstance(schema.get("properties"), dict):
        result.setdefault("additionalProperties", False)
    if schema == SCHEMA["$defs"]["monitor"]["properties"]["object"]:
        result.pop("additionalProperties", None)
    return result


STRICT = strict(copy.deepcopy(SCHEMA))


def check(verb, data):
    validator = jsonschema.Draft202012Validator(
        {**STRICT, "$ref": f"#/$defs/{verb}"}, format_checker=jsonschema.FormatChecker()
    )
    errors = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(data)]
    assert not errors, (verb, errors, data)
    return data


def as_json(verb, *words, user="alice", status=0):
    done = vms.client(user, "--json", verb, *words)
    assert done.returncode == status, done.stderr
    return check(verb, json.loads(done.stdout))


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_the_schema_finds_faults():
    for bad in ({}, {"schema": 1, "gpus": [{}], "vgpus": []}, {"schema": 2, "gpus": [], "vgpus": []},
                {"schema": 1, "gpus": [], "vgpus": [], "more": 1}):  # fmt: skip
        with pytest.raises(AssertionError):
            check("status", bad)


def test_every_verb_is_there(bed):
    """One that is forgotten here is one that nobody promised anything about."""
    verbs = callers.run_as("alice", "gvt-client", "complete", "--", "").stdout.splitlines()
    names = {line.split("\t")[0] for line in verbs}
    assert names and names - WITHOUT == {n for n in SCHEMA["$defs"] if n in names}
    assert not WITHOUT & set(SCHEMA["$defs"])


def test_version(bed):
    done = vms.client("alice", "--json", "--version")
    assert check("version", json.loads(done.stdout))["schema"] == 1


def test_looking(bed, alice):
    for verb in ("status", "gpus", "types", "list"):
        as_json(verb)
    alice.create(uuid=UUID, label="win11", define=True)
    bed.host.create(SMALL, "cb33ec6d-ad44-4702-b80f-c176f56afea2")
    callers.eventually(lambda: len(alice.of(callers.VGPU)) == 2)
    assert len(as_json("status")["vgpus"]) == 2 and len(as_json("list")) == 2
    assert as_json("show", "win11")["uuid"] == UUID


def test_changing(bed):
    assert as_json("create", SMALL, "--uuid", UUID)["uuid"] == UUID
    expected = {"name": UUID[:8], "uuid": UUID, "done": True, "error": None}
    for verb, *more in (["define"], ["stop"], ["start"], ["set", "--label", "x"], ["undefine"]):
        assert as_json(verb, UUID[:8], *more) == [expected]
    results = as_json("remove", "x", "no-such-one", status=4)
    assert [result["done"] for result in results] == [True, False]
    assert results[1]["uuid"] is None and "no-such-one" in results[1]["error"]


def test_attaching(bed, libvirt):
    libvirt.define()
    first = as_json("attach", "win11", "--type", SMALL)
    assert first["label"] == "win11" and first["start"] == "domain"
    assert as_json("attach", "win11") == first, "again, and nothing changes"


def test_backups(bed, libvirt):
    libvirt.define()
    before = as_json("backups", "win11")
    vms.client("alice", "attach", "win11", "--type", SMALL)
    assert as_json("backups", "win11")[0] not in before


def test_host(bed):
    assert as_json("check", status=1)
    assert as_json("rom", "list") == []
    as_json("setup", "modules", "--dry-run", user="root")


def test_monitor(bed, alice):
    """One object per line, as soon as it happens."""
    settings = callers.as_user("alice")
    settings["env"] |= callers.sanitizers()
    process = subprocess.Popen(
        ["gvt-client", "--json", "monitor"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **settings,
    )  # fmt: skip
    assert "Watching" in process.stderr.readline()
    alice.create(uuid=UUID)
    seen = []
    while not any(line["kind"] == "type" for line in seen):
        seen.append(check("monitor", json.loads(process.stdout.readline())))
    alice.vgpu(callers.vgpu_path(UUID), "Remove")
    while not any(line["event"] == "removed" for line in seen):
        seen.append(check("monitor", json.loads(process.stdout.readline())))
    process.kill()
    _, complaints = process.communicate()
    assert not COMPLAINT.search(complaints), complaints
    assert any(line["event"] == "added" and line["object"]["uuid"] == UUID for line in seen
               if line["kind"] == "vgpu")  # fmt: skip
