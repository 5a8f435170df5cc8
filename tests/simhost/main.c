/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * gvt-simhost DIR: a machine with GVT-g below DIR, for testing gvt-managerd --root DIR. Reads
 * the command line, builds the machine, mounts it and serves it from one thread until SIGTERM
 * or SIGINT. It never touches the real /sys, /dev or /proc.
 */
#include "control-file.h"
#include "control.h"
#include "host.h"
#include "mount.h"
#include "parent.h"
#include "sysfs.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

typedef struct {
  char **parents;
  char **samples;
  char **devices;
  char **dirs;
  int aperture;
  int ready_fd;
  gboolean empty;
  gboolean old_kernel;
  gboolean keep;
  gboolean die_with_parent;
} Options;

static char *
describe (void)
{
  g_autofree char *commands = sim_control_help ();

  return g_strdup_printf (
      "KEY is vendor, device, class, driver, boot_vga; for a GVT-g GPU also aperture (MiB),\n"
      "gen (V4 for Broadwell, V5), and instances (so many vGPUs of any type, whatever the "
      "memory).\n"
      "A GVT-g GPU is 8086:3ea0 driven by i915 by default, another device 10de:1c8d by nouveau.\n\n"
      "DIR/sys is mounted. DIR/dev and DIR/proc are made, and removed at the end. "
      "DIR/etc/mdevctl.d,\n"
      "DIR/var/lib and DIR/run are made and left. Only root can run it; it needs /dev/fuse.\n\n"
      "DIR/control is a file. Reading it gives statistics and state, a line each. Commands are\n"
      "written to it, one per line (echo 'fail create 2 EIO' > DIR/control); a command that fails\n"
      "fails the write, and the last line of the file says why:\n\n%s",
      commands);
}

static gboolean
check_options (const Options *options, GError **error)
{
  if (options->dirs == NULL || g_strv_length (options->dirs) != 1) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "exactly one DIR is needed");
    return FALSE;
  }
  if (options->aperture < 128 || options->aperture > 2048) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--aperture is 128 to 2048");
    return FALSE;
  }
  return TRUE;
}

/* What the machine has. */
static void
add_machine_options (GOptionContext *context, Options *options)
{
  const GOptionEntry entries[] = {
    { "aperture",
      'a',
      0,
      G_OPTION_ARG_INT,
      &options->aperture,
      "Aperture of GPUs that do not name their own, 128 to 2048 (256)",
      "MIB" },
    { "parent",
      'p',
      0,
      G_OPTION_ARG_STRING_ARRAY,
      &options->parents,
      "A GVT-g GPU (default: 0000:00:02.0,boot_vga=1), as often as wanted",
      "ADDR[,KEY=VALUE...]" },
    { "sample",
      's',
      0,
      G_OPTION_ARG_STRING_ARRAY,
      &options->samples,
      "A parent of the kernel's sample drivers",
      "mtty|mdpy|mbochs" },
    { "pci-device",
      'd',
      0,
      G_OPTION_ARG_STRING_ARRAY,
      &options->devices,
      "Another PCI device; with driver=vfio-pci it has an IOMMU group and a node",
      "ADDR[,KEY=VALUE...]" },
    { "empty", 0, 0, G_OPTION_ARG_NONE, &options->empty, "No GVT-g GPU by default", NULL },
    { "old-kernel",
      0,
      0,
      G_OPTION_ARG_NONE,
      &options->old_kernel,
      "As Linux 5.4: types have no name file, driver vfio_mdev",
      NULL },
    G_OPTION_ENTRY_NULL,
  };

  g_option_context_add_main_entries (context, entries, NULL);
}

/* Where and how it is served. */
static void
add_serving_options (GOptionContext *context, Options *options)
{
  const GOptionEntry entries[] = {
    { "ready-fd",
      0,
      0,
      G_OPTION_ARG_INT,
      &options->ready_fd,
      "Where to write \"ready\" once mounted (1)",
      "FD" },
    { "keep",
      0,
      0,
      G_OPTION_ARG_NONE,
      &options->keep,
      "Leave DIR/dev and DIR/proc at the end",
      NULL },
    { "die-with-parent",
      0,
      0,
      G_OPTION_ARG_NONE,
      &options->die_with_parent,
      "End when the process that started it does",
      NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->dirs, NULL, "DIR" },
    G_OPTION_ENTRY_NULL,
  };

  g_option_context_add_main_entries (context, entries, NULL);
}

static gboolean
parse_options (int *argc, char ***argv, Options *options, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autofree char *description = describe ();

  g_option_context_set_summary (context, "Simulates a GVT-g host at the level of system calls.");
  g_option_context_set_description (context, description);
  add_machine_options (context, options);
  add_serving_options (context, options);
  return g_option_context_parse (context, argc, argv, error) && check_options (options, error);
}

