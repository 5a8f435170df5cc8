/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who has a ROM of the catalogue. Worker threads; reads only. Domain XML is searched for the ROM's
 * path, never parsed.
 */

#include "rom-use.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define DOMAINS "/etc/libvirt/qemu"
#define XML_MAX (1024 * 1024)
#define ARGUMENTS_MAX (256 * 1024)

/* The path, and then nothing that a name could go on with. */
static gboolean
names_rom (const char *text, gsize length, const char *path)
{
  static const char in_names[] = G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-";
  gsize path_length = strlen (path);

  for (const char *at = text; at != NULL; at++) {
    at = memmem (at, length - (gsize) (at - text), path, path_length);
    if (at == NULL)
      return FALSE;
    if (at + path_length == text + length || at[path_length] == '\0' ||
        strchr (in_names, at[path_length]) == NULL)
      return TRUE;
  }
  return FALSE;
}

static char *
find_domain (GvtRoot *root, const char *path)
{
  g_autoptr (GPtrArray) names = gvt_root_list (root, DOMAINS);

  for (guint i = 0; i < names->len; i++) {
    const char *name = g_ptr_array_index (names, i);
    g_autofree char *file = g_build_filename (DOMAINS, name, NULL);
    g_autofree char *xml = NULL;

    if (!g_str_has_suffix (name, ".xml"))
      continue;
    xml = gvt_root_read_text (root, file, XML_MAX, NULL);
    if (xml != NULL && names_rom (xml, strlen (xml), path))
      return g_strdup_printf ("VM %.*s of qemu:///system",
                              (int) (strlen (name) - strlen (".xml")),
                              name);
  }
  return NULL;
}

/* Arguments are separated by NULs. */
static gboolean
process_names_rom (GvtRoot *root, const char *pid, const char *path)
{
  g_autofree char *file = g_build_filename ("/proc", pid, "cmdline", NULL);
  g_autofree char *text = NULL;
  gsize length = 0;
  int fd = gvt_root_open (root, file, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  gssize count;

  if (fd < 0)
    return FALSE;
  text = g_malloc (ARGUMENTS_MAX);
  while (length < ARGUMENTS_MAX &&
         (count = TEMP_FAILURE_RETRY (read (fd, text + length, ARGUMENTS_MAX - length))) > 0)
    length += (gsize) count;
  close (fd);
  return memmem (text, length, "qemu", strlen ("qemu")) != NULL && names_rom (text, length, path);
}

static char *
find_process (GvtRoot *root, const char *path)
{
  g_autoptr (GPtrArray) names = gvt_root_list (root, "/proc");

  for (guint i = 0; i < names->len; i++) {
    const char *pid = g_ptr_array_index (names, i);

    if (g_ascii_isdigit (*pid) && process_names_rom (root, pid, path))
      return g_strdup_printf ("the running VM of process %s", pid);
  }
  return NULL;
}

char *
gvt_rom_find_user (GvtRoot *root, const char *path)
{
  char *user = find_domain (root, path);

  return user != NULL ? user : find_process (root, path);
}
