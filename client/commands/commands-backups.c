/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verbs `backups` and `restore`: a VM as it was before it was changed. The user's own backups are
 * the client's, those of the system's VMs the service's. Main thread.
 */

#include "bus.h"
#include "display.h"
#include "domain-backups.h"
#include "gvt-names.h"
#include "json-output.h"
#include "vm-backups.h"

#include <string.h>

/* The service's answer, newest first. */
static GPtrArray *
list_system (GvtClient *client, const char *domain, GError **error)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariantIter) iter = NULL;
  GPtrArray *backups;
  GvtDomainBackup next = { 0 };
  guint64 time;

  reply = gvt_bus_call (client,
                        GVT_PATH,
                        GVT_INTERFACE_DOMAINS,
                        "ListBackups",
                        g_variant_new ("(s)", domain),
                        G_VARIANT_TYPE ("(a(sts))"),
                        error);
  if (reply == NULL)
    return NULL;
  backups = g_ptr_array_new_with_free_func ((GDestroyNotify) gvt_domain_backup_free);
  g_variant_get (reply, "(a(sts))", &iter);
  while (g_variant_iter_next (iter, "(sts)", &next.name, &time, &next.reason)) {
    next.time = (gint64) MIN (time, G_MAXINT64);
    g_ptr_array_add (backups, g_memdup2 (&next, sizeof next));
  }
  return backups;
}

static GPtrArray *
list_session (GvtClient *client, const char *domain, GError **error)
{
  g_autoptr (GvtVm) vm = gvt_vm_open (gvt_vm_uri (client), domain, error);
  g_autofree char *directory = vm != NULL ? gvt_vm_backups_directory (vm) : NULL;

  return directory != NULL ? gvt_domain_backups_list (directory, error) : NULL;
}

static void
print_json (const GPtrArray *backups)
{
  JsonBuilder *builder = json_builder_begin_array (json_builder_new ());

  for (guint i = 0; i < backups->len; i++)
    gvt_json_add_backup (builder, g_ptr_array_index (backups, i));
  gvt_display_json (json_builder_end_array (builder));
}

static void
print_table (const GPtrArray *backups)
{
  static const char *const headings[] = { N_ ("BACKUP"), N_ ("TIME"), N_ ("BEFORE"), NULL };
  g_autoptr (GvtTable) table = gvt_table_new (headings);

  for (guint i = 0; i < backups->len; i++) {
    const GvtDomainBackup *backup = g_ptr_array_index (backups, i);
    g_autofree char *time = gvt_display_time (backup->time);

    gvt_table_add (table, backup->name, GVT_STYLE_HEADING);
    gvt_table_add (table, time, GVT_STYLE_PLAIN);
    gvt_table_add (table, backup->reason, GVT_STYLE_PLAIN);
  }
  gvt_display_table (table, "");
}

static gboolean
run_backups (GvtClient *client, char **args, GError **error)
{
  g_autoptr (GPtrArray) backups = gvt_vm_is_system (gvt_vm_uri (client))
                                      ? list_system (client, args[0], error)
                                      : list_session (client, args[0], error);

  if (backups == NULL)
    return FALSE;
  if (client->json)
    print_json (backups);
  else if (backups->len > 0)
    print_table (backups);
  else
    gvt_terminal_talk (client, _ ("No backup of %s."), args[0]);
  return TRUE;
}

static gboolean
restore_system (GvtClient *client, const char *domain, const char *backup, GError **error)
{
  g_autoptr (GVariant) reply = NULL;

  reply = gvt_bus_call (client,
                        GVT_PATH,
                        GVT_INTERFACE_DOMAINS,
                        "Restore",
                        g_variant_new ("(ssa{sv})", domain, backup, NULL),
                        G_VARIANT_TYPE_UNIT,
                        error);
  if (reply == NULL)
    return FALSE;
  gvt_terminal_talk (client, _ ("Restored %s"), domain);
  return TRUE;
}

static gboolean
restore_session (GvtClient *client, const char *domain, const char *backup, GError **error)
{
  g_autoptr (GvtVm) vm = gvt_vm_open (gvt_vm_uri (client), domain, error);
  g_autofree char *directory = vm != NULL ? gvt_vm_backups_directory (vm) : NULL;
  g_autofree char *found = NULL;
  g_autofree char *old = NULL;
  g_autofree char *now = NULL;

  if (directory != NULL)
    old = gvt_domain_backups_read (directory, backup, &found, error);
  if (old != NULL)
    now = gvt_vm_get_xml (vm, error);
  if (now == NULL)
    return FALSE;
  if (strcmp (now, old) == 0) {
    gvt_terminal_talk (client, _ ("%s is as in the backup %s; nothing changed"), domain, found);
    return TRUE;
  }
  if (!gvt_vm_change (vm, now, old, "restore", found, error))
    return FALSE;
  gvt_terminal_talk (client, _ ("Restored %s from the backup %s"), gvt_vm_name (vm), found);
  if (gvt_vm_is_running (vm))
    gvt_terminal_talk (client, _ ("It runs as it was until it stops"));
  return TRUE;
}

static gboolean
run_restore (GvtClient *client, char **args, GError **error)
{
  const char *backup = args[1] != NULL ? args[1] : "";

  if (gvt_vm_is_system (gvt_vm_uri (client)))
    return restore_system (client, args[0], backup, error);
  return restore_session (client, args[0], backup, error);
}

const GvtVerb gvt_verb_backups = {
  .name = "backups",
  .synopsis = "DOMAIN",
  .summary = N_ ("List the backups of a VM's definition"),
  .details = N_ (
      "Whatever changes a VM makes one before. The ten newest are kept, passwords included,\n"
      "where only you can read them; those of the system's VMs only root.\n"),
  .examples = "gvt-client backups win10\n",
  .min_args = 1,
  .max_args = 1,
  .run = run_backups,
};

const GvtVerb gvt_verb_restore = {
  .name = "restore",
  .synopsis = "DOMAIN [BACKUP]",
  .summary = N_ ("Make a VM's definition what it was before a change"),
  .details = N_ (
      "Without BACKUP, before the last one. Restoring can be undone by restoring once more.\n"),
  .examples = "gvt-client restore win10\n"
              "gvt-client restore win10 0003\n",
  .min_args = 1,
  .max_args = 2,
  .run = run_restore,
};
