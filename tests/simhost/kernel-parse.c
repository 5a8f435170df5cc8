/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How the kernel reads what is written to an mdev's `create` and `remove`. Pure functions, any
 * thread. They must accept and refuse exactly what Linux 6.1 does, oddities included, because
 * the service is tested against them.
 */
#include "kernel-parse.h"

#include <errno.h>
#include <string.h>

static gboolean
is_dash_position (gsize position)
{
  return position == 8 || position == 13 || position == 18 || position == 23;
}

int
sim_parse_uuid_store (const char *text, gsize length, char uuid[SIM_UUID_LENGTH + 1])
{
  gsize i;

  if (length < SIM_UUID_LENGTH || length > SIM_UUID_LENGTH + 1)
    return EINVAL;

  for (i = 0; i < SIM_UUID_LENGTH; i++) {
    if (is_dash_position (i) ? text[i] != '-' : !g_ascii_isxdigit (text[i]))
      return EINVAL;
    uuid[i] = g_ascii_tolower (text[i]);
  }
  uuid[SIM_UUID_LENGTH] = '\0';
  return 0;
}

/* The base that the prefix of @digits announces; moves @digits past "0x". A "0x" without a hex
 * digit after it is octal, as in the kernel's _parse_integer_fixup_radix(). */
static guint
take_base (const char **digits)
{
  const char *at = *digits;

  if (at[0] != '0')
    return 10;
  if (g_ascii_tolower (at[1]) == 'x' && g_ascii_isxdigit (at[2])) {
    *digits = at + 2;
    return 16;
  }
  return 8;
}

int
sim_parse_number_store (const char *text, gsize length, guint64 *value)
{
  g_autofree char *copy = g_strndup (text, length);
  const char *at = copy;
  guint64 sum = 0;
  guint count = 0;
  guint base;

  if (*at == '+')
    at++;
  base = take_base (&at);
  for (; g_ascii_isxdigit (*at) && (guint) g_ascii_xdigit_value (*at) < base; at++, count++) {
    guint digit = g_ascii_xdigit_value (*at);

    if (sum > (G_MAXUINT64 - digit) / base)
      return EINVAL;
    sum = sum * base + digit;
  }
  if (*at == '\n')
    at++;
  if (count == 0 || *at != '\0')
    return EINVAL;

  *value = sum;
  return 0;
}
