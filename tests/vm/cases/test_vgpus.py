# SPDX-License-Identifier: LGPL-2.1-or-later
"""An ordinary user's vGPUs: made, opened, kept from others, refused."""
import mdev
import product
import pytest
from session import Session


def test_create_gives_its_maker_the_node_and_nobody_else(bob, alice):
    uuid = product.create(alice, product.TYPE_4, "--label", "mine")
    node = mdev.node(uuid)
    assert product.named_users(node) == [alice.account.pw_uid]
    opens = ["sh", "-c", f"exec 3<>{node}"]
    assert alice.run(*opens).status == 0
    assert bob.run(*opens).status != 0
    alice.check("gvt-client", "remove", "mine")
    assert product.nothing_is_left(uuid) and not node.exists()


def test_another_users_vgpu_is_out_of_reach(bob, alice):
    uuid = product.create(alice, product.TYPE_4, "--define")
    for verb in ["stop", "undefine", "remove"]:
        refused = bob.run("gvt-client", verb, uuid)
        assert refused.status == 3, refused
    assert (mdev.DEVICES / uuid).exists()
    assert product.named_users(mdev.node(uuid)) == [alice.account.pw_uid]


def test_background_session_is_refused_with_what_would_help():
    with Session("carol") as carol:
        refused = carol.run("gvt-client", "create", product.TYPE_4)
    assert refused.status == 3, refused
    assert "desktop session" in refused.err and "administrator" in refused.err
    assert mdev.available(mdev.type_of(4)) == 1


def test_no_room_is_exit_5_and_leaves_nothing(alice):
    product.create(alice, product.TYPE_4)
    refused = alice.run("gvt-client", "create", product.TYPE_8)
    assert refused.status == 5, refused
    assert "no room" in refused.err
    assert len(list(mdev.DEVICES.iterdir())) == 1


@pytest.fixture
def sample(driver):
    mdev.module("load", driver)
    yield mdev.types(driver)
    mdev.remove_all()
    mdev.module("unload", driver)


@pytest.mark.parametrize("driver, vgpu_type, instances",
                         [("mtty", "mtty-1", 24), ("mdpy", "mdpy-vga", 4)])
def test_another_drivers_no_room_is_the_same(sample, vgpu_type, instances):
    """mtty answers ENOSPC and has no description, mdpy answers EUSERS."""
    assert mdev.eventually(lambda: vgpu_type in product.client("types"))
    product.client("create", vgpu_type)
    for _ in range(instances - 1):
        mdev.create(sample / vgpu_type)
    assert product.client_status("create", vgpu_type) == 5
