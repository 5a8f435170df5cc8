/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any file where a boot loader has its command line: what setup adds can be taken out again, switches
 * GVT-g on, and is not added twice. The first byte chooses the boot loader.
 */

#include <string.h>

#include "boot-loader.h"
#include "fuzz-host.h"
#include "kernel-state.h"

static const struct {
  const char *program;
  const char *path;
  const char *menu;
} ways[] = {
  { "/usr/sbin/grub-mkconfig", "/etc/default/grub", "/boot/grub/grub.cfg" },
  { "/usr/sbin/kernel-install", "/etc/kernel/cmdline", NULL },
  { "/usr/bin/bootctl", "/boot/loader/entries/linux.conf", NULL },
};

static GPtrArray *
plan (Scratch *host, gboolean guide)
{
  g_autoptr (GvtHostFacts) facts = gvt_host_facts_read (host->root);
  GPtrArray *changes = gvt_setup_changes_new ();

  g_assert_true (gvt_boot_loader_plan (facts, guide, changes, NULL));
  return changes;
}

static void
check_insertion (Scratch *host, const GvtSetupChange *change, const char *text)
{
  g_autoptr (GvtHostFacts) facts = gvt_host_facts_read (host->root);
  g_autofree char *place = gvt_kernel_configured_place (facts);
  gsize same = 0;
  gsize added = strlen (change->addition);

  g_assert_cmpstr (change->before, ==, text);
  g_assert_cmpuint (strlen (change->after), ==, strlen (text) + added);
  while (text[same] != '\0' && text[same] == change->after[same])
    same++;
  /* Where the addition begins as what follows it does, it is found later than it is. */
  while (strncmp (change->after + same, change->addition, added) != 0 && same > 0)
    same--;
  g_assert_cmpmem (change->after + same, added, change->addition, added);
  g_assert_cmpstr (change->after + same + added, ==, text + same);
  if (strstr (text, GVT_PARAMETER) == NULL)
    g_assert_nonnull (place);
}

static void
try_way (Scratch *host, gsize way, gboolean guide, const char *text)
{
  g_autoptr (GPtrArray) changes = plan (host, guide);
  g_autoptr (GPtrArray) again = NULL;
  const GvtSetupChange *change = changes->len > 0 ? g_ptr_array_index (changes, 0) : NULL;

  if (change == NULL)
    return;
  g_assert_cmpstr (change->path, ==, ways[way].path);
  scratch_write (host, change->path, change->after);
  check_insertion (host, change, text);
  again = plan (host, guide);
  g_assert_cmpuint (again->len, ==, 0);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Scratch *host = fuzz_host ();
  gsize way = size > 0 ? (data[0] & 0x7f) % G_N_ELEMENTS (ways) : 0;
  g_autofree char *text = g_strndup ((const char *) data + MIN (size, 1), size - MIN (size, 1));

  scratch_write (host, ways[way].path, text);
  scratch_write (host, ways[way].program, "");
  if (ways[way].menu != NULL)
    scratch_write (host, ways[way].menu, "");
  try_way (host, way, size > 0 && data[0] & 0x80, text);
  scratch_remove (host, ways[way].path);
  scratch_remove (host, ways[way].program);
  return 0;
}
