/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gvt-error.h"
#include "machine.h"
#include "methods.h"

G_BEGIN_DECLS

/**
 * CallFixture:
 *
 * A registry and settings, and one call after the other as the dispatcher would make them, but
 * without a bus.
 */
typedef struct {
  GvtCallContext context;
  GvtCall *call;
} CallFixture;

void call_set_up (CallFixture *fixture, gconstpointer data);

void call_tear_down (CallFixture *fixture, gconstpointer data);

/** call_add_gpu: a GPU with %TYPE, of which @available are left. */
void call_add_gpu (CallFixture *fixture, const char *name, gboolean boot_vga, guint available);

/** call_add_vgpu: an active and defined vGPU on %GPU. */
void call_add_vgpu (CallFixture *fixture, const char *uuid, guint32 owner, const char *label);

/** call_begin: a call of @member by @uid, with arguments in GVariant's text format. */
void call_begin (CallFixture *fixture,
                 const char *interface,
                 const char *member,
                 guint32 uid,
                 const char *arguments);

/** call_check: Returns: whether the call's check passes; begins its needs anew, as each check does */
gboolean call_check (CallFixture *fixture, GError **error);

/** call_check_passes: the check passes, and the call needs exactly @actions, joined by blanks. */
void call_check_passes (CallFixture *fixture, const char *actions);

/** call_check_fails: the check fails with @code. */
void call_check_fails (CallFixture *fixture, GvtError code);

/** call_get_detail: Returns: (transfer none) (nullable): what polkit is told */
const char *call_get_detail (CallFixture *fixture, const char *key);

/** call_get_transition: Returns: (transfer none): the only thing it would do */
const GvtTransition *call_get_transition (CallFixture *fixture);

G_END_DECLS
