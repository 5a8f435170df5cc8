/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "host-tree.h"

G_BEGIN_DECLS

/**
 * BootWay:
 * @name: `recorded-` if programs of the distribution are stand-ins, which write down how they were
 *   called and do to the host's files what the real ones do
 * @programs: stand-ins, and what they do
 * @path: a file that setup itself writes, and then holds @after; %NULL if only tools write
 * @boots: what the next boot's command line is taken from; %NULL if nothing shows it before
 * @done: the commands that setup runs
 * @undone: those that take it back
 *
 * A way to put parameters on the kernel's command line, and a host that has it.
 */
typedef struct {
  const char *name;
  HostSpec host;
  const char *programs[3][2];
  const char *path;
  const char *after;
  const char *boots;
  const char *done;
  const char *undone;
} BootWay;

/** boot_ways: all of them, and variations; the last has no name. */
extern const BootWay boot_ways[];

/** boot_way_find: Returns: the one with that name */
const BootWay *boot_way_find (const char *name);

/**
 * boot_way_make:
 *
 * Returns: (transfer full): its host, where the files that setup writes are another user's, with
 * permissions of their own
 */
char *boot_way_make (const BootWay *way);

/** boot_way_reboot: makes of the host what a boot with its command line makes of it. */
void boot_way_reboot (const BootWay *way, const char *tree);

/**
 * BootBed:
 *
 * A host with a boot loader, and its picture as it was.
 */
typedef struct {
  const BootWay *way;
  char *tree;
  GvtRoot *root;
  char *before;
} BootBed;

void boot_bed_begin (BootBed *self, const BootWay *way);

/** boot_bed_end: deletes the host. */
void boot_bed_end (BootBed *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BootBed, boot_bed_end)

G_END_DECLS
