# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes the packages from the archive that `meson dist` makes, and looks at them as their users do.

dpkg-buildpackage and lintian are real. rpmbuild is, too, with stand-ins for Fedora's macros (rpm-macros).
makepkg is not in Debian: PKGBUILD's functions run in a shell, with the folders that makepkg gives them.
"""
import os
import re
import subprocess
import tarfile
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent.parent
BUILD = Path(os.environ["GVT_BUILD"])  # a configured one, to make the archive
LOGS = SOURCE / "build-logs" / "packages"  # where the packages stay, for whoever wants them
MADE_BY = {"LC_ALL": "C.UTF-8", "SOURCE_DATE_EPOCH": "1795348800"}


def run(*argv, cwd=SOURCE, **environment):
    """Run a command; what it printed, shown only if it fails."""
    done = subprocess.run([str(word) for word in argv], cwd=cwd, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=os.environ | MADE_BY | environment)
    assert done.returncode == 0, f"{argv[0]} ended with {done.returncode}:\n{done.stdout[-8000:]}"
    return done.stdout


def files_below(folder):
    """What is not a folder, by the name it has when installed."""
    return {f"/{path.relative_to(folder)}" for path in Path(folder).rglob("*")
            if path.is_symlink() or not path.is_dir()}


@pytest.fixture(scope="session")
def archive(tmp_path_factory):
    """The source as `meson dist` hands it out."""
    run("meson", "dist", "-C", BUILD, "--no-tests", "--allow-dirty")
    [made] = (BUILD / "meson-dist").glob("gvt-manager-*.tar.xz")
    return made


@pytest.fixture(scope="session")
def version(archive):
    return re.fullmatch(r"gvt-manager-(.+)\.tar\.xz", archive.name)[1]


def unpack(archive, folder):
    with tarfile.open(archive) as tar:
        tar.extractall(folder)
    [source] = folder.iterdir()
    return source


@pytest.fixture(scope="session")
def debian_packages(archive, tmp_path_factory):
    """The folder of the .deb and the .changes."""
    source = unpack(archive, tmp_path_factory.mktemp("debian"))
    run("dpkg-buildpackage", "--no-sign", "--build=binary", cwd=source)
    return source.parent


@pytest.fixture(scope="session")
def debian_package(debian_packages, version):
    return debian_packages / f"gvt-manager_{version}_amd64.deb"


@pytest.fixture(scope="session")
def debian_files(debian_package, tmp_path_factory):
    folder = tmp_path_factory.mktemp("debian-files")
    run("dpkg-deb", "--extract", debian_package, folder)
    return folder


@pytest.fixture(scope="session")
def fedora_package(archive, tmp_path_factory):
    top = tmp_path_factory.mktemp("fedora")
    run("rpmbuild", "-bb", "--nodeps", f"--load={HERE / 'rpm-macros'}", "--define", f"_topdir {top}",
        "--define", f"_sourcedir {archive.parent}", "--define", "debug_package %{nil}",
        SOURCE / "data/fedora/gvt-manager.spec", RPM_BUILD_NCPUS="2")
    [made] = top.glob("RPMS/x86_64/gvt-manager-*.rpm")
    return made


@pytest.fixture(scope="session")
def arch_files(archive, tmp_path_factory):
    """What PKGBUILD's package() puts into its folder."""
    unpacked, folder = tmp_path_factory.mktemp("arch"), tmp_path_factory.mktemp("arch-files")
    unpack(archive, unpacked)
    run("bash", "-euc", f"srcdir={unpacked} pkgdir={folder}; . data/arch/PKGBUILD; build; package")
    return folder


def test_archive_holds_every_file_of_the_tree(archive, version):
    with tarfile.open(archive) as tar:
        inside = {member.name.partition("/")[2] for member in tar if not member.isdir()}
    tracked = set(run("git", "ls-tree", "-r", "--name-only", "-z", "HEAD").split("\0")) - {""}
    assert inside == tracked


def test_versions_agree(version):
    assert f"gvt-manager ({version}) " in (SOURCE / "debian/changelog").read_text()
    assert re.search(rf"^Version: +{re.escape(version)}$",
                     (SOURCE / "data/fedora/gvt-manager.spec").read_text(), re.M)
    assert f"\npkgver={version}\n" in (SOURCE / "data/arch/PKGBUILD").read_text()
    assert f'<release version="{version}"' in \
        (SOURCE / "data/org.gvt.manager.metainfo.xml").read_text()


