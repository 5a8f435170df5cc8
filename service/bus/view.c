/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What was last told about an object, and what is new in comparison. Main loop. Knows neither what it
 * shows nor the bus.
 */

#include "view.h"

struct _GvtView {
  const char *interface;
  GVariant *interfaces; /* a{sa{sv}} of that one, serialised */
};

static GVariant *
get_properties (const GvtView *self)
{
  g_autoptr (GVariant) entry = g_variant_get_child_value (self->interfaces, 0);

  return g_variant_get_child_value (entry, 1);
}

static void
set_properties (GvtView *self, GVariant *properties)
{
  GVariant *entry = g_variant_new ("{s@a{sv}}", self->interface, properties);

  g_clear_pointer (&self->interfaces, g_variant_unref);
  self->interfaces = g_variant_ref_sink (g_variant_new_array (NULL, &entry, 1));
  /* Asking for the bytes makes one block of them and lets the parts go. */
  g_variant_get_data (self->interfaces);
}

GvtView *
gvt_view_new (const char *interface, GVariant *properties)
{
  GvtView *self = g_new0 (GvtView, 1);

  self->interface = interface;
  set_properties (self, properties);
  return self;
}

void
gvt_view_free (GvtView *self)
{
  g_variant_unref (self->interfaces);
  g_free (self);
}

/* Entries of a dictionary whose keys are in the same order in both. */
static GVariant *
list_changes (GVariant *before, GVariant *after)
{
  GVariantBuilder changes;

  g_variant_builder_init (&changes, G_VARIANT_TYPE_VARDICT);
  for (gsize i = 0; i < g_variant_n_children (after); i++) {
    g_autoptr (GVariant) old = g_variant_get_child_value (before, i);
    g_autoptr (GVariant) new = g_variant_get_child_value (after, i);

    if (!g_variant_equal (old, new))
      g_variant_builder_add_value (&changes, new);
  }
  return g_variant_ref_sink (g_variant_builder_end (&changes));
}

GVariant *
gvt_view_update (GvtView *self, GVariant *properties)
{
  g_autoptr (GVariant) after = g_variant_ref_sink (properties);
  g_autoptr (GVariant) before = get_properties (self);
  g_autoptr (GVariant) changes = NULL;

  g_return_val_if_fail (g_variant_n_children (before) == g_variant_n_children (after), NULL);
  changes = list_changes (before, after);
  if (g_variant_n_children (changes) == 0)
    return NULL;
  set_properties (self, after);
  return g_steal_pointer (&changes);
}

GVariant *
gvt_view_get (const GvtView *self, const char *property)
{
  g_autoptr (GVariant) properties = get_properties (self);

  return g_variant_lookup_value (properties, property, NULL);
}

GVariant *
gvt_view_list (const GvtView *self)
{
  return self->interfaces;
}
