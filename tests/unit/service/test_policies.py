#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The polkit policy, the bus policy and the interfaces against the contract, as files."""

import pathlib
import re
import sys
from xml.etree import ElementTree

import tap

TOP = pathlib.Path(__file__).resolve().parents[3]
INTERFACES = sorted((TOP / "dbus").glob("*.xml"))

# The contract: action, active local session, inactive session, anybody else.
ACTIONS = {
    "org.gvt.manager.create-vgpu": ("yes", "auth_admin_keep", "auth_admin_keep"),
    "org.gvt.manager.autostart-vgpu": ("auth_admin_keep", "no", "auth_admin_keep"),
    "org.gvt.manager.manage-others-vgpu": ("auth_admin_keep", "no", "auth_admin_keep"),
    "org.gvt.manager.raise-memlock": ("yes", "auth_admin_keep", "auth_admin_keep"),
    "org.gvt.manager.edit-xml": ("yes", "yes", "yes"),
    "org.gvt.manager.edit-system-domain": ("auth_admin_keep", "no", "auth_admin_keep"),
    "org.gvt.manager.configure-host": ("auth_admin", "no", "auth_admin"),
    "org.gvt.manager.install-rom": ("auth_admin", "no", "auth_admin"),
}
DETAILS = {"gpu", "type", "uuid", "label", "domain", "uid"}
ERRORS = {
    "Failed", "InvalidArgument", "NotFound", "AlreadyExists", "NoCapacity", "Busy", "NotSupported",
    "NotAuthorized", "NotAuthorizedCanObtain", "NotAuthorizedDismissed", "Conflict",
    "LimitExceeded", "Libvirt",
}


def policy_actions():
    tree = ElementTree.parse(TOP / "polkit/org.gvt.manager.policy")
    return {action.get("id"): action for action in tree.getroot().findall("action")}


def test_policy_has_the_contracts_actions():
    assert set(policy_actions()) == set(ACTIONS)


def test_policy_has_the_contracts_defaults():
    for action, element in policy_actions().items():
        defaults = tuple(
            element.findtext(f"defaults/allow_{who}") for who in ("active", "inactive", "any")
        )
        assert defaults == ACTIONS[action], f"{action}: {defaults}"


def test_policy_says_what_it_asks():
    for action, element in policy_actions().items():
        assert element.findtext("description"), action
        message = element.findtext("message")
        assert message.startswith("Authentication is required to "), action
        assert set(re.findall(r"\$\((.+?)\)", message)) <= DETAILS, action


def test_code_names_the_same_actions():
    text = (TOP / "dbus/gvt-names.h").read_text(encoding="utf-8")
    assert set(re.findall(r'"(org\.gvt\.manager\.[^"]+)"', text)) == set(ACTIONS)


def test_code_names_the_same_errors():
    text = (TOP / "dbus/gvt-error.c").read_text(encoding="utf-8")
    assert set(re.findall(r'ENTRY \(\w+, "(\w+)"\)', text)) == ERRORS


def test_interfaces_name_known_actions_only():
    for path in INTERFACES:
        for node in ElementTree.parse(path).iter("annotation"):
            if node.get("name") == "org.gvt.Manager.PolkitAction":
                assert node.get("value") in ACTIONS, path


def test_interfaces_take_no_descriptor_and_write_no_property():
    count = 0
    for path in INTERFACES:
        tree = ElementTree.parse(path)
        for node in tree.iter("arg"):
            assert "h" not in node.get("type"), path
        for node in tree.iter("property"):
            count += 1
            assert node.get("access") == "read", f"{path}: {node.get('name')}"
    assert count > 25


def test_interfaces_take_no_path():
    """What a caller names is found in what there is, or written anew; it is never opened."""
    count = 0
    for path in INTERFACES:
        for node in ElementTree.parse(path).iter("arg"):
            if node.get("direction") == "in":
                count += 1
                assert node.get("type") in ("s", "u", "t", "as", "ay", "a{sv}"), node.attrib
                assert not re.search("path|file|dir|uri|url", node.get("name")), node.attrib
    assert count > 25


def test_bus_policy_is_narrow():
    tree = ElementTree.parse(TOP / "dbus/org.gvt.Manager.conf")
    owners = [p.get("user") for p in tree.iter("policy") if p.find("allow[@own]") is not None]
    assert owners == ["root"], owners
    allowed = 0
    for node in tree.iter("allow"):
        assert node.get("own") in (None, "org.gvt.Manager")
        if node.get("own") is None:
            allowed += 1
            assert node.get("send_destination") == "org.gvt.Manager", node.attrib
            assert node.get("send_interface"), node.attrib
            assert node.get("max_fds") == "0", node.attrib
    assert allowed
    members = {
        node.get("send_member")
        for node in tree.iter("allow")
        if node.get("send_interface") == "org.freedesktop.DBus.Properties"
    }
    assert members == {"Get", "GetAll"}, members


if __name__ == "__main__":
    tap.run(sys.modules[__name__])
