/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Gives a domain that has no vGPU of ours one, as a list of splices on its text. Pure; any thread. It
 * must never write out a byte of the domain that it did not have to change.
 */

#include "attach.h"

#include "marks.h"
#include "controllers.h"
#include "document.h"
#include "gvt-error.h"
#include "guest-slot.h"
#include "layout.h"
#include "mdev.h"
#include "qemu-elements.h"
#include "recipe.h"
#include "record.h"
#include "rules.h"
#include "xml-limits.h"

#include <string.h>

/* Where @removal of a device was, in terms that survive libvirt's rewriting of the text. */
static void
record_removal (GvtRecord *record,
                const GvtDocument *document,
                const GvtElement *device,
                gsize start)
{
  const GvtElement *before = device->previous;
  gsize before_end = before != NULL ? before->close_end : device->parent->open_end;
  guint index = 0;

  for (const GvtElement *other = before != NULL ? before->previous : NULL; other != NULL;
       other = other->previous)
    index += g_str_equal (other->name, before->name) ? 1 : 0;

  gvt_record_add_removal (record,
                          before != NULL ? before->name : "",
                          index,
                          start - before_end,
                          g_strndup (document->text + start, device->close_end - start));
}

/* The first addition of the kind of @device that has no place yet. */
static GvtAddition *
take_addition (GPtrArray *additions, const GvtElement *device)
{
  for (guint i = 0; i < additions->len; i++) {
    GvtAddition *addition = additions->pdata[i];

    if (gvt_element_is (device, addition->element))
      return g_ptr_array_steal_index (additions, i);
  }
  return NULL;
}

static void
note_addition (GvtRecord *record, const GvtAddition *addition)
{
  g_ptr_array_add (record->additions, gvt_addition_new (addition->element, addition->type, NULL));
}

/* Devices that come stand where the first of their kind was that leaves, else at the end. */
static void
splice_devices (GvtSplices *splices,
                const GvtDocument *document,
                const GvtElement *devices,
                GvtRecipe *recipe,
                const char *hostdev,
                GvtRecord *record)
{
  g_autoptr (GPtrArray) last = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < recipe->removals->len; i++) {
    const GvtElement *device = recipe->removals->pdata[i];
    gsize start = gvt_layout_trim (document->text, device->open_start);
    g_autoptr (GvtAddition) addition = take_addition (recipe->additions, device);
    g_autofree char *replacement = NULL;

    if (addition != NULL) {
      replacement = gvt_layout_as_child (document, devices, addition->markup);
      note_addition (record, addition);
    }
    gvt_splices_replace (splices, start, device->close_end, replacement != NULL ? replacement : "");
    record_removal (record, document, device, start);
  }

  for (guint i = 0; i < recipe->additions->len; i++) {
    const GvtAddition *addition = recipe->additions->pdata[i];

    g_ptr_array_add (last, g_strdup (addition->markup));
    note_addition (record, addition);
  }
  g_ptr_array_add (last, g_strdup (hostdev));

  if (devices->self_closing)
    gvt_record_add_opened (record, "devices", gvt_layout_self_closing_tail (document, devices));
  gvt_layout_append_children (splices, document, devices, last);
}

/* libvirt writes <metadata> after what names and describes the domain. */
static const GvtElement *
last_description (const GvtElement *root)
{
  static const char *const names[] = { "name", "uuid", "genid", "title", "description" };
  const GvtElement *last = NULL;

  for (const GvtElement *child = root->first_child; child != NULL; child = child->next) {
    for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
      last = gvt_element_is (child, names[i]) ? child : last;
  }
  return last;
}

