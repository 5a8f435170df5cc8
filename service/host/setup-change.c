/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The steps of setup as values. Pure; any thread.
 */

#include "setup-change.h"

void
gvt_setup_change_free (GvtSetupChange *self)
{
  g_free (self->path);
  g_free (self->before);
  g_free (self->after);
  g_free (self->addition);
  g_strfreev (self->command);
  g_strfreev (self->undo);
  g_free (self);
}

GPtrArray *
gvt_setup_changes_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) gvt_setup_change_free);
}

void
gvt_setup_add_file (GPtrArray *changes,
                    const char *fix,
                    const char *path,
                    char *before,
                    char *after,
                    mode_t mode,
                    const char *addition)
{
  GvtSetupChange *self = g_new0 (GvtSetupChange, 1);

  self->fix = fix;
  self->path = g_strdup (path);
  self->before = before;
  self->after = after;
  self->mode = mode;
  self->addition = g_strdup (addition);
  g_ptr_array_add (changes, self);
}

void
gvt_setup_add_command (GPtrArray *changes, const char *fix, GStrv command, GStrv undo)
{
  GvtSetupChange *self = g_new0 (GvtSetupChange, 1);

  self->fix = fix;
  self->command = command;
  self->undo = undo;
  g_ptr_array_add (changes, self);
}

static void
add (GVariantBuilder *builder, const char *key, const char *value)
{
  g_autofree char *valid = value == NULL ? NULL : g_utf8_make_valid (value, -1);

  if (valid != NULL)
    g_variant_builder_add (builder, "{sv}", key, g_variant_new_string (valid));
}

GVariant *
gvt_setup_changes_to_variant (const GPtrArray *changes)
{
  GVariantBuilder list;

  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < changes->len; i++) {
    const GvtSetupChange *change = g_ptr_array_index (changes, i);
    g_autofree char *command = change->command == NULL ? NULL : g_strjoinv (" ", change->command);

    g_variant_builder_open (&list, G_VARIANT_TYPE_VARDICT);
    add (&list, "fix", change->fix);
    add (&list, "path", change->path);
    add (&list, "before", change->before);
    add (&list, "after", change->after);
    add (&list, "command", command);
    g_variant_builder_close (&list);
  }
  return g_variant_builder_end (&list);
}
