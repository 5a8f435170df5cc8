# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each bad input gets a clear error, changes nothing, and the service lives on."""

import pathlib
import re
import socket
import struct
import tomllib

import pytest
from gi.repository import GLib

import beds
import callers
import hosts
import members
from callers import DOMAINS, MANAGER, ROOT, VGPU, BusError

INPUTS = tomllib.loads((pathlib.Path(__file__).parent / "bad-inputs.toml").read_text())
SMALL = "i915-GVTg_V5_8"
OPTIONS = GLib.VariantType("a{sv}")
# A message is for a person: one line, no control characters, not the input thrown back whole.
LONGEST_MESSAGE = 1000


def expand(text):
    """{{x*3}} stands for xxx."""
    return re.sub(r"{{(.+)\*(\d+)}}", lambda m: m[1] * int(m[2]), text, flags=re.S)


def cases(name):
    return pytest.mark.parametrize(
        "text", [pytest.param(text, id=f"{number:02}-{ascii(text)[1:33]}") for number, text in
                 enumerate(INPUTS[name])]
    )  # fmt: skip


@pytest.fixture(scope="module")
def shared(root, polkit):
    """One service takes all of them, one after the other, as it would."""
    bed = beds.Bed(root, hosts.SimHost("--aperture", "512").start())
    yield bed
    bed.stop()
    bed.host.end()


@pytest.fixture
def unchanged(shared, alice):
    """That nothing changed and the service still answers, whatever the test did."""
    pid = shared.service.pid
    before, shown = shared.untouched(), alice.objects()
    yield shared
    assert shared.service.running() and shared.service.pid == pid
    assert shared.untouched() == before
    assert alice.objects() == shown


def refusal(caller, *call):
    with pytest.raises(BusError) as error:
        caller.call(*call)
    message = error.value.message
    assert 10 <= len(message) <= LONGEST_MESSAGE, f"{len(message)} characters"
    assert message.isprintable(), ascii(message)
    return error.value


def create(caller, gpu="", vgpu_type=SMALL, **options):
    values = options.get("raw") or callers.variants(options)
    return refusal(caller, ROOT, MANAGER, "CreateVgpu", "(ssa{sv})", gpu, vgpu_type, values)


@cases("uuids")
def test_uuid(unchanged, alice, text):
    text = expand(text)
    assert create(alice, uuid=text).name == "InvalidArgument"
    assert refusal(alice, ROOT, MANAGER, "GetVgpu", "(s)", text).name == "InvalidArgument"


@cases("uuids")
def test_uuid_of_an_edit(unchanged, alice, text):
    for method in ("EditXml", "StripXml"):
        error = refusal(alice, ROOT, DOMAINS, method, "(ssa{sv})", members.XML, expand(text), {})
        assert error.name == "InvalidArgument"


@cases("uuids")
def test_uuid_of_a_vm(unchanged, alice, text):
    for method in ("Prepare", "Release"):
        for vm, vgpus in ((expand(text), [members.UUID]), (members.VM, [expand(text)])):
            arguments = ("vm", vm, vgpus, 1048576, {})
            error = refusal(alice, ROOT, DOMAINS, method, "(ssasta{sv})", *arguments)
            assert error.name == "InvalidArgument"


@cases("gpus")
def test_gpu(unchanged, alice, text):
    assert create(alice, expand(text)).name in ("NotFound", "InvalidArgument")


@cases("types")
def test_type(unchanged, alice, text):
    for gpu in ("", "0000:00:02.0"):
        assert create(alice, gpu, expand(text)).name in ("NotFound", "InvalidArgument")


@cases("labels")
def test_label(unchanged, alice, text):
    assert create(alice, label=expand(text)).name == "InvalidArgument"


@cases("starts")
def test_start(unchanged, alice, text):
    assert create(alice, start=expand(text)).name == "InvalidArgument"


@cases("options")
def test_options(unchanged, alice, text):
    options = GLib.Variant.parse(OPTIONS, text)
    raw = {options.get_child_value(i).get_child_value(0).get_string():
           options.get_child_value(i).get_child_value(1).get_variant()
           for i in range(options.n_children())}  # fmt: skip
    assert create(alice, raw=raw).name == "InvalidArgument"


@cases("xmls")
def test_xml(unchanged, alice, text):
    for method in ("EditXml", "StripXml"):
        arguments = (expand(text), members.UUID, {})
        error = refusal(alice, ROOT, DOMAINS, method, "(ssa{sv})", *arguments)
        expected = {"InvalidArgument"} | ({"NotFound"} if method == "StripXml" else set())
        assert error.name in expected


@cases("settings")
def test_settings(unchanged, alice, text):
    settings = GLib.Variant.parse(OPTIONS, text)
    raw = {settings.get_child_value(i).get_child_value(0).get_string():
           settings.get_child_value(i).get_child_value(1).get_variant()
           for i in range(settings.n_children())}  # fmt: skip
    error = refusal(alice, ROOT, DOMAINS, "EditXml", "(ssa{sv})", members.XML, members.UUID, raw)
    assert error.name in ("InvalidArgument", "NotSupported", "NotFound")


