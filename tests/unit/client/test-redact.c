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
  { "fe80::5054:ff:feaa:bbcc%eth0 2001:db8:0:1:2:3:4:5 ::1 listen='::'",
    "IP-2%eth0 IP-1 ::1 listen='::'" },
  { "12:34:56 pci 0000:01:00.0: at 0x0:1::x", "12:34:56 pci 0000:01:00.0: at 0x0:1::x" },
  { "root=UUID=cb33ec6d-ad44-4702-b80f-c176f56afea1 rd.luks.uuid=luks-5f1b7a52-34b1-4b5c-8f7e-"
    "0d3c5a1b2c3d rd.luks.key=/etc/k systemd.set_credential=x:y quiet",
    "root=UUID=UUID-1 rd.luks.uuid=luks-UUID-2 rd.luks.key=… systemd.set_credential=… quiet" },
  { "<qemu:arg value='secret,id=s0,data=aGVsbG8='/> -drive file=x,serial=WD-1,id=a",
    "<qemu:arg value='secret,id=s0,data=…'/> -drive file=x,serial=…,id=a" },
  { "<qemu:env name='API_TOKEN=abc' value='PASSWORD=x y'/>",
    "<qemu:env name='API_TOKEN=…' value=…/>" },
  { "<qemu:env name='API_KEY' value='x y'/><qemu:env name='INTEL_DEBUG' value='norbc'/>",
    "<qemu:env name='API_KEY' value=…/><qemu:env name='INTEL_DEBUG' value='norbc'/>" },
  { "<source file='/srv/affair.qcow2' index='1'/><target dev='vda'/><source network='default'/>",
    "<source file=… index='1'/><target dev='vda'/><source network='default'/>" },
  { "<source dev=\"/dev/disk/by-id/ata-WDC_WD-123\"/><source protocol='nbd' name='secret'>"
    "<host name='nas.example.org' port='1'/></source>",
    "<source dev=…/><source protocol='nbd' name=…><host name=… port='1'/></source>" },
  { "<auth username='al'><secret type='ceph' usage='mine'/></auth><wwn>5000c50015ea71aa</wwn>",
    "<auth username=…><secret type='ceph' usage=…/></auth><wwn>…</wwn>" },
  { "<title>Tax 2025</title> <description>a\nb</description>",
    "<title>…</title> <description>…</description>" },
  { "VM R&D (new) locks, <name>R&amp;D (new)</name>", "VM VM-2 locks, <name>VM-2</name>" },
  { "52-54-00-AA-BB-CC", "MAC-1" },
  { "$1 \\1 a.c$ \\E", "$1 \\1 VM$ \\E" },
  { "not UTF-8 \xff", "not UTF-8 \xef\xbf\xbd" },
};

static void
test_redact (void)
{
  const char *names[] = { "alice", "USER", "a.c",     "VM", "R&amp;D (new)", "VM-2", "R&D (new)",
                          "VM-2",  "",     "NOTHING", NULL };

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
