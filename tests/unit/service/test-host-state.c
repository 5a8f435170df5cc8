/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The host at one moment, and what is told of it when there is no descriptor left to look with.
 */

#include "host-state.h"

#include <sys/resource.h>

#include "machine.h"

#define GOOD "{\"mdev_type\": \"" TYPE "\"}"
#define OTHER "{\"mdev_type\": \"mtty-1\"}"

static GvtHostState *
read_with_descriptors (const Scratch *host, GvtDefinitions *definitions, rlim_t most)
{
  struct rlimit before;
  struct rlimit limit;
  GvtHostState *state;

  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &before));
  limit = before;
  limit.rlim_cur = most;
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &limit));
  state = gvt_host_state_read (host->root, definitions);
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &before));
  return state;
}

static void
test_read (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autoptr (GvtDefinitions) definitions = gvt_definitions_new (host->root);
  g_autoptr (GvtHostState) state = NULL;

  machine_add_gpu (host);
  machine_add_vgpu (host, UUID, GPU, TYPE, 1);
  scratch_write (host, "/etc/mdevctl.d/" GPU "/" UUID_2, GOOD);
  scratch_write (host, "/etc/mdevctl.d/" GPU "/" UUID_3, "{");
  state = gvt_host_state_read (host->root, definitions);
  g_assert_cmpuint (state->parents->len, ==, 1);
  g_assert_cmpuint (state->devices->len, ==, 1);
  g_assert_cmpuint (state->definitions->len, ==, 1);
  g_assert_cmpuint (state->unreadable->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (state->unreadable, 0), ==, UUID_3);
  g_assert_cmpuint (state->directories->len, ==, 2);
  g_assert_true (state->complete);
  g_assert_false (state->half_made);
}

/* An empty machine, or one that could not be looked at: two different things. */
static void
test_shortage (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autoptr (GvtDefinitions) definitions = gvt_definitions_new (host->root);
  g_autoptr (GvtHostState) nothing = gvt_host_state_read (host->root, definitions);
  g_autoptr (GvtHostState) blind = NULL;
  g_autoptr (GvtHostState) after = NULL;

  g_assert_true (nothing->complete);
  scratch_write (host, "/etc/mdevctl.d/" GPU "/" UUID, GOOD);
  blind = read_with_descriptors (host, definitions, 3);
  g_assert_false (blind->complete);
  after = gvt_host_state_read (host->root, definitions);
  g_assert_true (after->complete);
  g_assert_cmpuint (after->definitions->len, ==, 1);
}

static const char *
joined_parent (GvtHostState *state)
{
  g_autoptr (GHashTable) none = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) table = gvt_host_state_join (state, none);
  const GvtFound *found = g_hash_table_lookup (table, UUID);

  return g_intern_string (found->definition->parent);
}

/* The same UUID on two parents: which one counts must not hang on what else is defined. */
static void
test_defined_twice (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autoptr (GvtDefinitions) definitions = gvt_definitions_new (host->root);

  scratch_write (host, "/etc/mdevctl.d/b/" UUID, GOOD);
  scratch_write (host, "/etc/mdevctl.d/c/" UUID, GOOD);
  for (int i = 0; i < 6; i++) {
    g_autofree char *path =
        g_strdup_printf ("/etc/mdevctl.d/%c/c0ffee00-0000-4000-8000-00000000001%d", "adbaed"[i], i);
    g_autoptr (GvtHostState) state = NULL;

    scratch_write (host, path, OTHER);
    state = gvt_host_state_read (host->root, definitions);
    g_assert_cmpstr (joined_parent (state), ==, "b");
  }
}

static void
test_defined_where_it_is (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autoptr (GvtDefinitions) definitions = gvt_definitions_new (host->root);
  g_autoptr (GvtHostState) state = NULL;

  machine_add_gpu (host);
  machine_add_vgpu (host, UUID, GPU, TYPE, 1);
  scratch_write (host, "/etc/mdevctl.d/" GPU "/" UUID, GOOD);
  scratch_write (host, "/etc/mdevctl.d/0000:00:01.0/" UUID, GOOD);
  scratch_write (host, "/etc/mdevctl.d/mtty/" UUID, OTHER);
  state = gvt_host_state_read (host->root, definitions);
  g_assert_cmpstr (joined_parent (state), ==, GPU);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/host-state/read", test_read);
  g_test_add_func ("/host-state/shortage", test_shortage);
  g_test_add_func ("/host-state/defined-twice", test_defined_twice);
  g_test_add_func ("/host-state/defined-where-it-is", test_defined_where_it_is);
  return g_test_run ();
}