def test_there_are_two_hundred():
    assert sum(len(texts) for texts in INPUTS.values()) >= 200


def test_labels_and_starts_of_what_exists(shared, alice):
    """The same lists to the methods of an existing vGPU."""
    path = alice.create()
    try:
        before, shown = shared.untouched(), alice.objects()
        for method, texts in (("SetLabel", INPUTS["labels"]), ("SetStart", INPUTS["starts"])):
            for text in texts:
                error = refusal(alice, path, VGPU, method, "(sa{sv})", expand(text), {})
                assert error.name == "InvalidArgument", ascii(text)[:60]
        for method in ("Start", "Stop", "Define", "Undefine", "Remove"):
            unknown = {"force": GLib.Variant("b", True)}
            assert refusal(alice, path, VGPU, method, "(a{sv})", unknown).name == "InvalidArgument"
        assert shared.untouched() == before and alice.objects() == shown
    finally:
        alice.vgpu(path, "Remove")


def test_memory_sizes(unchanged, alice):
    """A VM's memory is a number of KiB that adds up in bytes."""
    for memory in (2**64 - 1, 2**63, 2**54):
        arguments = ("vm", members.VM, [], memory, {})
        error = refusal(alice, ROOT, DOMAINS, "Prepare", "(ssasta{sv})", *arguments)
        assert error.name in ("InvalidArgument", "LimitExceeded", "NotSupported")


def test_many_uuids(unchanged, alice):
    vgpus = [f"00000000-0000-4000-8000-{n:012}" for n in range(10000)]
    arguments = ("vm", members.VM, vgpus, 1048576, {})
    error = refusal(alice, ROOT, DOMAINS, "Prepare", "(ssasta{sv})", *arguments)
    assert error.name in ("InvalidArgument", "LimitExceeded")


UNREAD = "larger than any that this method takes"


def is_unread(error):
    """Refused before the method saw it."""
    assert error.name in ("InvalidArgument", "NotFound"), error
    return UNREAD in error.message


@pytest.mark.parametrize("size, unread", [(15 << 10, False), (17 << 10, True)])
def test_arguments_that_no_method_takes(unchanged, alice, size, unread):
    """Whoever sends more than anybody needs is told so before it costs anything."""
    text = "x" * size
    for interface, member, signature, arguments in (
        (MANAGER, "GetVgpu", "(s)", (text,)),
        (MANAGER, "CreateVgpu", "(ssa{sv})", ("", SMALL, {"label": GLib.Variant("s", text)})),
        (DOMAINS, "ListBackups", "(s)", (text,)),
        (DOMAINS, "Prepare", "(ssasta{sv})", ("vm", members.VM, [text], 0, {})),
    ):
        assert is_unread(refusal(alice, ROOT, interface, member, signature, *arguments)) == unread


@pytest.mark.parametrize("count, unread", [(256, False), (257, True)])
def test_lists_that_no_method_takes(unchanged, alice, count, unread):
    vgpus = ("vm", members.VM, [""] * count, 0, {})
    options = ("", SMALL, {f"{n}": GLib.Variant("b", True) for n in range(count)})
    for interface, member, signature, arguments in (
        (DOMAINS, "Prepare", "(ssasta{sv})", vgpus),
        (MANAGER, "CreateVgpu", "(ssa{sv})", options),
    ):
        assert is_unread(refusal(alice, ROOT, interface, member, signature, *arguments)) == unread


NESTED = {
    "a list": (GLib.Variant("as", [""] * 256), False),
    "a long list": (GLib.Variant("as", [""] * 257), True),
    "lists": (GLib.Variant("aas", [[""] * 250] * 15), False),
    "many lists": (GLib.Variant("aas", [[""] * 250] * 17), True),
    "bytes": (GLib.Variant("aay", [b"x" * 1000] * 15), False),
}


@pytest.mark.parametrize("value, unread", NESTED.values(), ids=NESTED)
def test_lists_in_lists_that_no_method_takes(unchanged, alice, value, unread):
    arguments = ("", SMALL, {"label": value})
    assert is_unread(refusal(alice, ROOT, MANAGER, "CreateVgpu", "(ssa{sv})", *arguments)) == unread


@pytest.mark.parametrize("size, unread", [(200 << 10, False), (300 << 10, True)])
def test_xml_that_is_too_large(unchanged, alice, size, unread):
    """Of what is somewhat too large the limit is said."""
    arguments = ("x" * size, members.VM, {})
    error = refusal(alice, ROOT, DOMAINS, "EditXml", "(ssa{sv})", *arguments)
    assert is_unread(error) == unread and ("128 KiB" in error.message) != unread