static char *
indent_once (const char *markup)
{
  g_autoptr (GString) text = g_string_new (markup);

  g_string_replace (text, "\n", "\n  ", 0);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
splice_record (GvtSplices *splices, const GvtDocument *document, GvtRecord *record)
{
  const GvtElement *metadata = gvt_element_child (document->root, "metadata");
  const GvtElement *before = last_description (document->root);
  g_autofree char *markup = NULL;
  g_autofree char *inner = NULL;
  g_autofree char *whole = NULL;
  g_autofree char *text = NULL;
  gsize offset = before != NULL ? before->close_end : document->root->open_end;

  if (metadata != NULL) {
    g_autoptr (GPtrArray) children = g_ptr_array_new_with_free_func (g_free);

    if (metadata->self_closing)
      gvt_record_add_opened (record, "metadata", gvt_layout_self_closing_tail (document, metadata));
    g_ptr_array_add (children, gvt_record_to_markup (record));
    gvt_layout_append_children (splices, document, metadata, children);
    return;
  }

  gvt_record_add_made (record, "metadata");
  markup = gvt_record_to_markup (record);
  inner = indent_once (markup);
  whole = g_strdup_printf ("<metadata>\n  %s\n</metadata>", inner);
  text = gvt_layout_as_child (document, document->root, whole);
  gvt_splices_replace (splices, offset, offset, text);
}

/* What an edit gives must be well formed, and small enough to be stripped again. */
static gboolean
check_result (const char *edited, const char *uuid, GError **error)
{
  g_autoptr (GvtDocument) document = NULL;

  if (strlen (edited) > GVT_DOMAIN_XML_MAX) {
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_INVALID_ARGUMENT,
                 "with the vGPU in it the domain XML would be larger than %d KiB",
                 GVT_DOMAIN_XML_MAX / 1024);
    return FALSE;
  }

  document = gvt_document_parse_domain (edited, error);
  if (document == NULL) {
    g_prefix_error (error, "the edited domain is damaged: ");
    return FALSE;
  }
  if (gvt_mdev_find (gvt_element_child (document->root, "devices"), uuid) == NULL) {
    g_set_error_literal (error,
                         GVT_ERROR,
                         GVT_ERROR_FAILED,
                         "the edited domain is damaged: the vGPU is not in it");
    return FALSE;
  }
  return TRUE;
}

/* An alias that nothing has, not even an override that a device left behind. */
static char *
free_alias (const GvtDocument *document, const GvtElement *devices)
{
  for (guint i = 0;; i++) {
    g_autofree char *alias = g_strdup_printf (GVT_ALIAS_PREFIX "%u", i);

    if (!gvt_mdev_alias_is_taken (devices, alias) && !gvt_qemu_mentions_alias (document, alias))
      return g_steal_pointer (&alias);
  }
}

char *
gvt_attach (const char *xml,
            const char *uuid,
            const GvtDomainSettings *settings,
            const GvtPciAddress *kept_address,
            GError **error)
{
  g_autoptr (GvtDocument) document = gvt_document_parse_domain (xml, error);
  g_autoptr (GvtSplices) splices = gvt_splices_new ();
  g_autoptr (GvtRecord) record = NULL;
  g_autoptr (GvtRecipe) recipe = NULL;
  g_autofree char *alias = NULL;
  g_autofree char *hostdev = NULL;
  g_autofree char *edited = NULL;
  const GvtElement *devices = NULL;
  GvtPciAddress address;

  if (document == NULL)
    return NULL;

  devices = gvt_element_child (document->root, "devices");
  if (!gvt_rules_check (document, settings, error))
    return NULL;

  recipe = gvt_recipe_new (document, settings, error);
  if (recipe == NULL ||
      !gvt_guest_slot_choose (document,
                              settings->has_address ? &settings->address : kept_address,
                              recipe->removals,
                              NULL,
                              &address,
                              error) ||
      !gvt_recipe_address_video (recipe, document, &address, error))
    return NULL;

  alias = free_alias (document, devices);
  record = gvt_record_new (uuid, alias, settings);
  record->no_audio = recipe->additions->len > 0 && gvt_element_child (devices, "audio") == NULL;
  if (address.domain == 0 && address.bus > gvt_controllers_highest (devices))
    record->highest_bus = (int) gvt_controllers_highest (devices);
  hostdev = gvt_recipe_hostdev (settings, uuid, alias, &address);
  splice_devices (splices, document, devices, recipe, hostdev, record);
  if (!gvt_qemu_attach (splices, document, settings, alias, record, error))
    return NULL;
  splice_record (splices, document, record);

  edited = gvt_splices_apply (splices, xml, error);
  if (edited == NULL || !check_result (edited, uuid, error))
    return NULL;

  return g_steal_pointer (&edited);
}
