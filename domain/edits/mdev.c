/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Finds vGPUs, aliases and guest addresses among a domain's devices. Pure; any thread.
 */

#include "mdev.h"

#include "marks.h"
#include "gvt-error.h"

#include <string.h>

char *
gvt_mdev_uuid (const GvtElement *device)
{
  const char *uuid = NULL;

  if (!gvt_element_is (device, "hostdev") || !gvt_element_has (device, "type", "mdev"))
    return NULL;

  uuid = gvt_element_attribute (gvt_element_child (gvt_element_child (device, "source"), "address"),
                                "uuid");
  if (uuid == NULL || !g_uuid_string_is_valid (uuid))
    return NULL;

  return g_ascii_strdown (uuid, -1);
}

GvtElement *
gvt_mdev_find (const GvtElement *devices, const char *uuid)
{
  for (GvtElement *device = devices != NULL ? devices->first_child : NULL; device != NULL;
       device = device->next) {
    g_autofree char *found = gvt_mdev_uuid (device);

    if (g_strcmp0 (found, uuid) == 0)
      return device;
  }

  return NULL;
}

static const char *
alias_of (const GvtElement *device)
{
  return gvt_element_attribute (gvt_element_child (device, "alias"), "name");
}

gboolean
gvt_mdev_has_our_alias (const GvtElement *device)
{
  return alias_of (device) != NULL && gvt_mark_is_alias (alias_of (device));
}

gboolean
gvt_mdev_alias_is_taken (const GvtElement *devices, const char *alias)
{
  for (const GvtElement *device = devices->first_child; device != NULL; device = device->next) {
    if (g_strcmp0 (alias_of (device), alias) == 0)
      return TRUE;
  }
  return FALSE;
}

/* libvirt takes decimal, and hexadecimal with 0x; what is left out is 0. */
static gboolean
parse_part (const GvtElement *address, const char *name, guint max, guint *part)
{
  const char *text = gvt_element_attribute (address, name);
  gboolean hexadecimal = text != NULL &&
                         (g_str_has_prefix (text, "0x") || g_str_has_prefix (text, "0X"));
  guint64 value = 0;

  *part = 0;
  if (text == NULL)
    return TRUE;
  if (!g_ascii_string_to_unsigned (hexadecimal ? text + 2 : text,
                                   hexadecimal ? 16 : 10,
                                   0,
                                   max,
                                   &value,
                                   NULL))
    return FALSE;

  *part = (guint) value;
  return TRUE;
}

gboolean
gvt_mdev_guest_address (const GvtElement *device, GvtPciAddress *address)
{
  const GvtElement *element = gvt_element_child (device, "address");

  /* `<address type='pci'/>` alone asks libvirt to choose. */
  return element != NULL && gvt_element_has (element, "type", "pci") &&
         gvt_element_attribute (element, "slot") != NULL &&
         parse_part (element, "domain", 0xffff, &address->domain) &&
         parse_part (element, "bus", 0xff, &address->bus) &&
         parse_part (element, "slot", 0x1f, &address->slot) &&
         parse_part (element, "function", 7, &address->function);
}

char *
gvt_mdev_normal_uuid (const char *text, GError **error)
{
  g_autofree char *shown = NULL;

  if (g_uuid_string_is_valid (text))
    return g_ascii_strdown (text, -1);

  shown = g_strndup (text, 80);
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_INVALID_ARGUMENT,
               "\"%s\" is not a UUID; one looks like cb33ec6d-ad44-4702-b80f-c176f56afea1",
               shown);
  return NULL;
}
