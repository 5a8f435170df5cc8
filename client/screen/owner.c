/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * User names for user ids. Main thread (getpwuid). Must not fail: a user may be gone.
 */

#include "owner.h"

#include <pwd.h>

char *
gvt_owner_name (guint32 uid)
{
  const struct passwd *user = getpwuid (uid);

  return user != NULL ? g_utf8_make_valid (user->pw_name, -1) : g_strdup_printf ("%u", uid);
}
