/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * gvt_redact:
 * @text: text to be shown to strangers
 * @names: (array zero-terminated=1): words to hide, such as the user's name: pairs of what stands
 *   there and what is to stand there instead
 *
 * Hides what says who and where somebody is and means nothing to a maintainer: UUIDs and hardware
 * addresses (the same one becomes the same number), internet addresses, passwords, serial numbers,
 * and @names.
 *
 * Returns: (transfer full): what can be shown
 */
char *gvt_redact (const char *text, const char *const *names);

G_END_DECLS
