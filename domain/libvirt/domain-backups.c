/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Backups of domains, a directory per domain, a file per backup: `NNNN-VERB-OBJECT.xml`. What there
 * is to know about a backup is in its name and its time, so that one rename makes it complete. Any
 * thread; blocks. Must not make a path of a name that did not come from the directory itself.
 */

#include "domain-backups.h"

#include "gvt-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Far more than the XML of a domain that is ever edited. */
#define BACKUP_MAX (1024 * 1024)

/* A backup's file name. Anything else in the directory is not ours, but for what a writer that was
 * killed leaves: g_file_set_contents_full() writes to the name and six random letters. */
#define FILE_NAME "^([0-9]{4,9})-([a-z]+)-([0-9a-f-]+)\\.xml"

typedef struct {
  GvtDomainBackup backup;
  guint number;
  char *file;
} Entry;

void
gvt_domain_backup_free (GvtDomainBackup *self)
{
  g_free (self->name);
  g_free (self->reason);
  g_free (self);
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->backup.name);
  g_free (entry->backup.reason);
  g_free (entry->file);
  g_free (entry);
}

static Entry *
read_entry (const char *directory, const char *file)
{
  static GRegex *pattern;
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *path = g_build_filename (directory, file, NULL);
  g_autofree char *verb = NULL;
  g_autofree char *object = NULL;
  struct stat status;
  Entry *entry;

  if (g_once_init_enter (&pattern))
    g_once_init_leave (&pattern, g_regex_new (FILE_NAME "$", G_REGEX_DOLLAR_ENDONLY, 0, NULL));
  if (!g_regex_match (pattern, file, 0, &match) || lstat (path, &status) != 0 ||
      !S_ISREG (status.st_mode))
    return NULL;
  verb = g_match_info_fetch (match, 2);
  object = g_match_info_fetch (match, 3);
  entry = g_new0 (Entry, 1);
  entry->backup.name = g_match_info_fetch (match, 1);
  entry->backup.time = status.st_mtime;
  entry->backup.reason = g_strdup_printf ("%s %s", verb, object);
  entry->number = (guint) g_ascii_strtoull (entry->backup.name, NULL, 10);
  entry->file = g_strdup (file);
  return entry;
}

static int
compare_newest_first (gconstpointer a, gconstpointer b)
{
  const Entry *left = *(const Entry *const *) a;
  const Entry *right = *(const Entry *const *) b;

  return (left->number < right->number) - (left->number > right->number);
}

/* The backups as Entry, newest first. No directory means none. */
static GPtrArray *
scan (const char *directory, GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (entry_free);
  g_autoptr (GError) problem = NULL;
  g_autoptr (GDir) dir = g_dir_open (directory, 0, &problem);
  const char *file;

  if (dir == NULL && !g_error_matches (problem, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
    g_set_error_literal (error, GVT_ERROR, GVT_ERROR_FAILED, problem->message);
    return NULL;
  }
  while (dir != NULL && (file = g_dir_read_name (dir)) != NULL) {
    Entry *entry = read_entry (directory, file);

    if (entry != NULL)
      g_ptr_array_add (entries, entry);
  }
  g_ptr_array_sort (entries, compare_newest_first);
  return g_steal_pointer (&entries);
}

/* Keeps two writers from taking one number; the lock ends with the descriptor. */
static int
lock_directory (const char *directory, GError **error)
{
  int fd = -1;

  if (g_mkdir_with_parents (directory, 0700) == 0)
    fd = open (directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd >= 0 && flock (fd, LOCK_EX) == 0)
    return fd;
  gvt_error_set_from_errno (error, "use", directory);
  if (fd >= 0)
    close (fd);
  return -1;
}

static char *
add_locked (const char *directory,
            const char *xml,
            const char *verb,
            const char *object,
            GError **error)
{
  g_autoptr (GPtrArray) entries = scan (directory, error);
  g_autoptr (GError) problem = NULL;
  g_autofree char *name = NULL;
  g_autofree char *file = NULL;
  g_autofree char *path = NULL;
  guint last;

  if (entries == NULL)
    return NULL;
  last = entries->len > 0 ? ((Entry *) g_ptr_array_index (entries, 0))->number : 0;
  name = g_strdup_printf ("%04u", last + 1);
  file = g_strdup_printf ("%s-%s-%s.xml", name, verb, object);
  path = g_build_filename (directory, file, NULL);
  if (g_file_set_contents_full (path,
                                xml,
                                -1,
                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                0600,
                                &problem))
    return g_steal_pointer (&name);
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_FAILED,
               "cannot back the domain up, so nothing was done: %s",
               problem->message);
  return NULL;
}

