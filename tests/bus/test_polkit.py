# SPDX-License-Identifier: LGPL-2.1-or-later
"""polkit when it is slow, gone, or does not know us; and dialogs that nobody answers."""

import contextlib
import os
import pathlib
import signal
import subprocess

import pytest

import agents
import callers
import daemons
import vms
from callers import VGPU, BusError

UUID = "cb33ec6d-ad44-4702-b80f-c176f56afea1"
PATH = callers.vgpu_path(UUID)
POLICY = "/usr/share/polkit-1/actions/org.gvt.manager.policy"


@pytest.fixture
def people(polkit):
    """Makes callers with agents that never answer."""
    made = []

    def make(user):
        caller = callers.Caller(user)
        made.append(caller)
        made.append(agents.SilentAgent(caller))
        return made[-2:]

    yield make
    for thing in reversed(made):
        thing.close()


def create(caller, **options):
    return caller.start(
        callers.ROOT, callers.MANAGER, "CreateVgpu", "(ssa{sv})",
        "", "i915-GVTg_V5_8", callers.variants(options), interactive=True, timeout=120,
    )  # fmt: skip


# polkit's library warns when a question that it withdraws has been answered meanwhile.
WITHDRAWN = "Error cancelling authorization check"
NO_ANSWER = "polkit has no answer|" + WITHDRAWN


def refused(call, *arguments, **options):
    with pytest.raises(BusError) as error:
        call(*arguments, **options)
    return error.value


@pytest.mark.expect(WITHDRAWN)
def test_a_question_is_asked_only_where_the_caller_allows(bed, people):
    caller, agent = people("carol")
    assert refused(caller.create).name == "NotAuthorizedCanObtain"
    pending = create(caller)
    assert agent.asked() == ["org.gvt.manager.create-vgpu"]
    assert not pending.answered() and bed.host.writes() == (0, 0, 0)


@pytest.mark.expect(WITHDRAWN)
def test_unanswered_dialogs_hold_nobody_up(bed, people, nobody):
    """Every user may leave as many open as the service lets; then reads and writes go on."""
    waiting = 0
    for user in ("carol", "alice", "bob", "big"):
        caller, agent = people(user)
        pending = [create(caller, start="boot") for _ in range(20)]
        agent.asked()
        waiting += len([p for p in pending if not p.answered()])
        assert nobody.get(callers.ROOT, callers.MANAGER, "Version")
    assert waiting >= 4
    callers.Caller("alice").create(uuid=UUID)
    assert bed.host.devices() == {UUID}
    assert bed.service.running()


FORGED = ["x\nAuthentication is not needed", "<b>bold</b>", "a\u202eb", "$(uid)", "n" * 10240]


@pytest.mark.expect(WITHDRAWN)
@pytest.mark.parametrize("name", FORGED, ids=lambda name: ascii(name)[1:20])
def test_dialog_words_are_ours(bed, people, root, name):
    """What a caller calls its VM does not get into the question."""
    caller, agent = people("carol")
    root.create(uuid=UUID, start="domain", activate=False)
    root.vgpu(PATH, "Adopt", caller.uid)
    arguments = (name, vms.VM, [UUID], 65536, {})
    caller.start(callers.ROOT, callers.DOMAINS, "Prepare", "(ssasta{sv})", *arguments, interactive=True)
    action, words = agent.question()
    assert action == "org.gvt.manager.raise-memlock"
    assert words.isprintable() and name not in words and vms.VM in words


@pytest.mark.expect(WITHDRAWN)
def test_client_gone_while_its_dialog_is_open(bed, people, alice):
    """Nothing is made for somebody who is not there any more, and the dialog closes."""
    caller, agent = people("carol")
    create(caller, uuid=UUID)
    agent.asked()
    os.kill(caller.process.pid, signal.SIGKILL)
    assert agent.line() == "cancelled"
    assert bed.host.writes() == (0, 0, 0)
    alice.create(uuid=UUID)
    assert alice.get(PATH, VGPU, "OwnerUid") == 4001, "nothing stays reserved"


@pytest.mark.expect(WITHDRAWN)
def test_service_ends_while_a_dialog_is_open(bed, people):
    caller, agent = people("carol")
    create(caller)
    agent.asked()
    bed.restart()
    assert bed.host.writes() == (0, 0, 0)


