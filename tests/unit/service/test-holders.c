/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who has a vGPU open: found by device number, and told in words that can stand in a message.
 */

#include "holders.h"

#include <string.h>

#include "nodes.h"
#include "scratch.h"

#define GROUP 7

static void
add_process (const Scratch *host, const char *comm, const char *arguments, gsize length, int group)
{
  g_autofree char *node = g_strdup_printf ("/dev/vfio/%d", group);
  g_autofree char *real = scratch_locate (host, node);

  scratch_link (host, "/proc/4242/fd/0", "/dev/null");
  scratch_link (host, "/proc/4242/fd/1", "socket:[1]");
  scratch_link (host, "/proc/4242/fd/9", real);
  scratch_write (host, "/proc/4242/comm", comm);
  scratch_write (host, "/proc/4242/status", "Name:\tx\nUid:\t54321\t54321\t54321\t54321\n");
  scratch_write_bytes (host, "/proc/4242/cmdline", arguments, length);
}

static void
check_held (const Scratch *host, const char *expected)
{
  pid_t pid = 0;
  g_autofree char *holder = gvt_holder_find (host->root, GROUP, &pid);

  g_assert_cmpstr (holder, ==, expected);
  g_assert_cmpint (pid, ==, expected == NULL ? 0 : 4242);
}

static void
test_vm (void)
{
  static const char arguments[] = "/usr/bin/qemu\0-name\0guest=win10,debug-threads=on\0-m\0004096";
  g_autoptr (Scratch) host = scratch_new ();

  nodes_add (host, GROUP, 1);
  add_process (host, "qemu-system-x86\n", arguments, sizeof arguments, GROUP);
  check_held (host, "process 4242 (qemu-system-x86) of user 54321, VM win10");
}

static void
test_nobody (void)
{
  g_autoptr (Scratch) host = scratch_new ();

  g_assert_null (gvt_holder_find (host->root, -1, NULL));
  check_held (host, NULL);
  nodes_add (host, GROUP, 1);
  check_held (host, NULL);
  nodes_add (host, 8, 2);
  add_process (host, "qemu\n", "", 0, 8);
  check_held (host, NULL);
}

/* In a VM's own /dev the node can have another name; only the number says which one it is. */
static void
test_by_number (void)
{
  g_autoptr (Scratch) host = scratch_new ();

  nodes_describe (host, GROUP, 3);
  nodes_make (host, 9, 3);
  add_process (host, "qemu\n", "", 0, 9);
  check_held (host, "process 4242 (qemu) of user 54321");
}

static void
test_hostile_words (void)
{
  static const char arguments[] = "q\0guest=\x1b[31m\nroot\0";
  g_autoptr (Scratch) host = scratch_new ();

  nodes_add (host, GROUP, 1);
  add_process (host, "a\nb\x1b[0m\n", arguments, sizeof arguments, GROUP);
  check_held (host, "process 4242 (a\\nb\\033[0m) of user 54321, VM \\033[31m\\nroot");
}

static void
test_damaged_process (void)
{
  g_autoptr (Scratch) host = scratch_new ();

  nodes_add (host, GROUP, 1);
  add_process (host, "qemu\n", "guest=\xff\xfe", 8, GROUP);
  scratch_remove (host, "/proc/4242/status");
  scratch_remove (host, "/proc/4242/comm");
  scratch_make_directory (host, "/proc/4242x/fd");
  check_held (host, "process 4242 () of an unknown user");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/holders/vm", test_vm);
  g_test_add_func ("/holders/nobody", test_nobody);
  g_test_add_func ("/holders/by-number", test_by_number);
  g_test_add_func ("/holders/hostile-words", test_hostile_words);
  g_test_add_func ("/holders/damaged-process", test_damaged_process);
  return g_test_run ();
}
