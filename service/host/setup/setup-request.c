/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What goes between the service and gvt-host-setup: two files in a directory that is root's alone,
 * because the unit takes no parameters. Worker threads there, the main thread here.
 */

#include "setup-request.h"

#include "durable-file.h"
#include "gvt-error.h"
#include "setup-change.h"

#define REQUEST "/run/gvt-manager/setup-request"
#define ANSWER "/run/gvt-manager/setup-answer"
#define REQUEST_TYPE "(basb)"
#define ANSWER_TYPE "(usaa{sv})"
#define DONE G_MAXUINT32
#define TEXT_MAX (16 * 1024 * 1024)

void
gvt_setup_request_clear (GvtSetupRequest *self)
{
  g_clear_pointer (&self->fixes, g_strfreev);
}

static gboolean
write_variant (GvtRoot *root, const char *path, GVariant *variant, GError **error)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (variant);
  g_autofree char *text = g_variant_print (owned, TRUE);
  g_autofree char *temporary = g_strconcat (path, ".new", NULL);
  const GvtDurableFile file = { .path = path, .temporary = temporary, .mode = 0600 };

  return gvt_durable_write_text (root, &file, text, error);
}

static GVariant *
take_variant (GvtRoot *root, const char *path, const char *type, GError **error)
{
  g_autofree char *text = gvt_root_read_text (root, path, TEXT_MAX, error);

  if (text == NULL || !gvt_durable_remove (root, path, error))
    return NULL;
  return g_variant_parse (G_VARIANT_TYPE (type), text, NULL, NULL, error);
}

gboolean
gvt_setup_request_write (GvtRoot *root, const GvtSetupRequest *request, GError **error)
{
  return gvt_durable_remove (root, ANSWER, error) &&
         write_variant (root,
                        REQUEST,
                        g_variant_new ("(b^asb)", request->revert, request->fixes, request->guide),
                        error);
}

gboolean
gvt_setup_request_take (GvtRoot *root, GvtSetupRequest *request, GError **error)
{
  g_autoptr (GVariant) variant = take_variant (root, REQUEST, REQUEST_TYPE, error);

  if (variant == NULL)
    return FALSE;
  g_variant_get (variant, "(b^asb)", &request->revert, &request->fixes, &request->guide);
  return TRUE;
}

gboolean
gvt_setup_answer_write (GvtRoot *root,
                        const GPtrArray *changes,
                        const GError *failure,
                        GError **error)
{
  guint code = failure == NULL                ? DONE
               : failure->domain == GVT_ERROR ? (guint) failure->code
                                              : GVT_ERROR_FAILED;
  g_autofree char *message = failure != NULL ? g_utf8_make_valid (failure->message, -1)
                                             : g_strdup ("");

  return write_variant (
      root,
      ANSWER,
      g_variant_new ("(us@aa{sv})", code, message, gvt_setup_changes_to_variant (changes)),
      error);
}

GVariant *
gvt_setup_answer_take (GvtRoot *root, GError **error)
{
  g_autoptr (GVariant) answer = take_variant (root, ANSWER, ANSWER_TYPE, error);
  const char *message;
  guint code;

  if (answer == NULL)
    return NULL;
  g_variant_get_child (answer, 0, "u", &code);
  g_variant_get_child (answer, 1, "&s", &message);
  if (code == DONE)
    return g_variant_get_child_value (answer, 2);
  g_set_error_literal (error,
                       GVT_ERROR,
                       code <= GVT_ERROR_LIBVIRT ? (int) code : GVT_ERROR_FAILED,
                       message);
  return NULL;
}
