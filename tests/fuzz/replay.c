/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs a fuzzer's function once on each file of the folders given: the corpus as a test, with any
 * compiler.
 */

#include "fuzz.h"

int
main (int argc, char **argv)
{
  guint n_files = 0;

  for (int i = 1; i < argc; i++) {
    g_autoptr (GDir) folder = g_dir_open (argv[i], 0, NULL);
    const char *name = NULL;

    g_assert_nonnull (folder);
    while ((name = g_dir_read_name (folder)) != NULL) {
      g_autofree char *path = g_build_filename (argv[i], name, NULL);
      g_autofree char *data = NULL;
      gsize size = 0;

      g_assert_true (g_file_get_contents (path, &data, &size, NULL));
      LLVMFuzzerTestOneInput ((const uint8_t *) data, size);
      n_files++;
    }
  }

  g_print ("%u files\n", n_files);
  return n_files > 0 ? 0 : 1;
}
