/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Hiding what a report must not tell. Pure. Any thread.
 */

#include "redact.h"

#include <string.h>

typedef struct {
  const char *pattern;
  const char *name; /* numbered, so that a reader sees what is the same; NULL: group 1 stays */
} Secret;

#define QUOTED "(?:'[^']*'|\"[^\"]*\")"
#define HEX4 "[0-9a-fA-F]{1,4}"

/* The order matters: a UUID has pieces that look like other things. */
static const Secret secrets[] = {
  /* XML: secrets, and what tells where somebody lives. */
  { "(\\b(?:passwd|username|usage)=)" QUOTED, NULL },
  { "(<(?:serial|wwn|vendor|product|title|description)>)[^<]*(?=</)", NULL },
  { "(<entry name=['\"](?:serial|uuid|asset|sku)['\"]>)[^<]*", NULL },
  { "(<(?:source|backingStore|dataStore)\\b[^>]*?\\b(?:file|dir|name|path|pool|volume)=)" QUOTED,
    NULL },
  { "(<source\\b[^>]*?\\bdev=)(?:'/[^']*'|\"/[^\"]*\")", NULL },
  { "(<host\\b[^>]*?\\bname=)" QUOTED, NULL },
  /* Arguments and environment of QEMU, arguments of kernels. */
  { "(<qemu:env name=['\"](?i)[^'\"]*(?:token|secret|pass|key)[^'\"]*['\"] value=)" QUOTED, NULL },
  { "((?i)(?:^|[\\s,'\"=])[\\w.-]*(?:passw(?:or)?d|passphrase|secret|token|credential\\w*|keyfile|"
    "luks\\.key|serial)[=:])(?!')(?!\")[^\\s,'\"<]+",
    NULL },
  { "(\\bsecret,[^'\"\\s]*?\\b(?:data|file)=)[^\\s,'\"]+", NULL },
  { "\\b[0-9a-fA-F]{8}(?:[-_][0-9a-fA-F]{4}){3}[-_][0-9a-fA-F]{12}\\b", "UUID" },
  { "\\b[0-9a-fA-F]{32}\\b", "ID" },
  { "\\b[0-9a-fA-F]{2}(?:[:-][0-9a-fA-F]{2}){5}\\b", "MAC" },
  { "\\b(?!127\\.0\\.0\\.1\\b|0\\.0\\.0\\.0\\b)(?:\\d{1,3}\\.){3}\\d{1,3}\\b(?!\\.\\d)", "IP" },
  { "(?<![\\w:.])(?:" HEX4 ":){7}" HEX4 "(?![\\w:.])", "IP" },
  { "(?<![\\w:.])(?!::1?(?![\\w:]))(?:" HEX4 "(?::" HEX4 ")*)?::(?:" HEX4 "(?::" HEX4
    ")*)?(?![\\w:])",
    "IP" },
};

typedef struct {
  const char *name;
  GHashTable *seen;
} Numbering;

static gboolean
number (const GMatchInfo *match, GString *result, gpointer data)
{
  Numbering *numbering = data;
  g_autofree char *text = g_match_info_fetch (match, 0);
  g_autofree char *lower = g_ascii_strdown (text, -1);
  gpointer index;

  if (numbering->name == NULL) {
    g_autofree char *kept = g_match_info_fetch (match, 1);

    g_string_append_printf (result, "%s…", kept);
    return FALSE;
  }
  g_strdelimit (lower, "_", '-');
  index = g_hash_table_lookup (numbering->seen, lower);
  if (index == NULL) {
    index = GUINT_TO_POINTER (g_hash_table_size (numbering->seen) + 1);
    g_hash_table_insert (numbering->seen, g_steal_pointer (&lower), index);
  }
  g_string_append_printf (result, "%s-%u", numbering->name, GPOINTER_TO_UINT (index));
  return FALSE;
}

/* Whole words only: a user called “a” does not take every letter along. */
static char *
hide_name (char *text, const char *name, const char *instead)
{
  g_autofree char *owned = text;
  g_autofree char *escaped = g_regex_escape_string (name, -1);
  g_autofree char *pattern = g_strdup_printf ("(?<![\\w])%s(?![\\w])", escaped);
  g_autoptr (GRegex) regex = g_regex_new (pattern, 0, 0, NULL);
  char *hidden;

  if (*name == '\0' || regex == NULL)
    return g_steal_pointer (&owned);
  hidden = g_regex_replace_literal (regex, owned, -1, 0, instead, 0, NULL);
  return hidden != NULL ? hidden : g_strdup ("");
}

char *
gvt_redact (const char *text, const char *const *names)
{
  char *shown = g_utf8_make_valid (text, -1);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (secrets); i++) {
    g_autoptr (GRegex) regex = g_regex_new (secrets[i].pattern, 0, 0, NULL);
    g_autofree char *before = shown;
    Numbering numbering = { .name = secrets[i].name, .seen = seen };

    /* Several patterns of one kind count on. */
    if (i > 0 && g_strcmp0 (secrets[i].name, secrets[i - 1].name) != 0)
      g_hash_table_remove_all (seen);
    /* Rather nothing than a secret. */
    shown = regex != NULL ? g_regex_replace_eval (regex, before, -1, 0, 0, number, &numbering, NULL)
                          : NULL;
    if (shown == NULL)
      return g_strdup ("");
  }
  for (guint i = 0; names[i] != NULL; i += 2)
    shown = hide_name (shown, names[i], names[i + 1]);
  return shown;
}
