/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "objects.h"
#include "table.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * gvt_display_memory:
 * @type: a type
 *
 * Returns: its low and high graphics memory, such as "128/512 MiB"; empty if the driver does not
 * say.
 */
char *gvt_display_memory (const GvtType *type);

/**
 * gvt_display_state_style:
 * @state: a vGPU's state
 */
GvtStyle gvt_display_state_style (const char *state);

/**
 * gvt_display_vm_names:
 * @client: what the invocation was told
 * @objects: the service's objects
 *
 * Returns: (nullable): the names of the VMs that the vGPUs may belong to, by the UUIDs of both; NULL
 *   if there are none, or libvirt has no quick answer.
 */
GHashTable *gvt_display_vm_names (const GvtClient *client, const GvtObjects *objects);

/**
 * gvt_display_vm:
 * @vgpu: a vGPU
 * @names: (nullable): the names of VMs
 *
 * Returns: the VM that it belongs to: by name where that is known, else by the beginning of its
 *   UUID; empty if it belongs to none.
 */
char *gvt_display_vm (const GvtVgpu *vgpu, GHashTable *names);

/**
 * gvt_display_vgpus:
 * @client: what the invocation was told
 * @objects: the service's objects
 *
 * Returns: the table of all vGPUs.
 */
GvtTable *gvt_display_vgpus (const GvtClient *client, const GvtObjects *objects);

/**
 * gvt_display_line:
 * @before: what comes before it, as it is
 * @text: text of any origin
 * @style: what it means
 *
 * Writes a line to standard output.
 */
void gvt_display_line (const char *before, const char *text, GvtStyle style);

/**
 * gvt_display_failures:
 * @client: what the invocation was told
 * @objects: the service's objects
 *
 * Says why each failed vGPU failed.
 */
void gvt_display_failures (const GvtClient *client, const GvtObjects *objects);

/**
 * gvt_display_table:
 * @table: a table
 * @indent: what each line begins with
 *
 * Writes @table to standard output, as wide as the terminal if that is one.
 */
void gvt_display_table (GvtTable *table, const char *indent);

/**
 * gvt_display_json:
 * @builder: (transfer full): a complete value
 *
 * Writes it to standard output.
 */
void gvt_display_json (JsonBuilder *builder);

/**
 * gvt_display_time:
 * @seconds: since 1970
 *
 * Returns: (transfer full): when that was, here; empty if no calendar has it
 */
char *gvt_display_time (gint64 seconds);

/**
 * gvt_display_diff:
 * @before: a VM's definition
 * @after: what it would be
 * @name: the VM's name
 * @error: if diff cannot be run
 *
 * Writes what would change to standard output, as a patch.
 */
gboolean gvt_display_diff (const char *before, const char *after, const char *name, GError **error);

/**
 * gvt_display_no_types:
 * @client: what the invocation was told
 * @objects: the service's objects, no type among them
 *
 * Says what to look at when the host offers no vGPUs.
 */
void gvt_display_no_types (const GvtClient *client, const GvtObjects *objects);

G_END_DECLS
