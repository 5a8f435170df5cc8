/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client.h"

G_BEGIN_DECLS

/**
 * GvtExitStatus:
 *
 * The exit statuses that the manual documents. Scripts depend on the numbers.
 */
typedef enum {
  GVT_EXIT_DONE = 0,
  GVT_EXIT_FAILED = 1,
  GVT_EXIT_USAGE = 2,
  GVT_EXIT_NOT_AUTHORIZED = 3,
  GVT_EXIT_NOT_FOUND = 4,
  GVT_EXIT_NO_CAPACITY = 5,
  GVT_EXIT_BUSY = 6,
  GVT_EXIT_UNAVAILABLE = 7,
  GVT_EXIT_DOMAIN = 8,
} GvtExitStatus;

/**
 * gvt_failure_status:
 * @error: what went wrong, from this program, GDBus or the service
 *
 * Returns: the exit status that says so.
 */
GvtExitStatus gvt_failure_status (const GError *error);

/**
 * gvt_failure_hint:
 * @client: what the invocation was told
 * @error: what went wrong
 *
 * Returns: (nullable): a sentence with the next step, where the message itself cannot know it.
 */
const char *gvt_failure_hint (const GvtClient *client, const GError *error);

/**
 * gvt_failure_tell:
 * @client: what the invocation was told
 * @error: what went wrong
 * @object: (nullable): what it went wrong with, if the verb works on several
 *
 * Prints the message, and the next step if there is one, and remembers the exit status of the
 * first.
 */
void gvt_failure_tell (GvtClient *client, const GError *error, const char *object);

G_END_DECLS
