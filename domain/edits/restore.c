/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Puts removed devices back beside the neighbours they had. The record comes out of the domain's
 * own text, so it is not trusted: the result must have exactly one element more per removed device.
 * Pure; any thread.
 */

#include "restore.h"

#include "gvt-error.h"
#include "layout.h"
#include "qemu-elements.h"

#include <string.h>

/* A child of <devices>, there already or put back: its name, where it ends, where the next begins.
 */
typedef struct {
  const char *name;
  gsize end;
  gsize limit;
} Place;

/* Offset in @text after the comment, instruction, CDATA section or character at @offset. */
static gsize
next_token (const char *text, gsize offset)
{
  static const struct {
    const char *begin;
    const char *end;
  } sections[] = { { "<!--", "-->" }, { "<?", "?>" }, { "<![CDATA[", "]]>" } };

  for (gsize i = 0; i < G_N_ELEMENTS (sections); i++) {
    const char *end = NULL;

    if (!g_str_has_prefix (text + offset, sections[i].begin))
      continue;
    end = strstr (text + offset + strlen (sections[i].begin), sections[i].end);
    return end != NULL ? (gsize) (end - text) + strlen (sections[i].end) : offset + 1;
  }

  return offset + 1;
}

/* @gap bytes on from @place if that is between two comments there, else directly after it. */
static gsize
after_gap (const char *text, const Place *place, gsize gap)
{
  gsize offset = place->end;

  if (gap > place->limit - place->end)
    return place->end;

  while (offset < place->end + gap)
    offset = next_token (text, offset);
  return offset == place->end + gap ? offset : place->end;
}

static GArray *
list_places (const GvtElement *devices)
{
  GArray *places = g_array_new (FALSE, FALSE, sizeof (Place));
  Place start = {
    .name = "",
    .end = devices->open_end,
    .limit = devices->first_child != NULL ? devices->first_child->open_start : devices->close_start,
  };

  g_array_append_val (places, start);
  for (const GvtElement *child = devices->first_child; child != NULL; child = child->next) {
    Place place = {
      .name = child->name,
      .end = child->close_end,
      .limit = child->next != NULL ? child->next->open_start : devices->close_start,
    };
    g_array_append_val (places, place);
  }
  return places;
}

/* The neighbour that @removal came after; the last of its own kind if that is gone; else the end.
 */
static guint
find_place (GArray *places, const GvtRemoval *removal, const char *name, gboolean *exact)
{
  guint seen = 0;
  guint like = places->len - 1;

  for (guint i = 0; i < places->len; i++) {
    const char *here = g_array_index (places, Place, i).name;

    if (g_str_equal (here, removal->after) && seen++ == removal->index) {
      *exact = TRUE;
      return i;
    }
    if (g_str_equal (here, name))
      like = i;
  }

  *exact = FALSE;
  return like;
}

/* The name of the element that the text of a removal begins with. */
static char *
removal_name (const GvtRemoval *removal)
{
  const char *tag = strchr (removal->text, '<');

  return tag != NULL ? g_strndup (tag + 1, strcspn (tag + 1, " \t\r\n/>")) : g_strdup ("");
}

static guint
count_children (const GvtElement *element)
{
  guint n = 0;

  for (const GvtElement *child = element->first_child; child != NULL; child = child->next)
    n++;
  return n;
}

static gboolean
check_result (const char *xml, guint n_devices, guint n_parts, GError **error)
{
  g_autoptr (GvtDocument) document = gvt_document_parse_domain (xml, NULL);
  const GvtElement *devices = NULL;

  if (document != NULL)
    devices = gvt_element_child (document->root, "devices");
  if (devices != NULL && count_children (devices) == n_devices &&
      count_children (document->root) == n_parts)
    return TRUE;

  g_set_error_literal (
      error,
      GVT_ERROR,
      GVT_ERROR_INVALID_ARGUMENT,
      "what the domain's <metadata> keeps of the devices before the vGPU is damaged; "
      "restore the domain from a backup");
  return FALSE;
}

