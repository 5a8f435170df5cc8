/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Reads a decimal number. Returns: whether @text is one */
gboolean sim_control_read_number (const char *text, guint *number);

/** Reads an errno by its name, `EIO`, or by its number. Returns: whether @text is one */
gboolean sim_control_read_errno (const char *text, guint *number);

G_END_DECLS
