# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may do what: every member of every interface, for every caller, in every state of polkit.

test_authorisation_matrix.py asks the running service what members it has; one that has no row here is
a failure. Who needs what is said here a second time on purpose: it is what the service, its
introspection data and its policy file are measured against.
"""

# What the policy file gives each action: to an active local session, an inactive one, and others.
IMPLICIT = """
create-vgpu         yes              auth_admin_keep  auth_admin_keep
autostart-vgpu      auth_admin_keep  no               auth_admin_keep
manage-others-vgpu  auth_admin_keep  no               auth_admin_keep
raise-memlock       yes              auth_admin_keep  auth_admin_keep
edit-xml            yes              yes              yes
edit-system-domain  auth_admin_keep  no               auth_admin_keep
configure-host      auth_admin       no               auth_admin
install-rom         auth_admin       no               auth_admin
"""

# Who calls: the column of IMPLICIT they fall under, and the vGPU that their calls are about.
# There is no logind outside the virtual machine; rules by user stand in for its sessions there.
CALLERS = """
nobody  other     alice's   nobody, with no session
alice   active    alice's   its owner, at the machine
carol   inactive  carol's   its owner, with another session in front
bob     active    alice's   another user, at the machine
root    root      alice's   asks polkit nothing
"""

# What becomes of a question to polkit, by the state polkit is in and by what the policy gives:
# done, challenge (a password would do), refused, waits (no answer). as-shipped and may-ask: every
# caller has an agent, whom nobody answers; only in may-ask do calls allow polkit to ask.
POLKIT = """
                    yes      auth_admin  no
as-shipped          done     challenge   refused
may-ask             done     waits       refused
rules-for           done     done        done
rules-against       refused  refused     refused
without-our-policy  refused  refused     refused
broken-policy       refused  refused     refused
stopped             waits    waits       waits
gone                refused  refused     refused
"""

# Methods: what the caller needs, and the arguments. "everybody" needs nothing; "own|ACTION" is nothing
# for the vGPU's owner and ACTION for others; of several, separated by "+", the first that is missing
# decides; root needs nothing. @vgpu, @vm and the like are filled in by the test.
METHODS = """
org.gvt.Manager.CreateVgpu
  create-vgpu                         '', 'i915-GVTg_V5_8', {}
  create-vgpu + autostart-vgpu        '', 'i915-GVTg_V5_8', {'start': <'boot'>}
org.gvt.Manager.GetVgpu
  everybody                           @vgpu

org.gvt.Manager.Vgpu.Start
  own|manage-others-vgpu              {}
org.gvt.Manager.Vgpu.Stop
  own|manage-others-vgpu              {}
org.gvt.Manager.Vgpu.Define
  own|manage-others-vgpu              {}
org.gvt.Manager.Vgpu.Undefine
  own|manage-others-vgpu              {}
org.gvt.Manager.Vgpu.Remove
  own|manage-others-vgpu              {}
org.gvt.Manager.Vgpu.SetStart
  own|manage-others-vgpu              'manual', {}
  own|manage-others-vgpu + autostart-vgpu  'boot', {}
org.gvt.Manager.Vgpu.SetLabel
  own|manage-others-vgpu              'other', {}
org.gvt.Manager.Vgpu.Adopt
  manage-others-vgpu                  4002, {}

org.gvt.Manager.Domains.EditXml
  edit-xml                            @xml, @vgpu, {}
org.gvt.Manager.Domains.StripXml
  edit-xml                            @edited, @inside, {}
org.gvt.Manager.Domains.ModerniseXml
  edit-xml                            @xml, {}
org.gvt.Manager.Domains.Attach
  edit-system-domain                  'win10', @spare, {}
org.gvt.Manager.Domains.Detach
  edit-system-domain                  'win11', @attached, {}
org.gvt.Manager.Domains.ListBackups
  everybody                           'win11'
org.gvt.Manager.Domains.Restore
  edit-system-domain                  'win11', '', {}
org.gvt.Manager.Domains.Prepare
  own|manage-others-vgpu + raise-memlock  'vm', @vm, [@vgpu], 0, {}
org.gvt.Manager.Domains.Release
  own|manage-others-vgpu              'vm', @vm, [@vgpu], 0, {}

org.gvt.Manager.Host.Check
  everybody                           {}
org.gvt.Manager.Host.Configure
  configure-host                      ['memory-lock'], {}
org.gvt.Manager.Host.Revert
  configure-host                      {}
org.gvt.Manager.Host.InstallRom
  install-rom                         @rom, 'new.rom', {}
org.gvt.Manager.Host.ListRoms
  everybody
org.gvt.Manager.Host.RemoveRom
  install-rom                         'old.rom', {}

org.freedesktop.DBus.ObjectManager.GetManagedObjects
  everybody
org.freedesktop.DBus.Introspectable.Introspect
  everybody
org.freedesktop.DBus.Peer.Ping
  everybody
org.freedesktop.DBus.Peer.GetMachineId
  bus-denies
org.freedesktop.DBus.Properties.Get
  everybody                           @property
org.freedesktop.DBus.Properties.GetAll
  everybody                           @interface
org.freedesktop.DBus.Properties.Set
  bus-denies                          @property, @value
"""

# Properties: everybody reads them, nobody writes them, by Get, GetAll and Set above.
PROPERTIES = """
org.gvt.Manager           Version
org.gvt.Manager.Gpu       Name PciAddress Model Driver RenderNode BootVga
org.gvt.Manager.VgpuType  Id Gpu Name Description DeviceApi AvailableInstances LowMemoryMiB
org.gvt.Manager.VgpuType  HighMemoryMiB Fences Weight Resolution
org.gvt.Manager.Vgpu      Uuid Gpu Type Label Active Defined Start OwnerUid Domain DeviceNode
org.gvt.Manager.Vgpu      State Failure
"""


def rows(text):
    return [line.split() for line in text.splitlines() if line]


def implicit():
    """(action, class of caller) to what the policy file gives, without how long it is kept."""
    given = {}
    for action, *columns in rows(IMPLICIT):
        for kind, rule in zip(("active", "inactive", "other"), columns):
            given[action, kind] = rule.removesuffix("_keep")
    return given


def callers():
    """User to class of caller and the owner of the vGPU that its calls are about."""
    return {user: (kind, whose.removesuffix("'s")) for user, kind, whose, *_ in rows(CALLERS)}


def polkit():
    """(state of polkit, rule) to the outcome."""
    (rules, *states) = rows(POLKIT)
    return {(state, rule): outcome for state, *outcomes in states for rule, outcome in zip(rules, outcomes)}


def methods():
    """Member to its calls: what each needs, and its arguments as text."""
    calls, member = {}, None
    for line in METHODS.splitlines():
        if line and not line.startswith(" "):
            member = line
            calls[member] = []
        elif line:
            needs, _, arguments = line.strip().partition("  ")
            calls[member].append((needs, arguments.strip()))
    return calls


def properties():
    """(interface, property) of each."""
    return {(interface, name) for interface, *names in rows(PROPERTIES) for name in names}


def decided(needs, user, state):
    """What is to come of a call that needs so much, by a user, in a state of polkit; by which need."""
    kind, owner = callers()[user]
    if needs == "bus-denies":
        return None, "denied"
    if needs == "everybody" or kind == "root":
        return None, "done"
    for need in needs.split(" + "):
        if need.startswith("own|") and owner == user:
            continue
        action = need.removeprefix("own|")
        answer = polkit()[state, implicit()[action, kind]]
        if answer != "done":
            return action, answer
    return None, "done"


def outcome(*call):
    """The same without the need."""
    return decided(*call)[1]