def test_debian_package_has_nothing_for_lintian_to_refuse(debian_packages, debian_package):
    [changes] = debian_packages.glob("*.changes")
    said = run("lintian", "--allow-root", "--fail-on=error", "--tag-display-limit=0", changes)
    LOGS.mkdir(parents=True, exist_ok=True)
    (LOGS / "lintian").write_text(said)
    (LOGS / "debian-files").write_text(run("dpkg-deb", "--contents", debian_package))


def test_debian_package_puts_things_where_debian_has_them(debian_files):
    there = files_below(debian_files)
    assert {"/lib/systemd/system/gvt-manager.service",
            "/usr/lib/tmpfiles.d/gvt-manager.conf",
            "/etc/libvirt/hooks/qemu.d/gvt-manager",
            "/etc/gvt-manager.conf",
            "/usr/share/polkit-1/actions/org.gvt.manager.policy",
            "/usr/share/dbus-1/system.d/org.gvt.Manager.conf",
            "/usr/share/dbus-1/system-services/org.gvt.Manager.service",
            "/usr/share/bash-completion/completions/gvt-client",
            "/usr/share/zsh/vendor-completions/_gvt-client",
            "/usr/share/fish/vendor_completions.d/gvt-client.fish",
            "/usr/share/man/man1/gvt-client.1.gz",
            "/usr/share/man/man8/gvt-managerd.8.gz",
            "/usr/share/metainfo/org.gvt.manager.metainfo.xml"} <= there
    assert not any(path.startswith("/usr/local") for path in there)


def test_debian_package_keeps_what_an_administrator_changed(debian_package, tmp_path):
    run("dpkg-deb", "--control", debian_package, tmp_path)
    assert (tmp_path / "conffiles").read_text().split() == [
        "/etc/gvt-manager.conf", "/etc/libvirt/hooks/qemu.d/gvt-manager"]


def installed_names(paths):
    """Names that compare across distributions: each has places of its own for some, and compresses manuals."""
    names = {re.sub(r"\.gz$", "", Path(path).name) for path in paths
             if not path.startswith(("/usr/share/doc/", "/usr/share/licenses/", "/usr/lib/.build-id",
                                     "/usr/share/lintian/"))}
    return names


def test_every_package_has_the_same_files(debian_files, fedora_package, arch_files):
    debian = installed_names(files_below(debian_files))
    listed = run("rpm", "--query", "--list", "--package", fedora_package)
    (LOGS / "fedora-files").write_text(listed)
    fedora = installed_names(path for path in listed.split("\n")
                             if path and path != "/usr/share/vgabios" and
                             path != "/usr/share/gvt-manager")
    assert fedora == debian
    assert installed_names(files_below(arch_files)) == debian
    (LOGS / "arch-files").write_text("".join(f"{path}\n" for path in sorted(files_below(arch_files))))


def test_fedora_package_has_no_error_for_rpmlint(fedora_package):
    said = run("rpmlint", "--rpmlintrc", "data/fedora/gvt-manager.rpmlintrc", fedora_package)
    LOGS.mkdir(parents=True, exist_ok=True)
    (LOGS / "rpmlint").write_text(said)
    assert re.search(r"\b0 errors\b", said), said


def test_arch_package_is_clean_shell():
    run("shellcheck", "--shell=bash", "data/arch/PKGBUILD")


def test_software_centres_can_read_what_it_is():
    run("appstreamcli", "validate", "--no-net", "data/org.gvt.manager.metainfo.xml")


def test_an_upgrade_can_be_tried(debian_package, version):
    """Two versions for the virtual machine to install: this one, and it again by a later name."""
    newer = debian_package.parent / "newer"
    run("dpkg-deb", "--raw-extract", debian_package, newer)
    control = newer / "DEBIAN/control"
    control.write_text(control.read_text().replace(f"Version: {version}\n",
                                                   f"Version: {version}+later\n"))
    LOGS.mkdir(parents=True, exist_ok=True)
    for old in LOGS.glob("*.deb"):
        old.unlink()
    run("dpkg-deb", "--root-owner-group", "--build", newer, LOGS)
    run("cp", debian_package, LOGS)
    assert len(list(LOGS.glob("*.deb"))) == 2
