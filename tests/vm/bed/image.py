# SPDX-License-Identifier: LGPL-2.1-or-later
"""The guest image: found in the cache, or made.

An image is kept under a key of all it is made of, so an edit of a package list, a script, the
kernel module or the QEMU that saved the state leads to a new one, and an old one is never used
by mistake. The slow part, the Debian system, has a key of its own.
"""
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from bed.guest import PAYLOAD_SIZE, Guest, GuestError

HERE = Path(__file__).resolve().parent.parent
IMAGE = HERE / "image"
KEPT = 3  # images, and systems: branches that differ in them share a cache
BOOT_TIMEOUT = 900  # seconds from power-on to the saved state; about 80 on an idle machine


def default_cache():
    return Path(os.environ.get("GVT_VM_CACHE") or
                os.path.join(os.environ.get("XDG_CACHE_HOME", "/var/cache"), "gvt-manager-tests"))


def output(*argv):
    return subprocess.run(argv, check=True, stdout=subprocess.PIPE, text=True).stdout


def kernel_version():
    """The version of the kernel that the archive has, as in 6.1.0-56-amd64; None if unknown."""
    depends = output("apt-cache", "depends", "linux-image-amd64")
    found = re.search(r"Depends: linux-image-([0-9]\S*)", depends)
    return found and found.group(1)


def apt_get(*argv):
    subprocess.run(["apt-get", "--yes", "--quiet", *argv], check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"})


def key(*things):
    """A key of texts and of files, a folder standing for all files in it."""
    digest = hashlib.sha256()
    for thing in things:
        if isinstance(thing, Path):
            files = [thing] if thing.is_file() else sorted(f for f in thing.rglob("*")
                                                           if f.is_file())
            for file in files:
                digest.update(f"{file.relative_to(HERE)}\0{file.stat().st_mode:o}\0".encode())
                digest.update(file.read_bytes() + b"\0")
        else:
            digest.update(thing.encode() + b"\0")
    return digest.hexdigest()[:16]


@contextmanager
def locked(path, kind):
    with open(path, "w") as lock:
        fcntl.flock(lock, kind)
        yield


def make_base(cache, say):
    """The folder of the Debian system with the archive's newest kernel, made if it is not there."""
    def base_of(kernel):
        return cache / ("base-" + key(kernel or "", IMAGE / "guest-packages", IMAGE / "build-base"))

    base = base_of(kernel_version())
    if (base / "kernel-version").exists():
        return base
    # The lists may be absent, or name versions that the archive no longer has.
    apt_get("update")
    kernel = kernel_version()
    apt_get("install", "--no-install-recommends", f"linux-headers-{kernel}")
    base = base_of(kernel)
    say(f"building the guest's Debian system in {base}")
    subprocess.run([IMAGE / "build-base", base, kernel], check=True)
    return base


def make_image(base, image, say):
    say(f"building the guest image in {image}")
    kernel = (base / "kernel-version").read_text().strip()
    if not Path("/usr/src", f"linux-headers-{kernel}").exists():
        apt_get("install", "--no-install-recommends", f"linux-headers-{kernel}")
    subprocess.run([IMAGE / "build-disk", base, image], check=True)
    with tempfile.TemporaryDirectory(prefix="gvt-bed-") as directory:
        save_state(image, Path(directory), say)


def save_state(image, directory, say):
    say("booting the guest once to save its state")
    payload = directory / "payload"
    with open(payload, "wb") as file:
        file.truncate(PAYLOAD_SIZE)
    with Guest(image, payload, directory, persistent=True) as guest:
        try:
            guest.check(["/usr/lib/gvt-bed/warm-up"], timeout=BOOT_TIMEOUT)
        except GuestError as error:
            console = guest.console.read_text(errors="replace")[-4000:]
            raise GuestError(f"{error}\nits console ends with:\n{console}") from None
        guest.save()


def surplus(cache):
    """What a cache has too much of: all but the last used, and what a killed build left."""
    for kind in ["image-*/", "base-*/"]:
        yield from sorted(cache.glob(kind), key=lambda folder: -folder.stat().st_mtime)[KEPT:]
    yield from cache.glob("work.*/")


def prune(cache):
    """Drop the surplus that no run is using."""
    for old in surplus(cache):
        with open(cache / f"{old.name}.lock", "w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            shutil.rmtree(old)
            os.unlink(lock.name)


@contextmanager
def guest_image(cache, say):
    """The image's folder, with vmlinux, initrd, disk.raw and state; held while in use."""
    cache.mkdir(parents=True, exist_ok=True)
    subprocess.run([HERE.parent.parent / "data/install-packages", "build", "vm"], check=True)
    qemu = output("qemu-system-x86_64", "--version").splitlines()[0]
    with locked(cache / "lock", fcntl.LOCK_EX):
        base = make_base(cache, say)
        image = cache / ("image-" + key(base.name, qemu, IMAGE, HERE / "module",
                                        HERE / "bed" / "agent.py", HERE / "bed" / "guest.py"))
        if not (image / "state").exists():
            make_image(base, image, say)
        for used in [base, image]:
            os.utime(used)
        prune(cache)
        in_use = open(cache / f"{image.name}.lock", "w")
        fcntl.flock(in_use, fcntl.LOCK_SH)
    with in_use:
        yield image
