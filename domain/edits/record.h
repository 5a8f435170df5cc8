/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an edit writes into the domain's <metadata>, so that strip can undo it. */
#pragma once

#include "document.h"
#include "recipe.h"
#include "settings.h"

G_BEGIN_DECLS

/**
 * GvtRemoval:
 * @after: name of the element it came after, empty if it was the first child
 * @index: how many elements of that name came before that one
 * @gap: bytes between that one and @text, comments for example
 * @text: the bytes taken out, with the white space before the element
 *
 * A device that an edit took out of `<devices>`, and where it was.
 */
typedef struct {
  char *after;
  guint index;
  gsize gap;
  char *text;
} GvtRemoval;

/**
 * GvtOpened:
 * @element: name of an element that was written as `<element/>`
 * @tail: the bytes its tag ended in
 */
typedef struct {
  char *element;
  char *tail;
} GvtOpened;

/**
 * GvtVariable:
 * @name: a variable of QEMU's environment that an edit set
 * @value: to what
 */
typedef struct {
  char *name;
  char *value;
} GvtVariable;

/**
 * GvtRecord:
 * @vgpu: the vGPU's UUID, in lower case
 * @alias: the device's alias
 * @settings: the settings asked for, as attributes of an element
 * @made: of strings: the parts of `<domain>` that are there because of the edit: `metadata`,
 *   `commandline`, `override`; `xmlns` if nothing had declared libvirt's QEMU namespace before
 * @additions: of GvtAddition, without markup
 * @removals: of GvtRemoval, in the order of the text
 * @opened: of GvtOpened
 * @globals: of strings: values of -global
 * @variables: of GvtVariable
 * @no_audio: there was no `<audio>` before, and libvirt adds one that suits the display
 * @highest_bus: the highest PCI bus there was, if the vGPU's is above it and libvirt adds controllers
 *   up to it; else -1
 * @element: (nullable): where the record was read from; belongs to the document
 */
typedef struct {
  char *vgpu;
  char *alias;
  char *settings;
  GPtrArray *made;
  GPtrArray *additions;
  GPtrArray *removals;
  GPtrArray *opened;
  GPtrArray *globals;
  GPtrArray *variables;
  gboolean no_audio;
  int highest_bus;
  const GvtElement *element;
} GvtRecord;

/**
 * gvt_record_new:
 * @alias: the device's alias
 * @settings: (nullable): what was asked for
 */
GvtRecord *gvt_record_new (const char *vgpu, const char *alias, const GvtDomainSettings *settings);

void gvt_record_free (GvtRecord *self);

/**
 * gvt_record_add_removal:
 * @text: (transfer full): the bytes taken out
 */
void
gvt_record_add_removal (GvtRecord *self, const char *after, guint index, gsize gap, char *text);

/**
 * gvt_record_add_opened:
 * @tail: (transfer full): the bytes the tag ended in
 */
void gvt_record_add_opened (GvtRecord *self, const char *element, char *tail);

void gvt_record_add_made (GvtRecord *self, const char *part);
gboolean gvt_record_has_made (const GvtRecord *self, const char *part);
void gvt_record_add_global (GvtRecord *self, const char *global);
void gvt_record_add_variable (GvtRecord *self, const char *name, const char *value);

/**
 * gvt_record_to_markup:
 *
 * Returns: (transfer full): the record, as gvt_layout_as_child() takes it
 */
char *gvt_record_to_markup (const GvtRecord *self);

/**
 * gvt_record_read:
 * @record: (out) (nullable): the domain's record, or NULL if it has none
 *
 * Returns: FALSE with GVT_ERROR_INVALID_ARGUMENT if there is a record that no edit wrote
 */
gboolean gvt_record_read (const GvtDocument *document, GvtRecord **record, GError **error);

/**
 * gvt_record_settings_text:
 *
 * Returns: (transfer full): @settings as attributes of an element, equal for equal settings
 */
char *gvt_record_settings_text (const GvtDomainSettings *settings);

/**
 * gvt_record_append_attribute:
 *
 * Appends an attribute to the beginnings of a tag; equal attributes give equal text.
 */
void gvt_record_append_attribute (GString *text, const char *name, const char *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtRecord, gvt_record_free)

G_END_DECLS
