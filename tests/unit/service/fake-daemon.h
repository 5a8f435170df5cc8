/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scratch.h"

G_BEGIN_DECLS

/**
 * FakeDaemon:
 * @pid: of a shell under the name of a libvirt daemon
 * @hook: of a child of it, as a hook would be
 * @file: what it runs from, below the host, whose /proc is the machine's
 */
typedef struct {
  Scratch *host;
  GSubprocess *process;
  char *file;
  pid_t pid;
  pid_t hook;
} FakeDaemon;

/**
 * fake_daemon_new:
 * @uid: who runs it
 * @name: what the daemon's file is called
 * @memory_lock: its memory-lock limits, as prlimit(1) takes them, or %NULL for what the test has
 */
FakeDaemon *fake_daemon_new (guint32 uid, const char *name, const char *memory_lock);

/** fake_daemon_end: ends it, so that it is gone when this returns. */
void fake_daemon_end (FakeDaemon *self);

void fake_daemon_free (FakeDaemon *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeDaemon, fake_daemon_free)

G_END_DECLS
