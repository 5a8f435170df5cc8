/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gvt-error.h"
#include "node.h"
#include "nodes.h"
#include "simulated-host.h"
#include "transition.h"

G_BEGIN_DECLS

#define DEFINITION "/etc/mdevctl.d/" GPU "/" UUID
#define RECORD "/var/lib/gvt-manager/vgpus/" UUID
#define BY_HAND                                                                                    \
  "{\"mdev_type\":\"" TYPE "\",\"start\":\"auto\",\"attrs\":[{\"a/b\":\"1\"}],\"by\":\"hand\"}"

/**
 * TransitionFixture:
 *
 * A simulated host, and what the last transition that succeeded left of the vGPU %UUID on it.
 */
typedef struct {
  SimulatedHost *host;
  GvtRoot *root;
  GvtVgpu *vgpu;
} TransitionFixture;

/** transition_begin: Returns: (transfer full): a transition from what is to the same */
GvtTransition *transition_begin (TransitionFixture *fixture);

/** transition_want: @wanted: a device (d), a definition (f), a record of @owner (r) or not */
void transition_want (GvtTransition *transition, const char *wanted, guint32 owner);

/** transition_succeed: runs it and takes over what it left. */
void transition_succeed (TransitionFixture *fixture, GvtTransition *transition);

/** transition_go: goes to what is @wanted, for user 1000. */
void transition_go (TransitionFixture *fixture, const char *wanted);

/** transition_go_by_hand: a definition in an administrator's own layout, with what only they know. */
void transition_go_by_hand (TransitionFixture *fixture);

/** transition_make_behind: defines the vGPU; the device is made by somebody else, unnoticed. */
void transition_make_behind (TransitionFixture *fixture);

/** transition_fail: runs it, and it fails with @code. */
void transition_fail (TransitionFixture *fixture, GvtTransition *transition, GvtError code);

/** transition_fail_to_go: does not get to what is @wanted. */
void transition_fail_to_go (TransitionFixture *fixture, const char *wanted, GvtError code);

/** transition_check_is: what is really there; @expected as in transition_want(). */
void transition_check_is (TransitionFixture *fixture, const char *expected);

/** transition_check_text: what a file of the host holds. */
void transition_check_text (TransitionFixture *fixture, const char *path, const char *expected);

/** transition_check_access: that @uid may open the vGPU's node. */
void transition_check_access (TransitionFixture *fixture, guint32 uid);

/** transition_add: adds a test with a fixture of its own. */
void transition_add (const char *name, void (*test) (TransitionFixture *, gconstpointer));

G_END_DECLS
