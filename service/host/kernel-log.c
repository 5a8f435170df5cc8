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

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

/* The texts stand in kernel i915/intel_gvt.c, i915/gvt/{aperture_gm,vgpu,gvt}.c and
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
  { "Fail to init GVT device",
    "log.failed",
    TRUE,
    "GVT-g gave up while the kernel was starting",
    "boot the kernel that worked last, and report it" },
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
  { "fail to alloc low gm space from host",
    "log.no-hole",
    FALSE,
    "the host's desktop held the aperture memory that a vGPU needed",
    "make the vGPU before logging in to the desktop, or log out and in again" },
  { "Failed to alloc fences",
    "log.no-fences",
    FALSE,
    "the host's desktop held the fence registers that a vGPU needed",
    "log out of the host's desktop and in again, or stop another vGPU" },
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

static sd_journal *
open_journal (GvtRoot *root)
{
  static const char *const directories[] = { "/var/log/journal", "/run/log/journal" };

  for (gsize i = 0; i < G_N_ELEMENTS (directories); i++) {
    g_autofree char *path = gvt_root_locate (root, directories[i]);
    g_autoptr (GPtrArray) machines = gvt_root_list (root, directories[i]);
    sd_journal *journal;

    if (machines->len > 0 && sd_journal_open_directory (&journal, path, 0) >= 0)
      return journal;
  }
  return NULL;
}

static gboolean
match_this_boot (GvtRoot *root, sd_journal *journal)
{
  g_autofree char *id = gvt_root_read_text (root, BOOT_ID, 64, NULL);
  g_autofree char *match = NULL;

  if (id == NULL)
    return FALSE;
  match = g_strdup_printf ("_BOOT_ID=%s", g_strstrip (id));
  for (char *from = match, *to = match;; from++) {
    if (*from != '-')
      *to++ = *from;
    if (*from == '\0')
      break;
  }
  return sd_journal_add_match (journal, "_TRANSPORT=kernel", 0) >= 0 &&
         sd_journal_add_match (journal, match, 0) >= 0;
}

GPtrArray *
gvt_kernel_log_read (GvtRoot *root)
{
  sd_journal *journal = open_journal (root);
  GPtrArray *lines;
  guint entries = 0;

  if (journal == NULL)
    return NULL;
  lines = g_ptr_array_new_with_free_func (g_free);
  if (match_this_boot (root, journal) && sd_journal_seek_tail (journal) >= 0) {
    while (entries++ < ENTRIES_MAX && lines->len < LINES_MAX && sd_journal_previous (journal) > 0) {
      const void *data;
      size_t length;
      g_autofree char *line = NULL;

      if (sd_journal_get_data (journal, "MESSAGE", &data, &length) < 0 ||
          length <= strlen ("MESSAGE="))
        continue;
      line = g_strndup ((const char *) data + strlen ("MESSAGE="), length - strlen ("MESSAGE="));
      if (gvt_kernel_log_translate (line) != NULL)
        g_ptr_array_insert (lines, 0, g_steal_pointer (&line));
    }
  }
  sd_journal_close (journal);
  return lines;
}
