/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the kernel takes and refuses in `create` and `remove`, as measured on Linux 6.1.
 */
#include "kernel-parse.h"

#include <errno.h>
#include <string.h>

#define UUID "83b8f4f2-509f-382f-3c1e-e6bfe0fa1001"
#define NIL "00000000-0000-0000-0000-000000000000"

/* The length is the literal's own, because some have a NUL within. */
#define TEXT(literal) literal, sizeof (literal) - 1

static void
test_uuid (void)
{
  static const struct {
    const char *text;
    gsize length;
    const char *uuid;
  } cases[] = {
    { TEXT (UUID), UUID },
    { TEXT (UUID "\n"), UUID },
    { TEXT (UUID "x"), UUID },
    { TEXT (UUID " "), UUID },
    { TEXT (UUID "\0"), UUID },
    { TEXT ("83B8F4F2-509F-382F-3C1E-E6BFE0FA1001"), UUID },
    { TEXT (NIL), NIL },
    { TEXT (""), NULL },
    { TEXT ("83b8f4f2-509f-382f-3c1e-e6bfe0fa100"), NULL },
    { TEXT (UUID "\n\n"), NULL },
    { TEXT (" " UUID), NULL },
    { TEXT ("{" UUID "}"), NULL },
    { TEXT ("83b8f4f2_509f_382f_3c1e_e6bfe0fa1001"), NULL },
    { TEXT ("83b8f4f2509f382f3c1ee6bfe0fa1001"), NULL },
    { TEXT ("83b8f4f2-509f-382f-3c1e-e6bfe0fa100g"), NULL },
    { TEXT ("83b8f4f2-509f-382f-3c1e-e6bfe0fa10\0001"), NULL },
    { TEXT ("83b8f4f-2509f-382f-3c1e-e6bfe0fa1001"), NULL },
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    char uuid[SIM_UUID_LENGTH + 1] = "";
    int error = sim_parse_uuid_store (cases[i].text, cases[i].length, uuid);

    g_test_message ("case %" G_GSIZE_FORMAT, i);
    g_assert_cmpint (error, ==, cases[i].uuid != NULL ? 0 : EINVAL);
    if (cases[i].uuid != NULL)
      g_assert_cmpstr (uuid, ==, cases[i].uuid);
  }
}

static void
test_number (void)
{
  static const struct {
    const char *text;
    gsize length;
    guint64 value;
  } good[] = {
    { TEXT ("1"), 1 },
    { TEXT ("2"), 2 },
    { TEXT ("1\n"), 1 },
    { TEXT ("+1"), 1 },
    { TEXT ("0x1"), 1 },
    { TEXT ("0XfF"), 255 },
    { TEXT ("010"), 8 },
    { TEXT ("0"), 0 },
    { TEXT ("0\n"), 0 },
    { TEXT ("0x0"), 0 },
    { TEXT ("1\0garbage"), 1 },
    { TEXT ("4294967296"), G_GUINT64_CONSTANT (4294967296) },
    { TEXT ("18446744073709551615"), G_MAXUINT64 },
  };
  static const struct {
    const char *text;
    gsize length;
  } bad[] = {
    { TEXT ("") },      { TEXT ("foo") }, { TEXT ("y") },  { TEXT ("true") },
    { TEXT ("-1") },    { TEXT (" 1") },  { TEXT ("1 ") }, { TEXT ("1x") },
    { TEXT ("1\n\n") }, { TEXT ("0x") },  { TEXT ("08") }, { TEXT ("18446744073709551616") },
    { TEXT ("+") },     { TEXT ("++1") }, { TEXT ("\n") }, { TEXT ("0x10000000000000000") },
  };
  guint64 value;
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (good); i++) {
    g_test_message ("'%s'", good[i].text);
    g_assert_cmpint (sim_parse_number_store (good[i].text, good[i].length, &value), ==, 0);
    g_assert_cmpuint (value, ==, good[i].value);
  }
  for (i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_test_message ("'%s'", bad[i].text);
    g_assert_cmpint (sim_parse_number_store (bad[i].text, bad[i].length, &value), ==, EINVAL);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/simhost/kernel-parse/uuid", test_uuid);
  g_test_add_func ("/simhost/kernel-parse/number", test_number);
  return g_test_run ();
}
