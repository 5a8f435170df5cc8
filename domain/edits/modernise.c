/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Replaces a hand-made attachment by one of ours that amounts to the same. Pure; any thread.
 */

#include "edit.h"

#include "document.h"
#include "layout.h"
#include "legacy.h"
#include "mdev.h"
#include "recipe.h"

static gboolean
comes_back (const GvtRecipe *recipe, const GvtElement *device)
{
  for (guint i = 0; i < recipe->additions->len; i++) {
    const GvtAddition *addition = recipe->additions->pdata[i];

    if (gvt_element_is (device, addition->element) &&
        g_strcmp0 (gvt_recipe_device_type (device), addition->type) == 0)
      return TRUE;
  }
  return FALSE;
}

/* Whether the recipe would take devices away that the domain has beside those of the recipe. */
static gboolean
has_more_devices (const GvtDocument *document, const GvtDomainSettings *settings)
{
  g_autoptr (GvtRecipe) recipe = gvt_recipe_new (document, settings, NULL);

  for (guint i = 0; recipe != NULL && i < recipe->removals->len; i++) {
    if (!comes_back (recipe, recipe->removals->pdata[i]))
      return TRUE;
  }
  return recipe == NULL;
}

static gboolean
can_keep_devices (const GvtDocument *document, const GvtDomainSettings *settings)
{
  g_autoptr (GvtRecipe) recipe = gvt_recipe_new (document, settings, NULL);

  return recipe != NULL;
}

/* QEMU would not have started with these. */
static void
drop_what_never_worked (const GvtDocument *document, GvtDomainSettings *settings)
{
  if (settings->display == GVT_DISPLAY_NONE) {
    settings->ramfb = FALSE;
    settings->width = 0;
    settings->height = 0;
  }
  if (!gvt_document_is_uefi (document))
    g_clear_pointer (&settings->rom, g_free);
}

static void
decide_devices (const GvtDocument *document, GvtDomainSettings *settings)
{
  if (!has_more_devices (document, settings))
    return;

  settings->keep_devices = TRUE;
  settings->keep_devices = can_keep_devices (document, settings);
}

char *
gvt_domain_modernise (const char *xml,
                      const char *render_node,
                      GvtQemuSyntax qemu_syntax,
                      GError **error)
{
  g_autoptr (GvtDocument) document = gvt_document_parse_domain (xml, error);
  g_autoptr (GvtLegacy) legacy = NULL;
  g_autoptr (GvtSplices) splices = gvt_splices_new ();
  g_autofree char *without = NULL;

  if (document == NULL || !gvt_legacy_find (document, NULL, &legacy, error))
    return NULL;
  if (legacy == NULL)
    return g_strdup (xml);

  drop_what_never_worked (document, legacy->settings);
  decide_devices (document, legacy->settings);
  legacy->settings->qemu_syntax = qemu_syntax;
  if (gvt_display_is_on (legacy->settings->display) && legacy->settings->render_node == NULL)
    legacy->settings->render_node = g_strdup (render_node);
  if (legacy->parts->device != NULL) {
    legacy->settings->has_address = gvt_mdev_guest_address (legacy->parts->device,
                                                            &legacy->settings->address);
    gvt_layout_remove (splices, document, legacy->parts->device);
  }
  gvt_legacy_parts_remove (legacy->parts, splices, document, legacy->variables);

  without = gvt_splices_apply (splices, xml, error);
  if (without == NULL)
    return NULL;

  return gvt_domain_edit (without, legacy->uuid, legacy->settings, error);
}
