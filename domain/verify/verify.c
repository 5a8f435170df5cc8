/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Compares a domain before and after an edit, as trees of another parser. What an edit has business
 * with is set aside; the rest must be the same; what was added to the former must be permitted. Pure;
 * any thread. Must not use libxml2 nor any code of the edits but their vocabulary.
 */

#include "verify.h"

#include "gvt-error.h"
#include "permitted.h"
#include "qemu-elements.h"

#include <string.h>

typedef struct {
  const char *vgpu_uuid;
  const GvtMarkupNode *before; /* <domain> */
  const GvtMarkupNode *after;
  GPtrArray *returned;  /* trees of what the record says was taken out */
  gboolean buses_added; /* the record says that libvirt adds controllers for the vGPU */
} Verify;

/* Parts of <domain> that an edit may make, or put its own beside what is there. */
static const char *const containers[] = { "metadata", "commandline", "override" };

static gboolean
refuse (GError **error, const char *where)
{
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_FAILED,
               "the domain editor's answer changes more than a vGPU needs (%s), so it is not used",
               where);
  return FALSE;
}

static gboolean
same (const GPtrArray *a, const GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++) {
    if (!gvt_markup_node_equal (a->pdata[i], b->pdata[i]))
      return FALSE;
  }
  return TRUE;
}

static gboolean
contains (const GPtrArray *nodes, const GvtMarkupNode *node)
{
  for (guint i = 0; i < nodes->len; i++) {
    if (gvt_markup_node_equal (nodes->pdata[i], node))
      return TRUE;
  }
  return FALSE;
}

static gboolean
declares_qemu (const char *attribute)
{
  return g_str_has_prefix (attribute, "xmlns:") &&
         g_str_has_suffix (attribute, "=" GVT_QEMU_NAMESPACE);
}

/* Whether all attributes of @a are @b's, too, but for declarations of libvirt's QEMU namespace. */
static gboolean
attributes_within (const GvtMarkupNode *a, const GvtMarkupNode *b)
{
  for (guint i = 0; i < a->attributes->len; i++) {
    const char *attribute = a->attributes->pdata[i];

    if (!declares_qemu (attribute) &&
        (b == NULL ||
         !g_ptr_array_find_with_equal_func (b->attributes, attribute, g_str_equal, NULL)))
      return FALSE;
  }
  return TRUE;
}

