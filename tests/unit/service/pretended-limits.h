/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

/** pretended_limits_are_needless: Returns: whether this process may raise the limits of others */
gboolean pretended_limits_are_needless (void);

/** pretended_limits_add: from now on the limits of @pid are as this process says. */
void pretended_limits_add (pid_t pid, guint64 soft, guint64 hard);

/** pretended_limits_end: forgets all of them. */
void pretended_limits_end (void);

/**
 * pretended_limits_refuse: what prlimit(2) refuses now, to whomever
 *
 * @end: it sets the limit, of a process that ends in that moment
 */
extern struct PretendedLimitsRefuse {
  gboolean read;
  gboolean set;
  gboolean end;
} pretended_limits_refuse;

G_END_DECLS
