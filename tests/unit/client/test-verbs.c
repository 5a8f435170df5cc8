/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verb table and its help.
 */

#include "verbs.h"

#include <string.h>

static const char *const documented[] = { "status",    "gpus",  "types",  "list",    "show",
                                          "create",    "start", "stop",   "define",  "undefine",
                                          "remove",    "set",   "attach", "detach",  "edit-xml",
                                          "strip-xml", "run",   "hook",   "monitor", "modernise",
                                          "history" };

static void
test_find (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (documented); i++)
    g_assert_cmpstr (gvt_verbs_find (documented[i])->name, ==, documented[i]);
  g_assert_null (gvt_verbs_find ("creat"));
  g_assert_null (gvt_verbs_find (""));
}

static void
test_nearest (void)
{
  g_autofree char *endless = g_strnfill (100000, 'x');

  g_assert_cmpstr (gvt_verbs_nearest ("crate")->name, ==, "create");
  g_assert_cmpstr (gvt_verbs_nearest ("tpyes")->name, ==, "types");
  g_assert_cmpstr (gvt_verbs_nearest ("sto")->name, ==, "stop");
  g_assert_cmpstr (gvt_verbs_nearest ("rem")->name, ==, "remove");
  g_assert_cmpstr (gvt_verbs_nearest ("lst")->name, ==, "list");
  g_assert_null (gvt_verbs_nearest ("foo"));
  g_assert_null (gvt_verbs_nearest ("frobnicate"));
  g_assert_null (gvt_verbs_nearest ("x"));
  g_assert_null (gvt_verbs_nearest (""));
  g_assert_null (gvt_verbs_nearest (endless));
}

static void
test_help_is_complete (void)
{
  static const GOptionEntry globals[] = {
    { "json", 'j', 0, G_OPTION_ARG_NONE, NULL, "Print JSON", NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autofree char *help = gvt_verbs_help (globals);

  g_assert_nonnull (strstr (help, "-j, --json"));
  for (gsize i = 0; i < G_N_ELEMENTS (documented); i++) {
    const GvtVerb *verb = gvt_verbs_find (documented[i]);
    g_autofree char *row = g_strdup_printf ("\n  %-12s %s\n", verb->name, verb->summary);
    g_autofree char *usage = gvt_verb_usage (verb);
    g_autofree char *own = gvt_verb_help (verb, globals);

    g_assert_nonnull (strstr (help, row));
    g_assert_true (g_str_has_prefix (own, usage));
    g_assert_nonnull (strstr (own, "\nExamples:\n  "));
    g_assert_null (strstr (own, " \n"));
    for (const GOptionEntry *option = verb->options; option && option->long_name; option++)
      g_assert_nonnull (strstr (own, option->long_name));
    for (const GOptionEntry *option = verb->settings; option && option->long_name; option++)
      g_assert_nonnull (strstr (own, option->long_name));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/verbs/find", test_find);
  g_test_add_func ("/client/verbs/nearest", test_nearest);
  g_test_add_func ("/client/verbs/help-is-complete", test_help_is_complete);
  return g_test_run ();
}
