/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a report hides, and what it leaves.
 */

#include "redact.h"

static const struct {
  const char *text;
  const char *shown;
} cases[] = {
  { "uuid='CB33EC6D-ad44-4702-b80f-c176f56afea1' cb33ec6d_ad44_4702_b80f_c176f56afea1",
    "uuid='UUID-1' UUID-1" },
  { "5f1b7a52-34b1-4b5c-8f7e-0d3c5a1b2c3d cb33ec6d-ad44-4702-b80f-c176f56afea1", "UUID-1 UUID-2" },
  { "<mac address='52:54:00:aa:BB:cc'/>", "<mac address='MAC-1'/>" },
  { "listen='127.0.0.1' 0.0.0.0 192.168.1.20", "listen='127.0.0.1' 0.0.0.0 IP-1" },
  { "passwd='hunter2' passwd=\"it's\" x", "passwd=… passwd=… x" },
  { "<serial>WD-123</serial>", "<serial>…</serial>" },
  { "<entry name='serial'>7</entry>", "<entry name='serial'>…</entry>" },
  { "machine 0123456789abcdef0123456789abcdef", "machine ID-1" },
  { "/home/alice/win.img malice alice's", "/home/USER/win.img malice USER's" },
  { "name a.c and abc", "name VM and abc" },
  { "0000:00:02.0 8086:5916 6.1.0-27 i915.enable_gvt=1",
    "0000:00:02.0 8086:5916 6.1.0-27 "
    "i915.enable_gvt=1" },
  { "not UTF-8 \xff", "not UTF-8 \xef\xbf\xbd" },
};

static void
test_redact (void)
{
  const char *names[] = { "alice", "USER", "a.c", "VM", "", "NOTHING", NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *shown = gvt_redact (cases[i].text, names);

    g_assert_cmpstr (shown, ==, cases[i].shown);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/redact", test_redact);
  return g_test_run ();
}
