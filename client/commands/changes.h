/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "objects.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * GvtChange:
 * @event: `added`, `removed` or `changed`
 * @kind: `gpu`, `type` or `vgpu`
 * @name: what a person calls the object
 * @before: what it was; NULL if it was added
 * @after: what it is; NULL if it was removed
 *
 * What happened to one object of the service.
 */
typedef struct {
  const char *event;
  const char *kind;
  char *name;
  JsonNode *before;
  JsonNode *after;
} GvtChange;

/**
 * gvt_changes_between:
 * @before: the service's objects
 * @after: the service's objects, later
 *
 * Returns: (element-type GvtChange): what happened in between, GPUs first.
 */
GPtrArray *gvt_changes_between (const GvtObjects *before, const GvtObjects *after);

/**
 * gvt_change_describe:
 * @change: a change
 *
 * Returns: a line for a person, without a newline.
 */
char *gvt_change_describe (const GvtChange *change);

/**
 * gvt_change_to_json:
 * @change: a change
 * @time: when it was seen, ISO 8601
 *
 * Returns: a JSON object on one line, with a newline at the end.
 */
char *gvt_change_to_json (const GvtChange *change, const char *time);

G_END_DECLS