@pytest.mark.parametrize("size, unread", [(64 << 10, False), ((1 << 20) + (17 << 10), True)])
def test_roms_that_are_too_large(unchanged, root, size, unread):
    arguments = (b"x" * size, "rom", {})
    error = refusal(root, ROOT, "org.gvt.Manager.Host", "InstallRom", "(aysa{sv})", *arguments)
    assert is_unread(error) == unread


def message(body, signature):
    """A method call to GetVgpu as bytes, with any body."""

    def field(code, kind, value):
        data = value.encode()
        length = struct.pack("<B", len(data)) if kind == "g" else struct.pack("<I", len(data))
        return struct.pack("<B", code) + b"\x01" + kind.encode() + b"\0", length + data + b"\0"

    fields = b""
    for code, kind, value in (
        (1, "o", ROOT), (2, "s", MANAGER), (3, "s", "GetVgpu"), (6, "s", "org.gvt.Manager"),
        (8, "g", signature),
    ):  # fmt: skip
        fields += b"\0" * (-len(fields) % 8)
        head, value = field(code, kind, value)
        fields += head
        fields += b"\0" * (-len(fields) % 4 if kind != "g" else 0) + value
    head = b"l\x01\0\x01" + struct.pack("<III", len(body), 7, len(fields)) + fields
    return head + b"\0" * (-len(head) % 8) + body


def text_body(data):
    return struct.pack("<I", len(data)) + data + b"\0"


RAW = {
    "NUL in a string": message(text_body(b"cb33ec6d\0ad44"), "s"),
    "invalid UTF-8": message(text_body(b"\xff\xfe\x80"), "s"),
    "overlong UTF-8": message(text_body(b"\xc0\xaf.."), "s"),
    "a surrogate": message(text_body(b"\xed\xa0\x80"), "s"),
    "no final NUL": message(struct.pack("<I", 4) + b"abcde", "s"),
    "a length beyond the end": message(struct.pack("<I", 1 << 30) + b"x\0", "s"),
    "body shorter than its signature": message(b"", "s"),
    "body longer than its signature": message(text_body(b"x") + b"y" * 64, "s"),
    "variants 100 deep": message(b"\x01v\0" * 100 + b"\x01y\0\x07", "v"),
    "an unknown type": message(b"\0" * 8, "Z"),
    "arrays 40 deep": message(struct.pack("<I", 0), "a" * 40 + "s"),
    "noise": bytes(range(256)) * 64,
}


@pytest.mark.parametrize("name", RAW)
def test_raw_bytes(unchanged, name):
    """Messages that no library would send. The bus, or else the service, refuses each."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(10)
        client.connect("/run/dbus/system_bus_socket")
        client.sendall(b"\0AUTH EXTERNAL 30\r\n")
        assert client.recv(100).startswith(b"OK")
        hello = (
            b"l\x01\0\x01\0\0\0\0\x01\0\0\0m\0\0\0\x01\x01o\0\x15\0\0\0/org/freedesktop/DBus\0\0\0"
            b"\x02\x01s\0\x14\0\0\0org.freedesktop.DBus\0\0\0\0\x03\x01s\0\x05\0\0\0Hello\0\0\0"
            b"\x06\x01s\0\x14\0\0\0org.freedesktop.DBus\0\0\0\0"
        )
        client.sendall(b"BEGIN\r\n" + hello)
        assert client.recv(4096)
        try:
            client.sendall(RAW[name])
            answer = b""
            while part := client.recv(65536):
                answer += part
                if b"org.freedesktop.DBus.Error." in answer or b"org.gvt.Manager.Error" in answer:
                    break
        except ConnectionError:
            pass


COMMANDS = [
    ["create"],
    ["create", ""],
    ["create", "a", "b"],
    ["create", "../x"],
    ["create", SMALL, "--uuid", "x"],
    ["create", SMALL, "--uuid"],
    ["create", SMALL, "--label", "two words"],
    ["create", SMALL, "--start", "sometimes"],
    ["create", SMALL, "--no-such-option"],
    ["create", b"\xff\xfe"],
    ["create", SMALL, "--label", b"\xff"],
    ["show", "x" * 100000],
    ["show", b"\x80"],
    ["show", "no\nsuch"],
    ["start"],
    ["stop", "nosuch"],
    ["no-such-verb"],
    ["\x1b[31mred"],
    ["attach"],
    ["detach"],
    ["edit-xml"],
    ["edit-xml", "x"],
    ["strip-xml", "x"],
]


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda a: ascii(a)[1:40])
def test_command_line(unchanged, arguments):
    """The client's own inputs: a message of a few lines on stderr, nothing on stdout."""
    done = callers.run_as("alice", "gvt-client", *arguments, text=False, input=b"")
    assert done.returncode in (1, 2, 4), done
    said = done.stderr.decode()
    assert said and done.stdout == b""
    assert len(said.splitlines()) <= 5 and len(said) <= 2 * LONGEST_MESSAGE
    assert said.replace("\n", "").isprintable(), ascii(said)
    assert "gvt-client" in said.splitlines()[0]
