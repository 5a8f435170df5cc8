# SPDX-License-Identifier: LGPL-2.1-or-later
"""The installed product, as root sees it."""
import json
import subprocess

import mdev

SERVICE = "gvt-manager.service"
TYPE_4, TYPE_8 = "i915-GVTg_V5_4", "i915-GVTg_V5_8"


def client(*argv):
    """Run gvt-client as root; what it printed."""
    return subprocess.run(["gvt-client", *argv], check=True, stdout=subprocess.PIPE,
                          text=True).stdout


def client_status(*argv):
    """Run gvt-client as root; its exit status."""
    return subprocess.run(["gvt-client", *argv], capture_output=True).returncode


def vgpus():
    return json.loads(client("list", "--json"))


def remove_all():
    for vgpu in vgpus():
        client("remove", vgpu["uuid"])


def systemctl(*argv):
    subprocess.run(["systemctl", *argv], check=True)


def named_users(node):
    """The uids that the node's access list names with an effective rw."""
    acl = subprocess.run(["getfacl", "-n", "-p", "-c", "-e", node], check=True,
                         stdout=subprocess.PIPE, text=True).stdout
    users = {}
    for line in acl.splitlines():
        if line.startswith("user:") and not line.startswith("user::"):
            _, uid, rights = line.split("#")[0].strip().split(":")
            effective = line.split("effective:")[1].strip() if "effective:" in line else rights
            users[int(uid)] = effective
    return [uid for uid, rights in users.items() if rights.startswith("rw")]


def create(session, vgpu_type, *options):
    """Create a vGPU from a user's session; its UUID."""
    return session.check("gvt-client", "create", vgpu_type, *options).strip()


def nothing_is_left(uuid):
    return not (mdev.DEVICES / uuid).exists() and mdev.available(mdev.type_of(4)) == 1
