/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Real device nodes in a temporary directory. No driver answers to their major number: the kernel
 * leaves 240 to 254 to local use, and nothing ever opens them.
 */

#include "nodes.h"

#include <acl/libacl.h>
#include <sys/acl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define LOCAL_MAJOR 240

static char *
locate (const Scratch *self, int group)
{
  g_autofree char *path = g_strdup_printf ("/dev/vfio/%d", group);

  return scratch_locate (self, path);
}

void
nodes_make (const Scratch *self, int group, unsigned int minor_number)
{
  g_autofree char *path = locate (self, group);

  scratch_make_directory (self, "/dev/vfio");
  g_assert_no_errno (mknod (path, S_IFCHR | 0600, makedev (LOCAL_MAJOR, minor_number)));
}

void
nodes_describe (const Scratch *self, int group, unsigned int minor_number)
{
  g_autofree char *path = g_strdup_printf ("/sys/class/vfio/%d/dev", group);
  g_autofree char *text = g_strdup_printf ("%d:%u\n", LOCAL_MAJOR, minor_number);

  scratch_write (self, path, text);
}

void
nodes_add (const Scratch *self, int group, unsigned int minor_number)
{
  nodes_make (self, group, minor_number);
  nodes_describe (self, group, minor_number);
}

void
nodes_take_access_away (const Scratch *self, int group)
{
  g_autofree char *path = locate (self, group);

  g_assert_no_errno (chmod (path, 0600));
}

char *
nodes_get_acl (const Scratch *self, int group)
{
  g_autofree char *path = locate (self, group);
  acl_t acl = acl_get_file (path, ACL_TYPE_ACCESS);
  char *text = acl_to_any_text (acl, NULL, ',', TEXT_NUMERIC_IDS);
  char *copy = g_strdup (text);

  acl_free (text);
  acl_free (acl);
  return copy;
}
