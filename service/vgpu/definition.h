/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "root.h"

G_BEGIN_DECLS

/**
 * GvtDefinition:
 *
 * A vGPU that can be started: /etc/mdevctl.d/PARENT/UUID in mdevctl's format, so that mdevctl,
 * libvirt's node devices and this service see the same set. @automatic is mdevctl's start `auto`.
 */
typedef struct {
  char *uuid;
  char *parent;
  char *type;
  gboolean automatic;
} GvtDefinition;

GvtDefinition *
gvt_definition_new (const char *uuid, const char *parent, const char *type, gboolean automatic);

GvtDefinition *gvt_definition_copy (const GvtDefinition *self);

void gvt_definition_free (GvtDefinition *self);

/** gvt_definition_equal: Returns: whether both define the same, or both are %NULL */
gboolean gvt_definition_equal (const GvtDefinition *a, const GvtDefinition *b);

/**
 * gvt_definition_parse:
 * @text: the JSON of a definition
 *
 * Returns: (transfer full): the definition, or %NULL with %GVT_ERROR_INVALID_ARGUMENT. Keys beyond
 * mdev_type, start and attrs are of no concern here.
 */
GvtDefinition *
gvt_definition_parse (const char *uuid, const char *parent, const char *text, GError **error);

/**
 * gvt_definition_read:
 * @patient: whether a file that mdevctl is just writing, which it does in place, is given a moment to
 *   become whole
 *
 * Reads the definition of @uuid on @parent. Blocks.
 *
 * Returns: (transfer full): the definition, or %NULL with an error that says why the file is none
 */
GvtDefinition *gvt_definition_read (GvtRoot *root,
                                    const char *parent,
                                    const char *uuid,
                                    gboolean patient,
                                    GError **error);

/** gvt_definition_locate: Returns: (transfer full): the path of a definition's file */
char *gvt_definition_locate (const char *parent, const char *uuid);

/** GVT_DEFINITIONS: where definitions are, a directory per parent. */
#define GVT_DEFINITIONS "/etc/mdevctl.d"

/**
 * gvt_definition_save:
 *
 * Writes @self, keeping keys of an existing file that are not ours to change (`attrs`, and what a
 * newer mdevctl may add). Nothing a caller sent is ever written as an attribute: mdevctl writes
 * those to sysfs paths of their choosing, as root. Refuses with %GVT_ERROR_FAILED what could not be read
 * again, and leaves the file. Blocks.
 */
gboolean gvt_definition_save (GvtRoot *root, const GvtDefinition *self, GError **error);

/**
 * gvt_definition_delete:
 *
 * Deletes the file of @self. Blocks.
 */
gboolean gvt_definition_delete (GvtRoot *root, const GvtDefinition *self, GError **error);

/**
 * gvt_definition_keep:
 *
 * Returns: (transfer full) (nullable): what the file of @self holds, to put it back. Blocks.
 */
char *gvt_definition_keep (GvtRoot *root, const GvtDefinition *self);

/**
 * gvt_definition_put_back:
 * @text: from gvt_definition_keep()
 *
 * Makes the file of @self hold @text again: what is in it beside type and start, an administrator's
 * attributes above all, is known nowhere else. Blocks.
 */
gboolean gvt_definition_put_back (GvtRoot *root,
                                  const GvtDefinition *self,
                                  const char *text,
                                  GError **error);

/**
 * gvt_definition_sweep:
 *
 * Deletes what a crash left half written; only while nobody saves a definition. Blocks.
 */
void gvt_definition_sweep (GvtRoot *root);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtDefinition, gvt_definition_free)

G_END_DECLS
