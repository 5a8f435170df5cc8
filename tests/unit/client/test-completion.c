/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the completions know is what the verbs say of themselves.
 */

#include "completion.h"
#include "verbs.h"

#include <string.h>

static void
test_kinds (void)
{
  static const struct {
    const char *verb;
    guint position;
    const char *kind;
  } cases[] = {
    { "attach", 0, "DOMAIN" },     { "attach", 1, NULL },
    { "create", 0, "TYPE" },       { "create", 1, NULL },
    { "show", 0, "UUID|LABEL" },   { "show", 1, NULL },
    { "remove", 0, "UUID|LABEL" }, { "remove", 9, "UUID|LABEL" },
    { "restore", 1, "BACKUP" },    { "edit-xml", 0, "UUID|LABEL" },
    { "edit-xml", 1, NULL },       { "setup", 3, "FIX" },
    { "list", 0, NULL },           { "hook", 1, "OPERATION" },
    { "hook", 4, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    const GvtVerb *verb = gvt_verbs_find (cases[i].verb);
    g_autofree char *kind = gvt_completion_kind (verb, cases[i].position);

    g_assert_cmpstr (kind, ==, cases[i].kind);
  }
}

/* A verb that takes an argument says which, and one that takes none does not. */
static void
test_every_verb (void)
{
  const GvtVerb *verb = NULL;

  for (guint n = 0; (verb = gvt_verbs_nth (n)) != NULL; n++) {
    g_autofree char *first = gvt_completion_kind (verb, 0);

    g_test_message ("%s: %s", verb->name, first);
    g_assert_true ((first != NULL) == (verb->max_args != 0));
  }
}

static void
check_words (const GvtVerb *verb, const GOptionEntry *options)
{
  for (; options != NULL && options->long_name != NULL; options++) {
    const char *const *words = NULL;

    if (options->arg_description != NULL)
      words = gvt_completion_words (options->arg_description, options->long_name);
    for (; words != NULL && *words != NULL; words++) {
      g_test_message ("%s --%s: %s", verb->name, options->long_name, *words);
      g_assert_nonnull (strstr (options->description, *words));
    }
  }
}

/* What is offered for a value is what the help of the option names. */
static void
test_words_are_documented (void)
{
  const char *const *fixes = gvt_completion_words ("FIX", NULL);
  const GvtVerb *verb = NULL;

  for (guint n = 0; (verb = gvt_verbs_nth (n)) != NULL; n++) {
    check_words (verb, verb->options);
    check_words (verb, verb->settings);
  }
  for (; *fixes != NULL; fixes++)
    g_assert_nonnull (strstr (gvt_verb_setup.details, *fixes));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/completion/kinds", test_kinds);
  g_test_add_func ("/client/completion/every-verb", test_every_verb);
  g_test_add_func ("/client/completion/words-are-documented", test_words_are_documented);
  return g_test_run ();
}
