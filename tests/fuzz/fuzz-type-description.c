/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any description of a type: what is understood of it, written as i915 does, is understood again, and a
 * resolution is two numbers.
 */

#include <stdio.h>
#include <string.h>

#include "fuzz.h"
#include "type-description.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  GvtTypeSize first = gvt_type_size_parse (text);
  g_autofree char *written = g_strdup_printf (
      "low_gm_size: %uMB\nhigh_gm_size: %uMB\nfence: %u\nresolution: %s\nweight: %u\n",
      first.low_mib,
      first.high_mib,
      first.fences,
      first.resolution,
      first.weight);
  GvtTypeSize second = gvt_type_size_parse (written);

  g_assert_cmpuint (second.low_mib, ==, first.low_mib);
  g_assert_cmpuint (second.high_mib, ==, first.high_mib);
  g_assert_cmpuint (second.fences, ==, first.fences);
  g_assert_cmpuint (second.weight, ==, first.weight);
  g_assert_nonnull (memchr (first.resolution, '\0', sizeof first.resolution));
  g_assert_cmpstr (second.resolution, ==, first.resolution);
  if (*first.resolution != '\0')
    g_assert_true (g_regex_match_simple ("^[0-9]+x[0-9]+$", first.resolution, 0, 0));
  return 0;
}