static void
options_clear (Options *options)
{
  g_strfreev (options->parents);
  g_strfreev (options->samples);
  g_strfreev (options->devices);
  g_strfreev (options->dirs);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static gboolean
add_gpus (SimHost *host, const Options *options, GError **error)
{
  static char *fallback[] = { (char *) "0000:00:02.0,boot_vga=1", NULL };
  const SimPciSpec defaults = {
    .driver = (char *) "i915",
    .vendor = 0x8086,
    .device = 0x3ea0,
    .class_code = 0x030000,
    .aperture = options->aperture,
    .generation = 5,
  };
  char **text = options->parents != NULL ? options->parents : fallback;

  if (options->parents == NULL && options->empty)
    return TRUE;
  for (; *text != NULL; text++) {
    g_autoptr (SimPciSpec) spec = sim_pci_spec_parse (*text, &defaults, error);

    if (spec == NULL)
      return FALSE;
    sim_parent_add_gpu (host, spec);
  }
  return TRUE;
}

static gboolean
add_other_devices (SimHost *host, const Options *options, GError **error)
{
  const SimPciSpec defaults = {
    .driver = (char *) "nouveau",
    .vendor = 0x10de,
    .device = 0x1c8d,
    .class_code = 0x030000,
    .aperture = 256,
  };
  char **text;

  for (text = options->devices; text != NULL && *text != NULL; text++) {
    g_autoptr (SimPciSpec) spec = sim_pci_spec_parse (*text, &defaults, error);

    if (spec == NULL)
      return FALSE;
    sim_pci_add (host, spec);
  }
  for (text = options->samples; text != NULL && *text != NULL; text++) {
    if (!sim_parent_add_sample (host, *text)) {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "no sample driver '%s'", *text);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
make_dirs (const char *dir, GError **error)
{
  static const char *const names[] = { "sys", "etc/mdevctl.d", "var/lib", "run" };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = g_build_filename (dir, names[i], NULL);

    sim_mount_detach_dead (path);
    if (g_mkdir_with_parents (path, 0755) < 0) {
      g_set_error (error,
                   G_IO_ERROR,
                   g_io_error_from_errno (errno),
                   "cannot make %s: %s",
                   path,
                   g_strerror (errno));
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
end_loop (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_CONTINUE;
}

static gboolean
say_ready (int fd, GError **error)
{
  if (write (fd, "ready\n", 6) == 6)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "cannot write to file descriptor %d", fd);
  return FALSE;
}

static gboolean
serve (SimHost *host, const char *dir, const Options *options, GError **error)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autofree char *sys_path = g_build_filename (dir, "sys", NULL);
  g_autofree char *control_path = g_build_filename (dir, "control", NULL);
  g_autoptr (SimControlFile) control = NULL;
  g_autoptr (SimSysfs) sysfs = NULL;

  g_unix_signal_add (SIGTERM, end_loop, loop);
  g_unix_signal_add (SIGINT, end_loop, loop);
  sysfs = sim_sysfs_new (host, sys_path, error);
  if (sysfs == NULL)
    return FALSE;
  control = sim_control_file_new (host, control_path, error);
  if (control == NULL || !say_ready (options->ready_fd, error))
    return FALSE;
  g_main_loop_run (loop);
  return TRUE;
}

static gboolean
run (const Options *options, GError **error)
{
  g_autofree char *dir = g_canonicalize_filename (options->dirs[0], NULL);
  g_autofree char *real = NULL;
  g_autoptr (SimHost) host = NULL;
  gboolean done;

  if (!make_dirs (dir, error))
    return FALSE;
  real = realpath (dir, NULL);
  host = sim_host_new (real, options->old_kernel, error);
  if (host == NULL)
    return FALSE;
  done = add_gpus (host, options, error) && add_other_devices (host, options, error) &&
         serve (host, real, options, error);
  if (!options->keep) {
    sim_proc_remove_all (host->proc);
    sim_devnodes_remove_all (host->nodes);
  }
  return done;
}

int
main (int argc, char *argv[])
{
  g_auto (Options) options = { .aperture = 256, .ready_fd = STDOUT_FILENO };
  g_autoptr (GError) error = NULL;

  g_set_prgname ("gvt-simhost");
  if (!parse_options (&argc, &argv, &options, &error)) {
    g_printerr ("gvt-simhost: %s\n", error->message);
    return 2;
  }
  if (options.die_with_parent)
    prctl (PR_SET_PDEATHSIG, SIGTERM);
  umask (022);
  if (run (&options, &error))
    return 0;
  g_printerr ("gvt-simhost: %s\n", error->message);
  return 1;
}
