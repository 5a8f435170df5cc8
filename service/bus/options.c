/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The `a{sv}` that ends every method's arguments. Pure.
 */

#include "options.h"

#include "gvt-error.h"
#include "uuid.h"

static const GvtOption *
find (const GvtOption *permitted, const char *key)
{
  for (const GvtOption *option = permitted; option != NULL && option->key != NULL; option++) {
    if (g_str_equal (option->key, key))
      return option;
  }
  return NULL;
}

static char *
list (const GvtOption *permitted)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (const GvtOption *option = permitted; option != NULL && option->key != NULL; option++)
    g_string_append_printf (text,
                            "%s%s (%s)",
                            text->len > 0 ? ", " : "",
                            option->key,
                            option->type);
  return g_strdup (text->len > 0 ? text->str : "none");
}

gboolean
gvt_options_check (GVariant *options, const GvtOption *permitted, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *names = list (permitted);
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_iter_init (&iter, options);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value)) {
    g_autoptr (GVariant) owned = value;
    const GvtOption *option = find (permitted, key);
    g_autofree char *quoted = gvt_quote (key);

    if (option == NULL)
      g_set_error (error,
                   GVT_ERROR,
                   GVT_ERROR_INVALID_ARGUMENT,
                   "there is no option %s here; the options are: %s",
                   quoted,
                   names);
    else if (!g_variant_is_of_type (owned, G_VARIANT_TYPE (option->type)))
      g_set_error (error,
                   GVT_ERROR,
                   GVT_ERROR_INVALID_ARGUMENT,
                   "option %s is of type %s, not %s",
                   key,
                   option->type,
                   g_variant_get_type_string (owned));
    else if (!g_hash_table_add (seen, (gpointer) option->key))
      g_set_error (error,
                   GVT_ERROR,
                   GVT_ERROR_INVALID_ARGUMENT,
                   "option %s stands there twice",
                   key);
    else
      continue;
    return FALSE;
  }
  return TRUE;
}

const char *
gvt_options_get_string (GVariant *options, const char *key, const char *otherwise)
{
  const char *value = otherwise;

  g_variant_lookup (options, key, "&s", &value);
  return value;
}

gboolean
gvt_options_get_boolean (GVariant *options, const char *key, gboolean otherwise)
{
  gboolean value = otherwise;

  g_variant_lookup (options, key, "b", &value);
  return value;
}
