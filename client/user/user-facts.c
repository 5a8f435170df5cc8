/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What only the user can see: her access to /dev/kvm, her libvirt, its daemon's limits, the hook.
 * Main thread, blocking. Must not judge what it sees (check-user.c does), nor change anything.
 */

#include "user-facts.h"

#include "vm.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOOK "/etc/libvirt/hooks/qemu.d/gvt-manager"

static char *
read_process_file (int pid, const char *name)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/%s", pid, name);
  char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? text : NULL;
}

static gboolean
runs_libvirt (int pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/exe", pid);
  g_autofree char *program = g_file_read_link (path, NULL);
  g_autofree char *name = program != NULL ? g_path_get_basename (program) : NULL;
  struct stat status;

  /* The links of others' processes cannot be read, root's excepted. */
  return name != NULL && (strcmp (name, "libvirtd") == 0 || strcmp (name, "virtqemud") == 0) &&
         stat (path, &status) == 0;
}

static gboolean
is_own (int pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d", pid);
  struct stat status;

  return stat (path, &status) == 0 && status.st_uid == getuid ();
}

static int
find_daemon (void)
{
  g_autoptr (GDir) processes = g_dir_open ("/proc", 0, NULL);
  const char *name;

  while (processes != NULL && (name = g_dir_read_name (processes)) != NULL) {
    guint64 pid;

    if (g_ascii_string_to_unsigned (name, 10, 1, G_MAXINT32, &pid, NULL) && is_own ((int) pid) &&
        runs_libvirt ((int) pid))
      return (int) pid;
  }
  return 0;
}

/* "Max locked memory  soft  hard  bytes" (proc(5)). */
static guint64
read_memory_lock (int pid)
{
  g_autofree char *text = read_process_file (pid, "limits");
  const char *line = text != NULL ? strstr (text, "Max locked memory") : NULL;
  char hard[32];
  guint64 limit;

  if (line == NULL || sscanf (line, "Max locked memory %*s %31s", hard) != 1)
    return 0;
  if (strcmp (hard, "unlimited") == 0)
    return G_MAXUINT64;
  return g_ascii_string_to_unsigned (hard, 10, 0, G_MAXUINT64, &limit, NULL) ? limit : 0;
}

/* Field 22 of proc(5)'s stat counts from the boot, whose time is a line of /proc/stat. */
static gint64
read_start (int pid)
{
  g_autofree char *text = read_process_file (pid, "stat");
  const char *rest = text != NULL ? strrchr (text, ')') : NULL;
  g_autofree char *boot = NULL;
  const char *line;
  guint64 ticks;

  if (rest == NULL || !g_file_get_contents ("/proc/stat", &boot, NULL, NULL))
    return 0;
  line = strstr (boot, "\nbtime ");
  if (line == NULL ||
      sscanf (rest,
              ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d "
              "%" G_GUINT64_FORMAT,
              &ticks) != 1)
    return 0;
  return g_ascii_strtoll (line + strlen ("\nbtime "), NULL, 10) +
         (gint64) ticks / sysconf (_SC_CLK_TCK);
}

static void
read_hook (GvtUserFacts *self)
{
  struct stat status;

  self->hook_installed = access (HOOK, X_OK) == 0 && stat (HOOK, &status) == 0;
  self->hook_changed = self->hook_installed ? status.st_ctim.tv_sec : 0;
}

GvtUserFacts *
gvt_user_facts_read (const GvtClient *client)
{
  GvtUserFacts *self = g_new0 (GvtUserFacts, 1);
  g_autoptr (GError) refusal = NULL;

  self->user = g_get_user_name ();
  self->uri = gvt_vm_uri (client);
  self->session = !gvt_vm_is_system (self->uri) && geteuid () != 0;
  self->kvm_exists = access ("/dev/kvm", F_OK) == 0;
  self->kvm_open = access ("/dev/kvm", R_OK | W_OK) == 0;
  self->survey = gvt_libvirt_survey (self->uri, &refusal);
  self->refusal = self->survey == NULL ? g_strdup (refusal->message) : NULL;
  self->daemon = self->session ? find_daemon () : 0;
  if (self->daemon != 0) {
    self->daemon_limit = read_memory_lock (self->daemon);
    self->daemon_started = read_start (self->daemon);
  }
  read_hook (self);
  self->memory = (guint64) sysconf (_SC_PHYS_PAGES) * (guint64) sysconf (_SC_PAGESIZE);
  return self;
}

void
gvt_user_facts_free (GvtUserFacts *self)
{
  g_clear_pointer (&self->survey, gvt_libvirt_survey_free);
  g_free (self->refusal);
  g_free (self);
}
