# SPDX-License-Identifier: LGPL-2.1-or-later
"""gvt-host-setup with the real tools of boot loaders: Debian's GRUB, systemd's kernel-install.

Each test has a machine of its own to change root to: this one's programs, and its own /etc, /boot and
/var. What a stand-in does there, the test's name says.
"""

import itertools
import pathlib
import shutil
import subprocess

import pytest

OURS = "i915.enable_gvt=1"
RELEASES = ("6.1.0-27-amd64", "6.12.9+bpo-amd64")
# GRUB's menu has it from whoever makes the menu, and has to keep it.
LANGUAGE = "de_DE.UTF-8"
MACHINE_ID = "0123456789abcdef0123456789abcdef"
JOURNAL = "var/lib/gvt-manager/setup-journal"


class Machine:
    """A root directory, in which programs run as if it were the machine."""

    count = itertools.count(1)

    def __init__(self):
        self.dir = pathlib.Path(f"/run/machine{next(self.count)}")
        self.dir.mkdir()
        self.mount("tmpfs", "/", "--types", "tmpfs", "--options", "mode=755")
        for name in ("usr", "proc", "dev", "etc", "boot", "var/lib/gvt-manager", "run/gvt-manager", "tmp"):
            (self.dir / name).mkdir(parents=True)
        for name in ("bin", "sbin", "lib", "lib64"):
            (self.dir / name).symlink_to(f"usr/{name}")
        self.mount("/usr", "/usr", "--bind")
        self.mount("/proc", "/proc", "--bind")
        self.mount("/dev", "/dev", "--bind")
        self.mount("tmpfs", "/usr/lib/modules", "--types", "tmpfs")
        self.write("/etc/default/locale", f"LANG={LANGUAGE}\n")
        self.write("/etc/os-release", pathlib.Path("/etc/os-release").read_text())
        for release in RELEASES:
            self.write(f"/boot/vmlinuz-{release}", f"Linux {release}")
            self.write(f"/boot/initrd.img-{release}", f"initrd of {release}")
            self.write(f"/usr/lib/modules/{release}/modules.dep", "kernel/kvmgt.ko:\n")

    def mount(self, what, where, *options):
        subprocess.run(["mount", *options, what, f"{self.dir}{where}"], check=True)

    def write(self, path, text, mode=0o644):
        file = self.dir / path[1:]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)
        return file

    def read(self, path):
        return (self.dir / path[1:]).read_text()

    def stand_in(self, program, script):
        """Puts a script in a program's place."""
        place = self.dir / program[1:]
        if place.is_symlink():
            place.unlink()
            place.touch()
        self.mount(self.write("/tmp/" + place.name, script, 0o755), program, "--bind")

    def without(self, program):
        """Takes a program away; those beside it stay."""
        folder = (self.dir / program[1:]).parent
        aside = self.dir / "aside"
        aside.mkdir()
        self.mount(str(folder), "/aside", "--bind")
        self.mount("tmpfs", "/" + str(folder.relative_to(self.dir)), "--types", "tmpfs")
        for beside in aside.iterdir():
            if beside.name != pathlib.Path(program).name:
                (folder / beside.name).symlink_to(f"/aside/{beside.name}")

    def run(self, *command):
        return subprocess.run(
            ["chroot", self.dir, *command], capture_output=True, text=True, check=False,
            env={"PATH": "/usr/sbin:/usr/bin", "LANG": LANGUAGE, "ASAN_OPTIONS": "detect_leaks=0"},
        )

    def setup(self, request):
        """What gvt-host-setup answers when the service asks for this."""
        self.write("/run/gvt-manager/setup-request", request, 0o600)
        done = self.run("env", "--unset=LANG", "/usr/libexec/gvt-host-setup")
        assert done.returncode == 0, done.stderr
        answer = self.read("/run/gvt-manager/setup-answer")
        (self.dir / "run/gvt-manager/setup-answer").unlink()
        return answer

    def picture(self):
        """All that is in /etc and /boot: kind, permissions, owner, bytes."""
        found = {}
        for top in ("etc", "boot"):
            for path in sorted((self.dir / top).rglob("*")):
                status = path.lstat()
                content = path.read_bytes() if path.is_file() else None
                found[str(path.relative_to(self.dir))] = (
                    oct(status.st_mode), status.st_uid, status.st_gid, content,
                )
        return found

    def end(self):
        subprocess.run(["umount", "--recursive", "--lazy", self.dir], check=True)
        self.dir.rmdir()


@pytest.fixture
def machine():
    machine = Machine()
    yield machine
    machine.end()


PARAMETERS = "(false, ['kernel-parameters'], false)"
GUIDE = "(false, ['kernel-parameters'], true)"
REVERT = "(true, @as [], false)"
NOTHING = "(uint32 4294967295, '', @aa{sv} [])"


def lines_of_kernels(menu):
    found = [line.split() for line in menu.splitlines() if line.split()[:1] == ["linux"]]
    assert len(found) >= len(RELEASES)
    return found


def apply(machine, parameters=PARAMETERS):
    """Does it, and says what a second time would find to do."""
    answer = machine.setup(parameters)
    assert answer.startswith("(uint32 4294967295, ''"), answer
    assert machine.setup(parameters) == NOTHING


