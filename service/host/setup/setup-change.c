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
  g_free (self->made);
  g_strfreev (self->command);
  g_strfreev (self->undo);
  g_free (self->note);
  g_free (self->boot);
  g_free (self);
}

GvtSetupChange *
gvt_setup_change_copy (const GvtSetupChange *self)
{
  GvtSetupChange *copy = g_memdup2 (self, sizeof *self);

  copy->path = g_strdup (self->path);
  copy->before = g_strdup (self->before);
  copy->after = g_strdup (self->after);
  copy->addition = g_strdup (self->addition);
  copy->made = g_strdup (self->made);
  copy->command = g_strdupv (self->command);
  copy->undo = g_strdupv (self->undo);
  copy->note = g_strdup (self->note);
  copy->boot = g_strdup (self->boot);
  return copy;
}

GPtrArray *
gvt_setup_changes_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) gvt_setup_change_free);
}

static GvtSetupChange *
add (GPtrArray *changes, const char *fix)
{
  GvtSetupChange *self = g_new0 (GvtSetupChange, 1);

  self->fix = fix;
  g_ptr_array_add (changes, self);
  return self;
}

GvtSetupChange *
gvt_setup_add_file (GPtrArray *changes,
                    const char *fix,
                    const char *path,
                    const char *before,
                    mode_t mode_before,
                    const char *after,
                    mode_t mode)
{
  GvtSetupChange *self = add (changes, fix);

  self->path = g_strdup (path);
  self->before = g_strdup (before);
  self->mode_before = mode_before;
  self->after = g_strdup (after);
  self->mode = mode;
  return self;
}

void
gvt_setup_add_insertion (GPtrArray *changes,
                         const char *fix,
                         const char *path,
                         const char *text,
                         mode_t mode,
                         gsize at,
                         const char *addition)
{
  g_autofree char *after = g_strdup_printf ("%.*s%s%s", (int) at, text, addition, text + at);

  gvt_setup_add_file (changes, fix, path, text, mode, after, mode)->addition = g_strdup (addition);
}

GvtSetupChange *
gvt_setup_add_command (GPtrArray *changes, const char *fix, GStrv command, GStrv undo)
{
  GvtSetupChange *self = add (changes, fix);

  self->command = command;
  self->undo = undo;
  return self;
}

void
gvt_setup_add_note (GPtrArray *changes, const char *fix, char *note)
{
  for (guint i = 0; i < changes->len; i++) {
    const GvtSetupChange *other = g_ptr_array_index (changes, i);

    if (g_strcmp0 (other->note, note) == 0) {
      g_free (note);
      return;
    }
  }
  add (changes, fix)->note = note;
}

static void
add_text (GVariantBuilder *builder, const char *key, const char *value)
{
  g_autofree char *valid = value == NULL ? NULL : g_utf8_make_valid (value, -1);

  if (valid != NULL)
    g_variant_builder_add (builder, "{sv}", key, g_variant_new_string (valid));
}

static void
add_mode (GVariantBuilder *builder, const char *key, const char *text, mode_t mode)
{
  if (text != NULL)
    g_variant_builder_add (builder, "{sv}", key, g_variant_new_uint32 (mode));
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
    add_text (&list, "fix", change->fix);
    add_text (&list, "path", change->path);
    add_text (&list, "before", change->before);
    add_mode (&list, "mode-before", change->before, change->mode_before);
    add_text (&list, "after", change->after);
    add_mode (&list, "mode", change->after, change->mode);
    add_text (&list, "command", command);
    add_text (&list, "note", change->note);
    g_variant_builder_close (&list);
  }
  return g_variant_builder_end (&list);
}
