/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Domains of the system libvirt: attach, detach, backups, restore. Main loop. What is asked for is
 * checked as far as that goes without libvirt, which nobody is asked about before authorisation.
 */

#include "domain-backups.h"
#include "domain-change.h"
#include "gvt-error.h"
#include "gvt-names.h"
#include "methods.h"
#include "options.h"

#include <string.h>

/* libvirt makes file names of them, which end in ".xml". */
/* What a dialog shows of a caller's words. */
#define DOMAIN_NAME_MAX 64

/* In the dialog the name stands in quotation marks, and no sign in it may end them, be markup, or
 * stand for another word (polkit's $(...)); none may move the cursor or the reading direction. */
static gboolean
is_fit_for_a_dialog (const char *text)
{
  if (*text == '\0' || strlen (text) > DOMAIN_NAME_MAX)
    return FALSE;
  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c)) {
    gunichar character = g_utf8_get_char (c);

    if (!g_unichar_isprint (character) || g_utf8_strchr ("\"<>&$“”„«»", -1, character) != NULL)
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_domain_argument (GvtCall *call, GError **error)
{
  const char *domain;

  g_variant_get_child (call->parameters, 0, "&s", &domain);
  if (is_fit_for_a_dialog (domain)) {
    gvt_call_tell (call, "domain", domain);
    return TRUE;
  }
  g_set_error (
      error,
      GVT_ERROR,
      GVT_ERROR_INVALID_ARGUMENT,
      "a VM whose name has more than %d bytes, or quotation marks, <, >, &, $ or unprintable "
      "signs in it, is named by its UUID (“virsh domuuid”)",
      DOMAIN_NAME_MAX);
  return FALSE;
}

/* A VM that has somebody's vGPU uses it, so it takes what anything else on it takes. */
gboolean
gvt_check_attach (GvtCall *call, GError **error)
{
  const GvtVgpu *vgpu;

  if (!check_domain_argument (call, error) || !gvt_check_vgpu_argument (call, error) ||
      !gvt_check_settings (call, error))
    return FALSE;
  vgpu = gvt_call_get_vgpu (call, error);
  if (vgpu == NULL)
    return FALSE;
  if (gvt_vgpu_owner (vgpu) != call->uid)
    gvt_call_require (call, GVT_ACTION_MANAGE_OTHERS);
  return TRUE;
}

gboolean
gvt_check_detach (GvtCall *call, GError **error)
{
  g_autoptr (GVariant) options = gvt_call_get_options (call);

  return check_domain_argument (call, error) && gvt_check_vgpu_argument (call, error) &&
         gvt_options_check (options, NULL, error);
}

gboolean
gvt_check_restore (GvtCall *call, GError **error)
{
  g_autoptr (GVariant) options = gvt_call_get_options (call);

  return check_domain_argument (call, error) && gvt_options_check (options, NULL, error);
}

gboolean
gvt_check_list_backups (GvtCall *call, GError **error)
{
  return check_domain_argument (call, error);
}

static void
on_changed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GvtCall *call = user_data;
  GError *error = NULL;

  if (gvt_domain_change_run_finish (result, &error))
    gvt_call_return (call, NULL);
  else
    gvt_call_fail (call, error);
}

static void
run_change (GvtCall *call, GvtDomainVerb verb, const char *object, GVariant *settings)
{
  GvtDomainChange change = { verb, NULL, object, settings };

  g_variant_get_child (call->parameters, 0, "&s", &change.domain);
  gvt_domain_change_run_async (call->context->libvirt,
                               call->context->root,
                               call->context->domain_editor,
                               &change,
                               call->cancellable,
                               on_changed,
                               call);
}

void
gvt_run_attach (GvtCall *call)
{
  run_change (call, GVT_DOMAIN_ATTACH, call->uuid, gvt_complete_settings (call));
}

void
gvt_run_detach (GvtCall *call)
{
  run_change (call, GVT_DOMAIN_DETACH, call->uuid, NULL);
}

void
gvt_run_restore (GvtCall *call)
{
  const char *backup;

  g_variant_get_child (call->parameters, 1, "&s", &backup);
  run_change (call, GVT_DOMAIN_RESTORE, backup, NULL);
}

static void
on_listed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GvtCall *call = user_data;
  GError *error = NULL;
  g_autoptr (GPtrArray) backups = gvt_domain_backups_list_finish (result, &error);
  GVariantBuilder list;

  if (backups == NULL) {
    gvt_call_fail (call, error);
    return;
  }
  g_variant_builder_init (&list, G_VARIANT_TYPE ("a(sts)"));
  for (guint i = 0; i < backups->len; i++) {
    const GvtDomainBackup *backup = g_ptr_array_index (backups, i);

    g_variant_builder_add (&list, "(sts)", backup->name, (guint64) backup->time, backup->reason);
  }
  gvt_call_return (call, g_variant_new ("(a(sts))", &list));
}

void
gvt_run_list_backups (GvtCall *call)
{
  const char *domain;

  g_variant_get_child (call->parameters, 0, "&s", &domain);
  gvt_domain_backups_list_async (call->context->libvirt,
                                 call->context->root,
                                 domain,
                                 on_listed,
                                 call);
}
