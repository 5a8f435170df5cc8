/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "root.h"

G_BEGIN_DECLS

/**
 * HostSpec:
 *
 * A host, as far as it differs from one that is ready: Debian 12 with Linux 6.1 on a Kaby Lake with
 * 512 MiB of aperture. "" means that something is absent, %NULL the default.
 */
typedef struct {
  const char *name;
  const char *distribution; /* os-release's ID, a space, its ID_LIKE */
  const char *release;
  guint device;   /* of the Intel GPU */
  guint aperture; /* MiB */
  const char *driver;
  const char *other_gpu; /* vendor:device, that the machine boots on */
  const char *command_line;
  const char *enable_gvt;
  const char *enable_guc;
  const char *modules; /* that the kernel has */
  const char *loaded;
  const char *at_boot;
  const char *cpu_flags;
  gboolean no_intel;
  gboolean no_types;       /* the parent is not registered */
  const char *files[8][2]; /* further files and their text */
  const char *without[6];  /* files and directories to leave out */
  const char *closed;      /* a directory that is root's alone */
  const char *expected;
} HostSpec;

/** host_tree_make: Returns: (transfer full): a new directory that holds what @spec says */
char *host_tree_make (const HostSpec *spec);

/** host_tree_write: writes a file below @tree, and the directories above it. */
void host_tree_write (const char *tree, const char *path, const char *text);

/** host_tree_remove: deletes it all. */
void host_tree_remove (const char *tree);

G_END_DECLS
