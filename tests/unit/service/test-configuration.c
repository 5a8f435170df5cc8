/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The administrator's settings: every one has a default, and nothing wrong is passed over.
 */

#include "configuration.h"

#include <string.h>

#include "memory-lock.h"
#include "scratch.h"

#define MIB ((guint64) 1024 * 1024)

static GvtConfiguration *
load (const char *text)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autoptr (GError) error = NULL;
  GvtConfiguration *configuration;

  scratch_write (host, GVT_CONFIGURATION, text);
  configuration = gvt_configuration_load (host->root, &error);
  g_assert_no_error (error);
  return configuration;
}

static void
check_default (GvtConfiguration *configuration)
{
  g_assert_cmpuint (configuration->vgpus_per_user, >, 0);
  g_assert_cmpuint (configuration->calls_per_user, <, configuration->calls);
  g_assert_cmpuint (configuration->memory_lock_maximum, ==, gvt_memory_lock_default_maximum ());
  g_assert_null (configuration->types);
  g_assert_null (configuration->gpus);
}

static void
test_defaults (void)
{
  static const char *const texts[] = { "", "# nothing\n", "[Limits]\n", "\n\n[Limits]\n#a=b\n" };
  g_autoptr (Scratch) nothing = scratch_new ();
  g_autoptr (GvtConfiguration) none = gvt_configuration_load (nothing->root, NULL);

  check_default (none);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GvtConfiguration) configuration = load (texts[i]);

    check_default (configuration);
  }
}

static void
test_values (void)
{
  g_autoptr (GvtConfiguration) configuration = load (
      "[Limits]\nVgpusPerUser=3\nLowMemoryPerUser = 256 \nTypes=a; b\nGpus=0000:00:02.0\n"
      "MemoryLockMaximum=4096\nCallsPerUser=1\nCalls=2\n");

  g_assert_cmpuint (configuration->vgpus_per_user, ==, 3);
  g_assert_cmpuint (configuration->low_memory_per_user_mib, ==, 256);
  g_assert_cmpuint (g_strv_length (configuration->types), ==, 2);
  g_assert_cmpstr (configuration->types[1], ==, "b");
  g_assert_cmpstr (configuration->gpus[0], ==, "0000:00:02.0");
  g_assert_cmpuint (configuration->memory_lock_maximum, ==, 4096 * MIB);
  g_assert_cmpuint (configuration->calls_per_user, ==, 1);
  g_assert_cmpuint (configuration->calls, ==, 2);
}

static void
test_special_values (void)
{
  g_autoptr (GvtConfiguration) all = load ("[Limits]\nTypes=all\nGpus=all\n");
  g_autoptr (GvtConfiguration) none = load ("[Limits]\nTypes=\nVgpusPerUser=0\n");
  g_autoptr (GvtConfiguration) half = load ("[Limits]\nMemoryLockMaximum=50%\n");
  g_autoptr (GvtConfiguration) whole = load ("[Limits]\nMemoryLockMaximum=100%\n");

  g_assert_null (all->types);
  g_assert_null (all->gpus);
  g_assert_cmpuint (g_strv_length (none->types), ==, 0);
  g_assert_cmpuint (none->vgpus_per_user, ==, 0);
  g_assert_cmpuint (half->memory_lock_maximum, <=, gvt_memory_lock_default_maximum ());
  g_assert_cmpuint (half->memory_lock_maximum, >, gvt_memory_lock_default_maximum () - 100);
  g_assert_cmpuint (whole->memory_lock_maximum, >, half->memory_lock_maximum);
}

typedef struct {
  const char *text;
  const char *says;
} Wrong;

static const Wrong wrong[] = {
  { "VgpusPerUser=3\n", ":1: this line says nothing; permitted: [Limits], and below it" },
  { "[limits]\n", "[limits]" },
  { "[Limits]\n[Other]\n", ":2: " },
  { "[Limits]\n\nVgpuPerUser=3\n", ":3: there is no key VgpuPerUser" },
  { "[Limits]\nVgpuPerUser=3\n", "VgpusPerUser, LowMemoryPerUser" },
  { "[Limits]\nVgpusPerUser=-1\n", "“-1”; permitted: a number up to 10000" },
  { "[Limits]\nVgpusPerUser=\n", "permitted" },
  { "[Limits]\nVgpusPerUser=3 # three\n", "permitted" },
  { "[Limits]\nVgpusPerUser=0x3\n", "permitted" },
  { "[Limits]\nVgpusPerUser=99999999999999999999\n", "permitted" },
  { "[Limits]\nLowMemoryPerUser=1G\n", "a number of MiB" },
  { "[Limits]\nMemoryLockMaximum=0\n", "percentage" },
  { "[Limits]\nMemoryLockMaximum=101%\n", "percentage" },
  { "[Limits]\nMemoryLockMaximum=%\n", "percentage" },
  { "[Limits]\nMemoryLockMaximum=50 %\n", "percentage" },
  { "[Limits]\nCalls=0\n", "1 to 100000" },
  { "[Limits]\nTypes=../x\n", "all, or types" },
  { "[Limits]\nGpus=$(reboot)\n", "all, or GPUs" },
  { "[Limits]\nVgpusPerUser[de]=3\n", "no key" },
  { "nonsense", "gvt-manager.conf:1: " },
  { "[Limits\n", "gvt-manager.conf:1: " },
  { "[Limits]\nVgpusPerUser=3\n\nCalls 3\n", ":4: this line says nothing" },
  { "[Limits]\nTypes=\xff\n", ":2: this line says nothing" },
  { "[Limits]\nVgpusPerUser=\\q\n", ":2: VgpusPerUser has a backslash" },
  { "[Limits]\nCalls=3\nCalls=none\n", ":3: Calls cannot be" },
};

static void
test_wrong (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (Scratch) host = scratch_new ();
    g_autoptr (GError) error = NULL;

    scratch_write (host, GVT_CONFIGURATION, wrong[i].text);
    if (gvt_configuration_load (host->root, &error) != NULL)
      g_error ("taken for settings: %s", wrong[i].text);
    if (strstr (error->message, wrong[i].says) == NULL)
      g_error ("“%s” does not say “%s”", error->message, wrong[i].says);
  }
}

/* A file that cannot be read could have held a limit. */
static void
test_no_file (void)
{
  g_autoptr (Scratch) host = scratch_new ();

  scratch_make_directory (host, GVT_CONFIGURATION);
  g_assert_null (gvt_configuration_load (host->root, NULL));
  scratch_remove (host, GVT_CONFIGURATION);
  scratch_make_fifo (host, GVT_CONFIGURATION);
  g_assert_null (gvt_configuration_load (host->root, NULL));
  scratch_remove (host, GVT_CONFIGURATION);
  scratch_link (host, GVT_CONFIGURATION, "/nowhere");
  g_assert_null (gvt_configuration_load (host->root, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/configuration/defaults", test_defaults);
  g_test_add_func ("/configuration/values", test_values);
  g_test_add_func ("/configuration/special-values", test_special_values);
  g_test_add_func ("/configuration/wrong", test_wrong);
  g_test_add_func ("/configuration/no-file", test_no_file);
  return g_test_run ();
}