char *
gvt_domain_backups_add (const char *directory,
                        const char *xml,
                        const char *verb,
                        const char *object,
                        GError **error)
{
  int lock = lock_directory (directory, error);
  char *name;

  if (lock < 0)
    return NULL;
  name = add_locked (directory, xml, verb, object, error);
  close (lock);
  return name;
}

static gboolean
delete_file (const char *directory, const char *file, GError **error)
{
  g_autofree char *path = g_build_filename (directory, file, NULL);

  if (g_unlink (path) == 0 || errno == ENOENT)
    return TRUE;
  return gvt_error_set_from_errno (error, "delete", path);
}

static const Entry *
find (GPtrArray *entries, const char *name)
{
  for (guint i = 0; i < entries->len; i++) {
    const Entry *entry = g_ptr_array_index (entries, i);

    if (g_str_equal (entry->backup.name, name))
      return entry;
  }
  return NULL;
}

gboolean
gvt_domain_backups_remove (const char *directory, const char *name, GError **error)
{
  g_autoptr (GPtrArray) entries = scan (directory, error);
  const Entry *entry;

  if (entries == NULL)
    return FALSE;
  entry = find (entries, name);
  return entry == NULL || delete_file (directory, entry->file, error);
}

/* What writers leave that were killed; nobody writes, because the directory is locked. */
static gboolean
delete_half_written (const char *directory, GError **error)
{
  g_autoptr (GRegex) pattern = g_regex_new (FILE_NAME "\\..{6}$", 0, 0, NULL);
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  const char *file;

  while (dir != NULL && (file = g_dir_read_name (dir)) != NULL) {
    if (g_regex_match (pattern, file, 0, NULL) && !delete_file (directory, file, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
gvt_domain_backups_prune (const char *directory, GError **error)
{
  int lock = lock_directory (directory, error);
  g_autoptr (GPtrArray) entries = lock >= 0 ? scan (directory, error) : NULL;
  gboolean done = entries != NULL && delete_half_written (directory, error);

  for (guint i = GVT_DOMAIN_BACKUPS_KEPT; done && i < entries->len; i++) {
    const Entry *entry = g_ptr_array_index (entries, i);

    done = delete_file (directory, entry->file, error);
  }
  if (lock >= 0)
    close (lock);
  return done;
}

GPtrArray *
gvt_domain_backups_list (const char *directory, GError **error)
{
  g_autoptr (GPtrArray) entries = scan (directory, error);
  GPtrArray *backups;

  if (entries == NULL)
    return NULL;
  backups = g_ptr_array_new_with_free_func ((GDestroyNotify) gvt_domain_backup_free);
  for (guint i = 0; i < entries->len; i++) {
    const Entry *entry = g_ptr_array_index (entries, i);
    GvtDomainBackup *backup = g_new0 (GvtDomainBackup, 1);

    backup->name = g_strdup (entry->backup.name);
    backup->time = entry->backup.time;
    backup->reason = g_strdup (entry->backup.reason);
    g_ptr_array_add (backups, backup);
  }
  return backups;
}

static char *
read_text (const char *path, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autofree char *text = NULL;
  gsize length = 0;

  if (!g_file_get_contents (path, &text, &length, &problem)) {
    g_set_error_literal (error, GVT_ERROR, GVT_ERROR_FAILED, problem->message);
    return NULL;
  }
  if (length > BACKUP_MAX || !g_utf8_validate (text, (gssize) length, NULL)) {
    g_set_error (error, GVT_ERROR, GVT_ERROR_FAILED, "%s is no backup of a domain", path);
    return NULL;
  }
  return g_steal_pointer (&text);
}

char *
gvt_domain_backups_read (const char *directory, const char *name, char **found, GError **error)
{
  g_autoptr (GPtrArray) entries = scan (directory, error);
  g_autofree char *path = NULL;
  const Entry *entry;
  char *text;

  if (entries == NULL)
    return NULL;
  entry = *name == '\0' && entries->len > 0 ? g_ptr_array_index (entries, 0) : find (entries, name);
  if (entry == NULL) {
    g_autofree char *escaped = g_strescape (name, NULL);

    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_NOT_FOUND,
                 "the domain has no backup%s%.32s; “gvt-client backups” lists what there is",
                 *name != '\0' ? " " : "",
                 escaped);
    return NULL;
  }
  path = g_build_filename (directory, entry->file, NULL);
  text = read_text (path, error);
  if (text != NULL)
    *found = g_strdup (entry->backup.name);
  return text;
}