static gboolean
is_container (const GvtMarkupNode *node)
{
  for (gsize i = 0; i < G_N_ELEMENTS (containers); i++) {
    if (gvt_markup_node_is (node, containers[i]))
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_vgpu (const GvtMarkupNode *device, const char *vgpu_uuid)
{
  const GvtMarkupNode *source = gvt_markup_node_child (device, "source");
  const GvtMarkupNode *address = source != NULL ? gvt_markup_node_child (source, "address") : NULL;
  const char *uuid = address != NULL ? gvt_markup_node_attribute (address, "uuid") : NULL;

  return g_str_equal (device->name, "hostdev") && uuid != NULL &&
         g_strcmp0 (gvt_markup_node_attribute (device, "type"), "mdev") == 0 &&
         g_ascii_strcasecmp (uuid, vgpu_uuid) == 0;
}

/* What an edit may take out: displays, what talks through them, the vGPU itself, and the PCI
 * controllers that libvirt added for it, where the record says that it would. */
static gboolean
is_business (const Verify *self, const GvtMarkupNode *device)
{
  static const char *const kinds[] = { "graphics", "video", "audio", NULL };
  static const char *const through[] = { "spice", "dbus", "spicevmc", "spiceport", NULL };
  const char *type;

  if (device->name == NULL)
    return FALSE;
  type = gvt_markup_node_attribute (device, "type");
  return g_strv_contains (kinds, device->name) || is_vgpu (device, self->vgpu_uuid) ||
         (self->buses_added && g_str_equal (device->name, "controller") &&
          g_strcmp0 (type, "pci") == 0) ||
         (type != NULL && g_strv_contains (through, type));
}

static gboolean
verify_devices (Verify *self, GError **error)
{
  const GvtMarkupNode *before = gvt_markup_node_child (self->before, "devices");
  const GvtMarkupNode *after = gvt_markup_node_child (self->after, "devices");
  g_autoptr (GPtrArray) rest_before = g_ptr_array_new ();
  g_autoptr (GPtrArray) rest_after = g_ptr_array_new ();

  for (guint i = 0; i < before->children->len; i++) {
    if (!is_business (self, before->children->pdata[i]))
      g_ptr_array_add (rest_before, before->children->pdata[i]);
  }
  for (guint i = 0; i < after->children->len; i++) {
    const GvtMarkupNode *device = after->children->pdata[i];

    if (!is_business (self, device))
      g_ptr_array_add (rest_after, (gpointer) device);
    else if (!contains (before->children, device) && !contains (self->returned, device) &&
             !gvt_permitted_device (device, self->vgpu_uuid))
      return refuse (error, device->name);
  }
  return (same (rest_before, rest_after) && attributes_within (after, before) &&
          attributes_within (before, after)) ||
         refuse (error, "devices");
}

/* What QEMU knows the vGPU by that was there before: its alias, or its number among its like. */
static GPtrArray *
ids_before (const Verify *self)
{
  const GvtMarkupNode *devices = gvt_markup_node_child (self->before, "devices");
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);
  guint number = 0;

  for (guint i = 0; i < devices->children->len; i++) {
    const GvtMarkupNode *device = devices->children->pdata[i];
    const GvtMarkupNode *alias = NULL;

    if (device->name == NULL || !g_str_equal (device->name, "hostdev"))
      continue;
    if (is_vgpu (device, self->vgpu_uuid)) {
      alias = gvt_markup_node_child (device, "alias");
      g_ptr_array_add (ids, g_strdup_printf ("hostdev%u", number));
      if (alias != NULL && gvt_markup_node_attribute (alias, "name") != NULL)
        g_ptr_array_add (ids, g_strdup (gvt_markup_node_attribute (alias, "name")));
    }
    number++;
  }
  g_ptr_array_add (ids, NULL);
  return ids;
}

/* The same, but for what QEMU was told of a vGPU that was attached by hand: that goes with it. */
static gboolean
same_but_hand_made (const Verify *self, const GPtrArray *before, const GPtrArray *after)
{
  g_autoptr (GPtrArray) known = ids_before (self);
  const char *const *ids = (const char *const *) known->pdata;
  guint j = 0;

  for (guint i = 0; i < before->len; i++) {
    const GvtMarkupNode *node = before->pdata[i];
    const GvtMarkupNode *next = i + 1 < before->len ? before->pdata[i + 1] : NULL;
    gboolean stays = j < after->len && gvt_markup_node_equal (node, after->pdata[j]);
    gboolean pair = next != NULL && gvt_permitted_to_go (node, next, ids, self->vgpu_uuid);
    gboolean pair_stays = pair && stays && j + 1 < after->len &&
                          gvt_markup_node_equal (next, after->pdata[j + 1]);

    if (pair && !pair_stays)
      i++;
    else if (stays)
      j++;
    else if (!gvt_permitted_override_to_go (node, ids))
      return FALSE;
  }
  return j == after->len;
}

/* Children of the containers of that name, but for what an edit may have put there. */
static GPtrArray *
foreign_children (const GvtMarkupNode *domain, const char *name)
{
  GPtrArray *foreign = g_ptr_array_new ();

  for (guint i = 0; i < domain->children->len; i++) {
    const GvtMarkupNode *container = domain->children->pdata[i];

    if (!gvt_markup_node_is (container, name))
      continue;
    for (guint j = 0; j < container->children->len; j++) {
      const GvtMarkupNode *child = container->children->pdata[j];

      if (j + 1 < container->children->len &&
          gvt_permitted_global (child, container->children->pdata[j + 1]))
        j++;
      else if (!gvt_permitted_variable (child) && !gvt_permitted_override (child) &&
               !gvt_permitted_record (child))
        g_ptr_array_add (foreign, (gpointer) child);
    }
  }
  return foreign;
}

static gboolean
verify_container (Verify *self, const char *name, GError **error)
{
  const GvtMarkupNode *before = gvt_markup_node_child (self->before, name);
  g_autoptr (GPtrArray) foreign_before = foreign_children (self->before, name);
  g_autoptr (GPtrArray) foreign_after = foreign_children (self->after, name);

  for (guint i = 0; i < self->after->children->len; i++) {
    const GvtMarkupNode *after = self->after->children->pdata[i];

    if (gvt_markup_node_is (after, name) && !attributes_within (after, before))
      return refuse (error, name);
  }
  return same_but_hand_made (self, foreign_before, foreign_after) || refuse (error, name);
}

/* All of <domain> but what is looked at by itself; the first <devices> alone is. */
static GPtrArray *
rest_of_domain (const GvtMarkupNode *domain)
{
  const GvtMarkupNode *devices = gvt_markup_node_child (domain, "devices");
  GPtrArray *rest = g_ptr_array_new ();

  for (guint i = 0; i < domain->children->len; i++) {
    const GvtMarkupNode *child = domain->children->pdata[i];

    if (child != devices && !is_container (child))
      g_ptr_array_add (rest, (gpointer) child);
  }
  return rest;
}

static gboolean
verify_domain (Verify *self, GError **error)
{
  g_autoptr (GPtrArray) before = rest_of_domain (self->before);
  g_autoptr (GPtrArray) after = rest_of_domain (self->after);

  if (!g_str_equal (self->before->name, self->after->name) || !same (before, after) ||
      !attributes_within (self->before, self->after) ||
      !attributes_within (self->after, self->before))
    return refuse (error, "domain");
  for (gsize i = 0; i < G_N_ELEMENTS (containers); i++) {
    if (!verify_container (self, containers[i], error))
      return FALSE;
  }
  return verify_devices (self, error);
}

/* The devices that our record keeps: text that was taken out, as it was. */
static void
read_returned (Verify *self, const GvtMarkupNode *record)
{
  for (guint i = 0; i < record->children->len; i++) {
    const GvtMarkupNode *removed = record->children->pdata[i];
    const GvtMarkupNode *content = removed->children->len == 1 ? removed->children->pdata[0] : NULL;
    g_autofree char *wrapped = NULL;
    g_autoptr (GvtMarkupNode) top = NULL;
    g_autoptr (GPtrArray) devices = NULL;

    if (!gvt_markup_node_is (removed, "removed") || content == NULL || content->text == NULL)
      continue;
    wrapped = g_strconcat ("<removed>", content->text, "</removed>", NULL);
    top = gvt_markup_tree_parse (wrapped, NULL);
    if (top == NULL || top->children->len != 1)
      continue;
    devices = g_ptr_array_ref (((GvtMarkupNode *) top->children->pdata[0])->children);
    while (devices->len > 0) {
      GvtMarkupNode *device = g_ptr_array_steal_index (devices, 0);

      if (is_business (self, device))
        g_ptr_array_add (self->returned, device);
      else
        gvt_markup_node_free (device);
    }
  }
}

static void
read_record (Verify *self)
{
  const GvtMarkupNode *metadata = gvt_markup_node_child (self->before, "metadata");

  for (guint i = 0; metadata != NULL && i < metadata->children->len; i++) {
    const GvtMarkupNode *record = metadata->children->pdata[i];

    if (gvt_permitted_record (record)) {
      self->buses_added = gvt_markup_node_attribute (record, "buses") != NULL;
      read_returned (self, record);
    }
  }
}

/* The one element of @top; what stands around it is added to @around. */
static const GvtMarkupNode *
find_domain (const GvtMarkupNode *top, GPtrArray *around)
{
  const GvtMarkupNode *domain = NULL;

  for (guint i = 0; i < top->children->len; i++) {
    GvtMarkupNode *child = top->children->pdata[i];

    if (domain == NULL && child->name != NULL && gvt_markup_node_child (child, "devices") != NULL)
      domain = child;
    else
      g_ptr_array_add (around, child);
  }
  return domain;
}

gboolean
gvt_domain_verify (const char *before, const char *after, const char *vgpu_uuid, GError **error)
{
  g_autoptr (GvtMarkupNode) top_before = gvt_markup_tree_parse (before, error);
  g_autoptr (GvtMarkupNode) top_after = NULL;
  g_autoptr (GPtrArray) returned = g_ptr_array_new_with_free_func (
      (GDestroyNotify) gvt_markup_node_free);
  g_autoptr (GPtrArray) around_before = g_ptr_array_new ();
  g_autoptr (GPtrArray) around_after = g_ptr_array_new ();
  Verify self = { .vgpu_uuid = vgpu_uuid, .returned = returned };

  top_after = top_before != NULL ? gvt_markup_tree_parse (after, error) : NULL;
  if (top_after == NULL)
    return FALSE;
  self.before = find_domain (top_before, around_before);
  self.after = find_domain (top_after, around_after);
  if (self.before == NULL || self.after == NULL || !same (around_before, around_after))
    return refuse (error, "domain");
  read_record (&self);
  return verify_domain (&self, error);
}