static void
restore_devices (GvtSplices *splices,
                 const GvtDocument *document,
                 const GvtElement *devices,
                 const GvtRecord *record,
                 GPtrArray *names)
{
  g_autoptr (GArray) places = list_places (devices);

  for (guint i = 0; i < record->removals->len; i++) {
    const GvtRemoval *removal = record->removals->pdata[i];
    char *name = removal_name (removal);
    gboolean exact = FALSE;
    guint at = find_place (places, removal, name, &exact);
    const Place *before = &g_array_index (places, Place, at);
    Place place = {
      .name = name,
      .end = after_gap (document->text, before, exact ? removal->gap : 0),
      .limit = before->limit,
    };

    g_ptr_array_add (names, name);
    gvt_splices_replace (splices, place.end, place.end, removal->text);
    g_array_insert_val (places, at + 1, place);
  }
}

/* Somebody has emptied <devices> meanwhile: what comes back opens it again. */
static void
restore_into_empty (GvtSplices *splices,
                    const GvtDocument *document,
                    const GvtElement *devices,
                    const GvtRecord *record)
{
  g_autoptr (GString) text = g_string_new (">");

  for (guint i = 0; i < record->removals->len; i++)
    g_string_append (text, ((const GvtRemoval *) record->removals->pdata[i])->text);
  g_string_append (text, "\n</devices>");
  gvt_splices_replace (splices,
                       gvt_layout_trim (document->text, devices->open_end - 2),
                       devices->open_end,
                       text->str);
}

/* `<a></a>` with nothing but white space inside becomes the `<a/>` it was. */
static void
close_opened (GvtSplices *splices, const GvtDocument *document, const GvtRecord *record)
{
  for (guint i = 0; i < record->opened->len; i++) {
    const GvtOpened *opened = record->opened->pdata[i];
    const GvtElement *element = gvt_element_child (document->root, opened->element);

    if (element == NULL)
      element = gvt_element_child_in (document->root, GVT_QEMU_NAMESPACE, opened->element);
    if (element != NULL && !element->self_closing &&
        gvt_layout_is_blank (document->text, element->open_end, element->close_start))
      gvt_splices_replace (splices, element->open_end - 1, element->close_end, opened->tail);
  }
}

/* libvirt declares its QEMU namespace on <domain> when something uses it. If an edit was the first
 * to and nothing does any more, the declaration goes too. */
static void
undeclare_qemu (GvtSplices *splices, const GvtDocument *document, const GvtRecord *record)
{
  GArray *namespaces = document->root->namespaces;

  if (!gvt_record_has_made (record, "xmlns"))
    return;

  for (guint i = 0; i < document->elements->len; i++) {
    const GvtElement *element = document->elements->pdata[i];

    if (g_strcmp0 (element->namespace_uri, GVT_QEMU_NAMESPACE) == 0)
      return;
    for (guint j = 0; j < element->attributes->len; j++) {
      const GvtAttribute *attribute = &g_array_index (element->attributes, GvtAttribute, j);

      if (g_strcmp0 (attribute->namespace_uri, GVT_QEMU_NAMESPACE) == 0)
        return;
    }
  }

  for (guint i = 0; i < namespaces->len; i++) {
    const GvtNamespace *declared = &g_array_index (namespaces, GvtNamespace, i);
    g_autofree char *name = g_strconcat ("xmlns:", declared->prefix, NULL);

    if (declared->prefix != NULL && g_str_equal (declared->uri, GVT_QEMU_NAMESPACE))
      gvt_layout_remove_attribute (splices, document, document->root, name);
  }
}

char *
gvt_restore (const char *xml, const GvtRecord *record, GError **error)
{
  g_autoptr (GvtDocument) document = gvt_document_parse_domain (xml, error);
  g_autoptr (GvtSplices) splices = gvt_splices_new ();
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const GvtElement *devices = NULL;
  g_autofree char *restored = NULL;

  if (document == NULL)
    return NULL;
  if (record == NULL)
    return g_strdup (xml);

  devices = gvt_document_devices (document, error);
  if (devices == NULL)
    return NULL;

  if (!devices->self_closing)
    restore_devices (splices, document, devices, record, names);
  else if (record->removals->len > 0)
    restore_into_empty (splices, document, devices, record);
  close_opened (splices, document, record);
  undeclare_qemu (splices, document, record);

  restored = gvt_splices_apply (splices, xml, error);
  if (restored == NULL || !check_result (restored,
                                         count_children (devices) + record->removals->len,
                                         count_children (document->root),
                                         error))
    return NULL;

  return g_steal_pointer (&restored);
}
