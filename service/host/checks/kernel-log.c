/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's words about GVT-g, in the words of people. Worker threads. The journal is read, not
 * /dev/kmsg, which the service's sandbox has not got. Other lines of the log never leave this file.
 */

#include "kernel-log.h"

#include <gio/gio.h>
#include <string.h>
#include <systemd/sd-journal.h>

/* The newest entries are looked at; a boot has one or two thousand. */
#define ENTRIES_MAX 20000
#define LINES_MAX 50

#define FIELD "MESSAGE"
#define BOOT_ID "/proc/sys/kernel/random/boot_id"

/* The texts stand in kernel i915/intel_gvt.c, i915/gvt/{aperture_gm,handlers,kvmgt}.c and
 * drivers/vfio/vfio_iommu_type1.c, vfio_main.c. */
static const GvtLogMeaning meanings[] = {
  { "Unsupported device. GVT-g is disabled",
    "log.unsupported",
    TRUE,
    "the kernel does not divide this GPU",
    "no setting helps; it takes a 5th to 10th generation processor" },
  { "GVT-g is disabled for guest",
    "log.guest",
    TRUE,
    "this machine is itself a VM with a vGPU",
    "run gvt-manager on the host" },
  { "not yet supported with GuC submission",
    "log.guc",
    TRUE,
    "GuC submission keeps GVT-g off",
    "take enable_guc off the kernel command line and out of /etc/modprobe.d, then reboot" },
  { "failed to create idle vgpu",
    "log.failed",
    TRUE,
    "GVT-g gave up while the kernel was starting",
    "boot the kernel that worked last, and report it: gvt-client report" },
  { "KVM is required to use Intel vGPU",
    "log.no-kvm",
    FALSE,
    "a VM that does not run under KVM asked for a vGPU",
    "make it a KVM one: <domain type='kvm'> in its XML" },
  { "RLIMIT_MEMLOCK",
    "log.memory-lock",
    FALSE,
    "a VM needed to lock more memory than its limit lets it",
    "start VMs through the hook or “gvt-client run”, which raise the limit" },
  { "fail to allocate resource",
    "log.no-room",
    FALSE,
    "there was no room for another vGPU",
    "stop one, take a smaller type, or raise the aperture in the BIOS" },
  { "failed to create intel vgpu: -28",
    "log.no-room",
    FALSE,
    "there was no room for another vGPU",
    "stop one, take a smaller type, or raise the aperture in the BIOS" },
  { "gm space from host",
    "log.no-hole",
    FALSE,
    "the host's desktop held the graphics memory that a vGPU needed",
    "make the vGPU before logging in to the desktop, or log out and in again" },
  { "Failed to alloc fences",
    "log.no-fences",
    FALSE,
    "the host's desktop held the fence registers that a vGPU needed",
    "log out of the host's desktop and in again, or stop another vGPU" },
  { "Detected your guest driver doesn't support GVT-g",
    "log.guest-driver",
    FALSE,
    "a guest's graphics driver is too old, or too new, for GVT-g",
    "install another version of Intel's driver in the guest" },
  { "Graphics resource is not enough for the guest",
    "log.guest-memory",
    FALSE,
    "a guest wanted more graphics memory than its vGPU has",
    "give that VM a larger type: “gvt-client types” shows them" },
  { "enter failsafe mode",
    "log.failsafe",
    FALSE,
    "a guest's graphics driver did what GVT-g does not permit, and its vGPU stopped working",
    "restart that VM; if it comes again, update the guest's graphics driver" },
  { "blocked until device is released",
    "log.removal-waits",
    FALSE,
    "somebody removed a vGPU that a VM was using; the removal waits for the VM's end",
    "shut that VM down; remove vGPUs with “gvt-client remove”, which looks first" },
};

const GvtLogMeaning *
gvt_kernel_log_translate (const char *line)
{
  for (gsize i = 0; i < G_N_ELEMENTS (meanings); i++) {
    if (strstr (line, meanings[i].pattern) != NULL)
      return &meanings[i];
  }
  return NULL;
}

/* This boot's messages of the kernel. */
static gboolean
match_this_boot (GvtRoot *root, sd_journal *journal)
{
  g_autofree char *id = gvt_root_read_text (root, BOOT_ID, 64, NULL);
  g_auto (GStrv) parts = id == NULL ? NULL : g_strsplit (g_strstrip (id), "-", -1);
  g_autofree char *plain = parts == NULL ? NULL : g_strjoinv ("", parts);
  g_autofree char *match = g_strconcat ("_BOOT_ID=", plain, NULL);

  return plain != NULL && sd_journal_add_match (journal, "_TRANSPORT=kernel", 0) >= 0 &&
         sd_journal_add_match (journal, match, 0) >= 0;
}

/* Adds the lines that have a translation, oldest first. Returns whether the journal has any of the kernel's. */
static gboolean
read_lines (sd_journal *journal, GPtrArray *lines)
{
  guint entries = 0;

  while (entries < ENTRIES_MAX && lines->len < LINES_MAX && sd_journal_previous (journal) > 0) {
    const void *data;
    size_t length;
    g_autofree char *line = NULL;

    entries++;
    if (sd_journal_get_data (journal, FIELD, &data, &length) < 0 || length <= strlen (FIELD "="))
      continue;
    line = g_strndup ((const char *) data + strlen (FIELD "="), length - strlen (FIELD "="));
    if (gvt_kernel_log_translate (line) != NULL)
      g_ptr_array_insert (lines, 0, g_steal_pointer (&line));
  }
  return entries > 0;
}

GPtrArray *
gvt_kernel_log_read (GvtRoot *root)
{
  /* A host that no longer keeps its journal on disk may have an old one there. */
  static const char *const directories[] = { "/run/log/journal", "/var/log/journal" };
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  gboolean seen = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (directories) && !seen; i++) {
    g_autofree char *path = gvt_root_locate (root, directories[i]);
    sd_journal *journal;

    if (!gvt_root_exists (root, directories[i]) ||
        sd_journal_open_directory (&journal, path, 0) < 0)
      continue;
    seen = match_this_boot (root, journal) && sd_journal_seek_tail (journal) >= 0 &&
           read_lines (journal, lines);
    sd_journal_close (journal);
  }
  return seen ? g_steal_pointer (&lines) : NULL;
}