# grub-probe looks for the disk behind /, which is none here.
GRUB_PROBE = """#!/bin/sh
case "$*" in
*--target=device*) echo /dev/sda1 ;;
*--target=fs_uuid*) echo 11111111-2222-4333-8444-555555555555 ;;
*--target=fs*) echo ext2 ;;
*--target=partuuid*) echo aaaaaaaa-01 ;;
*--target=abstraction*) ;;
*--target=partmap*) echo msdos ;;
*--target=compatibility_hint* | *--target=hints_string*) echo hd0,msdos1 ;;
*) exit 1 ;;
esac
"""


def add_grub(machine):
    shutil.copytree("/etc/grub.d", machine.dir / "etc/grub.d")
    machine.write("/etc/default/grub", pathlib.Path("/usr/share/grub/default/grub").read_text(), 0o600)
    (machine.dir / "boot/grub").mkdir()


def make_menu(machine, *command):
    done = machine.run(*command)
    assert done.returncode == 0, done.stderr
    for words in lines_of_kernels(machine.read("/boot/grub/grub.cfg")):
        assert OURS not in words


def test_debians_update_grub_with_a_stand_in_for_the_disk_probe(machine):
    add_grub(machine)
    machine.stand_in("/usr/sbin/grub-probe", GRUB_PROBE)
    make_menu(machine, "update-grub")
    before = machine.picture()
    apply(machine)
    menu = lines_of_kernels(machine.read("/boot/grub/grub.cfg"))
    # Recovery entries take GRUB_CMDLINE_LINUX alone, as Debian means them to.
    normal = [words for words in menu if "single" not in words]
    assert len(normal) >= len(RELEASES)
    for words in normal:
        assert words[-2:] == ["quiet", OURS]
    assert "etc/default/grub.d" not in before
    assert machine.read("/etc/default/grub.d/gvt-manager.cfg").endswith(f'_DEFAULT {OURS}"\n')
    apply(machine, GUIDE)
    assert "i915.enable_fbc=0" in machine.read("/boot/grub/grub.cfg")
    machine.setup(REVERT)
    assert machine.picture() == before
    assert not (machine.dir / JOURNAL).exists()


def test_grub_mkconfig_without_drop_ins_with_a_stand_in_for_the_disk_probe(machine):
    """As on distributions that have no update-grub."""
    machine.without("/usr/sbin/update-grub")
    add_grub(machine)
    machine.stand_in("/usr/sbin/grub-probe", GRUB_PROBE)
    make_menu(machine, "grub-mkconfig", "-o", "/boot/grub/grub.cfg")
    before = machine.picture()
    apply(machine)
    for words in lines_of_kernels(machine.read("/boot/grub/grub.cfg")):
        assert words[-1] == ("single" if "single" in words else OURS)
    machine.setup(REVERT)
    assert machine.picture() == before


def test_update_grub_that_fails_leaves_nothing_behind(machine):
    """Nothing is made up here: the real grub-probe finds no disk behind /."""
    add_grub(machine)
    before = machine.picture()
    answer = machine.setup(PARAMETERS)
    assert "grub-probe: error" in answer and "update-grub" in answer
    assert machine.picture() == before
    assert not (machine.dir / JOURNAL).exists()


def entries(machine):
    """The command line of each boot entry."""
    found = {}
    for file in (machine.dir / "boot/loader/entries").iterdir():
        lines = [line.split() for line in file.read_text().splitlines()]
        found[file.name] = next(words[1:] for words in lines if words[:1] == ["options"])
    assert len(found) == len(RELEASES)
    return found


def add_systemd_boot(machine):
    """What `bootctl install` leaves, and an entry per kernel, made by the real kernel-install."""
    machine.write("/etc/machine-id", MACHINE_ID + "\n", 0o444)
    (machine.dir / "boot" / MACHINE_ID).mkdir()
    machine.write("/boot/loader/loader.conf", "timeout 3\n")
    machine.write("/boot/loader/entries.srel", "type1\n")
    (machine.dir / "boot/loader/entries").mkdir()
    for release in RELEASES:
        done = machine.run("kernel-install", "add", release, f"/boot/vmlinuz-{release}")
        assert done.returncode == 0, done.stderr


def test_kernel_install_of_systemd(machine):
    machine.write("/etc/kernel/cmdline", "root=UUID=1 ro quiet\n", 0o640)
    add_systemd_boot(machine)
    assert not any(OURS in options for options in entries(machine).values())
    before = machine.picture()
    apply(machine)
    assert machine.read("/etc/kernel/cmdline") == f"root=UUID=1 ro quiet {OURS}\n"
    for options in entries(machine).values():
        assert options[:4] == ["root=UUID=1", "ro", "quiet", OURS]
    machine.setup(REVERT)
    assert machine.picture() == before


def test_entries_of_systemd_boot(machine):
    """Without /etc/kernel/cmdline the entries are all there is; a kernel to come has what runs."""
    add_systemd_boot(machine)
    before = machine.picture()
    apply(machine)
    for options in entries(machine).values():
        assert options[-1] == OURS
    edited = machine.dir / "boot/loader/entries" / f"{MACHINE_ID}-{RELEASES[0]}.conf"
    text = edited.read_text()
    assert edited.name in entries(machine)
    edited.write_text("# an administrator's\n" + text)
    answer = machine.setup(REVERT)
    after = machine.picture()
    name = str(edited.relative_to(machine.dir))
    assert after[name][3] == b"# an administrator's\n" + before[name][3]
    assert {k: v for k, v in after.items() if k != name} == {
        k: v for k, v in before.items() if k != name
    }
    assert "note" not in answer
