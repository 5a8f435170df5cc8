/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the service asks its process helper, and what that answers, as bytes. Pure. Any thread.
 */

#include "process-question.h"

#include <gio/gio.h>

#include "gvt-error.h"
#include "memory-lock.h"
#include "uuid.h"

#define QUESTION_TYPE G_VARIANT_TYPE ("(uiustt)")
#define ANSWER_TYPE G_VARIANT_TYPE ("(bisitussb)")

void
gvt_process_answer_free (GvtProcessAnswer *self)
{
  g_free (self->program);
  g_free (self->vm);
  g_free (self);
}

static const char *
or_empty (const char *text)
{
  return text != NULL ? text : "";
}

static GBytes *
to_bytes (GVariant *floating)
{
  g_autoptr (GVariant) value = g_variant_ref_sink (floating);

  return g_variant_get_data_as_bytes (value);
}

/* NULL unless the bytes are that type's, in the one form that its values have. */
static GVariant *
from_bytes (const GVariantType *type, GBytes *bytes)
{
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_from_bytes (type, bytes, FALSE));

  return g_variant_is_normal_form (value) ? g_steal_pointer (&value) : NULL;
}

GBytes *
gvt_process_question_pack (const GvtProcessQuestion *question)
{
  return to_bytes (g_variant_new ("(uiustt)",
                                  (guint32) question->verb,
                                  question->number,
                                  question->uid,
                                  or_empty (question->domain),
                                  question->memory_kib,
                                  question->maximum));
}

gboolean
gvt_process_question_unpack (GBytes *bytes, GvtProcessQuestion *question)
{
  g_autoptr (GVariant) value = from_bytes (QUESTION_TYPE, bytes);
  const char *domain;
  guint32 verb;

  if (value == NULL)
    return FALSE;
  g_variant_get (value,
                 "(uiu&stt)",
                 &verb,
                 &question->number,
                 &question->uid,
                 &domain,
                 &question->memory_kib,
                 &question->maximum);
  if (verb > GVT_PROCESS_LOWER || question->number < 0 ||
      question->memory_kib > GVT_MEMORY_KIB_MAX ||
      (*domain != '\0' && !gvt_uuid_is_canonical (domain)))
    return FALSE;
  question->verb = verb;
  question->domain = g_strdup (domain);
  return TRUE;
}

GBytes *
gvt_process_answer_pack (const GvtProcessAnswer *answer, const GError *error)
{
  static const GvtProcessAnswer none = { 0 };
  const GvtProcessAnswer *given = error == NULL ? answer : &none;

  return to_bytes (g_variant_new ("(bisitussb)",
                                  error == NULL,
                                  error == NULL ? 0 : error->code,
                                  error == NULL ? "" : error->message,
                                  given->pid,
                                  given->started,
                                  given->uid,
                                  or_empty (given->program),
                                  or_empty (given->vm),
                                  given->flag));
}

GvtProcessAnswer *
gvt_process_answer_unpack (GBytes *bytes, GError **error)
{
  g_autoptr (GVariant) value = from_bytes (ANSWER_TYPE, bytes);
  g_autoptr (GvtProcessAnswer) answer = g_new0 (GvtProcessAnswer, 1);
  const char *message;
  gboolean good;
  gint32 code;

  if (value == NULL) {
    g_set_error_literal (error,
                         GVT_ERROR,
                         GVT_ERROR_FAILED,
                         "the process helper's answer cannot be read");
    return NULL;
  }
  g_variant_get (value,
                 "(bi&situssb)",
                 &good,
                 &code,
                 &message,
                 &answer->pid,
                 &answer->started,
                 &answer->uid,
                 &answer->program,
                 &answer->vm,
                 &answer->flag);
  if (good)
    return g_steal_pointer (&answer);
  g_set_error_literal (error,
                       GVT_ERROR,
                       CLAMP (code, GVT_ERROR_FAILED, GVT_ERROR_LIBVIRT),
                       message);
  return NULL;
}
