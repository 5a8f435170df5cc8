/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Recognises an attachment that libvirt has written out again in its own words, so that attaching
 * twice changes nothing. Pure; any thread.
 */

#include "intact.h"

#include "mdev.h"
#include "qemu-elements.h"
#include "recipe.h"

static gboolean covers (const GvtElement *actual, const GvtElement *expected);

static gboolean
covers_some (const GvtElement *children, const GvtElement *expected)
{
  for (const GvtElement *child = children; child != NULL; child = child->next) {
    if (covers (child, expected))
      return TRUE;
  }
  return FALSE;
}

/* Whether @actual has everything that @expected has; it may have more. */
static gboolean
covers (const GvtElement *actual, const GvtElement *expected)
{
  if (!gvt_element_is_in (actual, expected->namespace_uri, expected->name))
    return FALSE;

  for (guint i = 0; i < expected->attributes->len; i++) {
    const GvtAttribute *attribute = &g_array_index (expected->attributes, GvtAttribute, i);

    if (!gvt_element_has (actual, attribute->name, attribute->value))
      return FALSE;
  }

  for (const GvtElement *child = expected->first_child; child != NULL; child = child->next) {
    if (!covers_some (actual->first_child, child))
      return FALSE;
  }
  return TRUE;
}

static gboolean
covers_markup (const GvtElement *actual, const char *markup)
{
  g_autoptr (GvtDocument) expected = gvt_document_parse (markup, NULL);

  return expected != NULL && covers (actual, expected->root);
}

static gboolean
hostdev_is_intact (const GvtElement *devices,
                   const GvtRecord *record,
                   const GvtDomainSettings *settings)
{
  const GvtElement *hostdev = gvt_mdev_find (devices, record->vgpu);
  g_autofree char *markup = NULL;
  GvtPciAddress address;

  if (hostdev == NULL || !gvt_mdev_has_our_alias (hostdev) ||
      !gvt_mdev_guest_address (hostdev, &address))
    return FALSE;

  markup = gvt_recipe_hostdev (settings,
                               record->vgpu,
                               record->alias,
                               settings->has_address ? &settings->address : &address);
  return covers_markup (hostdev, markup);
}

/* The recipe applied to the domain as it is: it must remove exactly what it would add. */
static gboolean
devices_are_intact (const GvtDocument *document, const GvtDomainSettings *settings)
{
  g_autoptr (GvtRecipe) recipe = gvt_recipe_new (document, settings, NULL);

  if (recipe == NULL || recipe->removals->len != recipe->additions->len)
    return FALSE;

  for (guint i = 0; i < recipe->additions->len; i++) {
    const GvtAddition *addition = recipe->additions->pdata[i];
    gboolean found = FALSE;

    for (guint j = 0; j < recipe->removals->len && !found; j++)
      found = covers_markup (recipe->removals->pdata[j], addition->markup);
    if (!found)
      return FALSE;
  }
  return TRUE;
}

gboolean
gvt_attachment_is_intact (const GvtDocument *document,
                          const GvtRecord *record,
                          const GvtDomainSettings *settings)
{
  g_autofree char *wanted = gvt_record_settings_text (settings);
  const GvtElement *devices = gvt_element_child (document->root, "devices");

  return g_str_equal (wanted, record->settings) && hostdev_is_intact (devices, record, settings) &&
         devices_are_intact (document, settings) &&
         gvt_qemu_is_intact (document, settings, record->alias);
}
