/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What `check` finds, as values and as they travel. Pure; any thread.
 */

#include "gvt-finding.h"

#include <string.h>

static const char *const state_names[] = { "ok", "note", "warning", "blocker", "unknown" };

GPtrArray *
gvt_findings_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) gvt_finding_free);
}

void
gvt_finding_free (GvtFinding *self)
{
  g_free (self->id);
  g_free (self->evidence);
  g_free (self->meaning);
  g_free (self->remedy);
  g_free (self->fix);
  g_free (self->command);
  g_free (self);
}

static void
set (char **field, char *value)
{
  g_free (*field);
  *field = value;
}

static GvtFinding *
add (GPtrArray *findings, const char *id, GvtFindingState state, char *evidence)
{
  GvtFinding *self = g_new0 (GvtFinding, 1);

  self->id = g_strdup (id);
  self->state = state;
  self->evidence = evidence;
  self->meaning = g_strdup ("");
  self->remedy = g_strdup ("");
  self->fix = g_strdup ("");
  self->command = g_strdup ("");
  g_ptr_array_add (findings, self);
  return self;
}

GvtFinding *
gvt_findings_add (GPtrArray *findings,
                  const char *id,
                  GvtFindingState state,
                  const char *evidence,
                  ...)
{
  va_list arguments;
  char *text;

  va_start (arguments, evidence);
  text = g_strdup_vprintf (evidence, arguments);
  va_end (arguments);
  return add (findings, id, state, text);
}

#define SET_FORMATTED(field, format)                                                               \
  va_list arguments;                                                                               \
  va_start (arguments, format);                                                                    \
  set (&self->field, g_strdup_vprintf (format, arguments));                                        \
  va_end (arguments)

void
gvt_finding_means (GvtFinding *self, const char *meaning, ...)
{
  SET_FORMATTED (meaning, meaning);
}

void
gvt_finding_mend (GvtFinding *self, const char *remedy, ...)
{
  SET_FORMATTED (remedy, remedy);
}

void
gvt_finding_run (GvtFinding *self, const char *command, ...)
{
  SET_FORMATTED (command, command);
}

void
gvt_finding_fix (GvtFinding *self, const char *fix)
{
  set (&self->fix, g_strdup (fix));
  set (&self->command, g_strdup_printf ("gvt-client setup %s", fix));
}

const char *
gvt_finding_state_name (GvtFindingState state)
{
  g_return_val_if_fail (state < G_N_ELEMENTS (state_names), "unknown");
  return state_names[state];
}

char *
gvt_finding_family (const GvtFinding *self)
{
  return g_strndup (self->id, strcspn (self->id, "."));
}

const GvtFinding *
gvt_findings_find (const GPtrArray *findings, const char *id)
{
  for (guint i = 0; i < findings->len; i++) {
    const GvtFinding *finding = g_ptr_array_index (findings, i);

    if (g_str_equal (finding->id, id))
      return finding;
  }
  return NULL;
}

GVariant *
gvt_findings_to_variant (const GPtrArray *findings)
{
  GVariantBuilder list;

  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < findings->len; i++) {
    const GvtFinding *finding = g_ptr_array_index (findings, i);
    g_autofree char *family = gvt_finding_family (finding);
    const struct {
      const char *key;
      const char *value;
    } entries[] = {
      { "id", finding->id },
      { "family", family },
      { "state", gvt_finding_state_name (finding->state) },
      { "evidence", finding->evidence },
      { "meaning", finding->meaning },
      { "remedy", finding->remedy },
      { "fix", finding->fix },
      { "command", finding->command },
    };

    g_variant_builder_open (&list, G_VARIANT_TYPE_VARDICT);
    for (gsize j = 0; j < G_N_ELEMENTS (entries); j++) {
      /* Evidence quotes files of the host, and the bus takes UTF-8 only. */
      g_autofree char *valid = g_utf8_make_valid (entries[j].value, -1);

      g_variant_builder_add (&list, "{sv}", entries[j].key, g_variant_new_string (valid));
    }
    if (finding->value != 0)
      g_variant_builder_add (&list, "{sv}", "value", g_variant_new_uint64 (finding->value));
    g_variant_builder_close (&list);
  }
  return g_variant_builder_end (&list);
}

static GvtFindingState
parse_state (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (state_names); i++) {
    if (g_str_equal (state_names[i], name))
      return (GvtFindingState) i;
  }
  return GVT_FINDING_UNKNOWN;
}

static char *
look_up (GVariant *entries, const char *key)
{
  char *value = NULL;

  return g_variant_lookup (entries, key, "s", &value) ? value : g_strdup ("");
}

void
gvt_findings_from_variant (GPtrArray *findings, GVariant *variant)
{
  GVariantIter iter;
  GVariant *entries;

  g_variant_iter_init (&iter, variant);
  while ((entries = g_variant_iter_next_value (&iter)) != NULL) {
    g_autoptr (GVariant) owned = entries;
    g_autofree char *id = look_up (owned, "id");
    g_autofree char *state = look_up (owned, "state");
    GvtFinding *finding = add (findings, id, parse_state (state), look_up (owned, "evidence"));

    g_variant_lookup (owned, "value", "t", &finding->value);
    set (&finding->meaning, look_up (owned, "meaning"));
    set (&finding->remedy, look_up (owned, "remedy"));
    set (&finding->fix, look_up (owned, "fix"));
    set (&finding->command, look_up (owned, "command"));
  }
}
