/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef gboolean (*Condition) (gpointer user_data);

/** wait_until: runs the main loop until @condition holds; fails the test after half a minute. */
void wait_until (Condition condition, gpointer user_data);

/** wait_take_result: a #GAsyncReadyCallback that puts the result into the GAsyncResult * @user_data. */
void wait_take_result (GObject *source, GAsyncResult *result, gpointer user_data);

/** wait_for_result: runs the main loop until wait_take_result() was called with @result. */
void wait_for_result (GAsyncResult **result);

G_END_DECLS
