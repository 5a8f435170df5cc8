/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "configuration.h"
#include "connection.h"
#include "memory-lock.h"
#include "registry.h"
#include "root.h"
#include "transition.h"

G_BEGIN_DECLS

typedef struct _GvtCall GvtCall;

/**
 * GvtCallContext:
 *
 * What methods work on. Lives as long as the service.
 */
typedef struct {
  GvtRoot *root;
  GvtRegistry *registry;
  GvtMemoryLock *memory_lock;
  GvtConfiguration *configuration; /* replaced as a whole on reload */
  GvtLibvirtConnection *libvirt;
  char *domain_editor; /* the XML worker's path */
} GvtCallContext;

/**
 * GvtMethodCheck:
 *
 * Validates a call completely and says what it would do: adds transitions, details, and actions
 * beyond its row's. Changes nothing. Is called twice, before and after authorisation, because the
 * world may change in between.
 */
typedef gboolean (*GvtMethodCheck) (GvtCall *call, GError **error);

/**
 * GvtMethodRun:
 *
 * Does what was checked and authorised, and replies, then or later.
 */
typedef void (*GvtMethodRun) (GvtCall *call);

/**
 * GvtMethodRule:
 * @GVT_RULE_PUBLIC: anybody may; there is no action
 * @GVT_RULE_ALWAYS: the row's action is always needed
 * @GVT_RULE_UNLESS_OWNER: the row's action is needed by anybody but the vGPU's owner
 * @GVT_RULE_CHECKED: the row's check says when its action is needed
 */
typedef enum {
  GVT_RULE_PUBLIC,
  GVT_RULE_ALWAYS,
  GVT_RULE_UNLESS_OWNER,
  GVT_RULE_CHECKED,
} GvtMethodRule;

/**
 * GvtMethod:
 *
 * One row of the dispatch table: a member, who may call it, and what it does.
 */
typedef struct {
  const char *interface;
  const char *member;
  GvtMethodRule rule;
  const char *action;
  GvtMethodCheck check;
  GvtMethodRun run;
} GvtMethod;

/**
 * GvtCall:
 *
 * One method call, from its arrival to its reply. It cannot be changed from outside: what is
 * authorised is what runs.
 */
struct _GvtCall {
  const GvtCallContext *context;
  const GvtMethod *method;
  GDBusMethodInvocation *invocation;
  GVariant *parameters;
  guint32 uid;
  char *uuid;             /* of the vGPU it is about, or NULL */
  char *gpu;              /* chosen for it, once, or NULL */
  GPtrArray *transitions; /* of GvtTransition: what it would do */
  GPtrArray *actions;     /* of char: what it needs */
  GHashTable *details;    /* of char: what polkit gets to see */
  char *object;           /* what else it is about, for the journal, or NULL */
  gboolean planning;      /* whether it only says what it would do */
  gboolean raised;        /* whether it raised a memory-lock limit */
  GCancellable *cancellable;
  GVariant *reply; /* floating or NULL: what it returns */
  gint64 begun;    /* monotonic, microseconds */
};

/** gvt_call_begin_needs: the call needs nothing yet. */
void gvt_call_begin_needs (GvtCall *call);

/**
 * gvt_call_needs_no_more:
 * @actions: what was authorised
 * @details: what polkit was told then
 *
 * Returns: whether the call still needs at most that, for what was told; else %GVT_ERROR_CONFLICT
 */
gboolean
gvt_call_needs_no_more (GvtCall *call, GPtrArray *actions, GHashTable *details, GError **error);

/** gvt_call_require: adds a polkit action to those the call needs. */
void gvt_call_require (GvtCall *call, const char *action);

/** gvt_call_tell: adds a detail that polkit's dialog and rules get to see; @value is checked data. */
void gvt_call_tell (GvtCall *call, const char *key, const char *value);

/** gvt_call_get_options: Returns: (transfer full): the call's last argument */
GVariant *gvt_call_get_options (GvtCall *call);

/** gvt_call_get_vgpu: Returns: (transfer none): the vGPU whose object was called, or NOT_FOUND */
const GvtVgpu *gvt_call_get_vgpu (GvtCall *call, GError **error);

/**
 * gvt_call_return:
 * @reply: (transfer floating) (nullable): the out arguments as a tuple
 *
 * Ends the call well.
 */
void gvt_call_return (GvtCall *call, GVariant *reply);

/** gvt_call_fail: ends the call with @error, which it takes. */
void gvt_call_fail (GvtCall *call, GError *error);

/** gvt_call_run_transitions: a #GvtMethodRun: goes where the check said, and returns its reply. */
void gvt_call_run_transitions (GvtCall *call);

G_END_DECLS