@pytest.mark.expect(WITHDRAWN)
def test_vgpu_gone_while_its_dialog_is_open(bed, people, root, alice):
    """What was authorised is looked at again afterwards."""
    alice.create(uuid=UUID)
    caller, agent = people("bob")
    pending = caller.start(PATH, VGPU, "Remove", "(a{sv})", {}, interactive=True, timeout=60)
    assert agent.asked() == ["org.gvt.manager.manage-others-vgpu"]
    alice.vgpu(PATH, "Remove")
    agent.close()
    assert refused(pending.result).name in (
        "NotFound", "NotAuthorized", "NotAuthorizedDismissed", "NotAuthorizedCanObtain",
    )  # fmt: skip


@contextlib.contextmanager
def polkit_gone(daemon, root):
    daemon.process.kill()
    daemon.process.wait()
    try:
        yield
    finally:
        daemon.process = daemons.start_polkit(root).process


@pytest.mark.expect(NO_ANSWER)
def test_without_polkit_only_root_may(bed, polkit, root, alice):
    path = alice.create()
    with polkit_gone(polkit, root):
        before = bed.untouched()
        assert refused(alice.create).name == "NotAuthorized"
        assert refused(callers.Caller("bob").vgpu, path, "Remove").name == "NotAuthorized"
        assert bed.untouched() == before
        assert root.create(uuid=UUID) == PATH
        root.vgpu(path, "Remove")
    assert alice.create()


@pytest.mark.expect(NO_ANSWER)
def test_polkit_that_dies_with_a_question(bed, people, polkit, root):
    caller, agent = people("carol")
    pending = create(caller)
    agent.asked()
    with polkit_gone(polkit, root):
        assert refused(pending.result).name.startswith("NotAuthorized")
    assert bed.host.writes() == (0, 0, 0)


@pytest.mark.expect(NO_ANSWER)
def test_actions_that_polkit_does_not_know(bed, polkit, root, alice, tmp_path):
    """A policy file that is missing or broken opens nothing."""
    path = alice.create()
    for content in ("", "<policyconfig><action id='x'>"):
        broken = tmp_path / "policy"
        broken.write_text(content)
        subprocess.run(["mount", "--bind", broken, POLICY], check=True)
        try:
            with polkit_gone(polkit, root):
                pass
            before = bed.untouched()
            error = refused(alice.create)
            assert error.name == "NotAuthorized", error
            assert refused(callers.Caller("bob").vgpu, path, "Remove").name == "NotAuthorized"
            assert bed.untouched() == before
        finally:
            subprocess.run(["umount", POLICY], check=True)
            with polkit_gone(polkit, root):
                pass
    assert alice.create()


def test_a_stopped_polkit_holds_up_only_who_asks_it(bed, polkit, root, alice, nobody):
    path = alice.create()
    polkit.process.send_signal(signal.SIGSTOP)
    try:
        pending = create(callers.Caller("bob"))
        assert nobody.get(callers.ROOT, callers.MANAGER, "Version")
        alice.vgpu(path, "Remove")
        assert not pending.answered()
    finally:
        polkit.process.send_signal(signal.SIGCONT)
    assert pending.result()


def test_details_reach_the_rules(bed, polkit, alice):
    """An administrator's rule can look at what is asked for."""
    rule = pathlib.Path("/etc/polkit-1/rules.d/10-test.rules")
    rule.write_text(
        """polkit.addRule(function (action, subject) {
             if (action.id == "org.gvt.manager.create-vgpu"
                 && action.lookup("type") == "i915-GVTg_V5_2"
                 && action.lookup("gpu") == "0000:00:02.0")
               return polkit.Result.NO;
           });"""
    )
    try:
        callers.eventually(lambda: is_refused(alice))
        assert refused(alice.create, "i915-GVTg_V5_2", "0000:00:02.0").name == "NotAuthorized"
        assert alice.create("i915-GVTg_V5_8", "0000:00:02.0")
    finally:
        rule.unlink()


def is_refused(alice):
    """polkit has read the rule"""
    try:
        path = alice.create("i915-GVTg_V5_2", "0000:00:02.0")
    except BusError:
        return True
    alice.vgpu(path, "Remove")
    return False
