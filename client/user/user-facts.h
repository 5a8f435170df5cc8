/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client.h"
#include "libvirt-survey.h"

G_BEGIN_DECLS

/**
 * GvtUserFacts:
 * @uri: the libvirt that is meant
 * @session: whether that is the user's own
 * @kvm_exists: whether /dev/kvm is there
 * @kvm_open: whether the user may use it
 * @survey: (nullable): what that libvirt is
 * @refusal: (nullable): why there is no @survey
 * @daemon: the user's libvirt daemon; 0 if none runs
 * @daemon_started: when it started, in seconds since 1970
 * @daemon_limit: its hard limit of locked memory in bytes; %G_MAXUINT64 for none
 * @hook_installed: whether the user can run the hook; when it got there is @hook_changed
 * @hook_changed: in seconds since 1970
 * @memory: of the machine, in bytes
 *
 * What the user's own eyes see.
 */
typedef struct {
  const char *user;
  const char *uri;
  gboolean session;
  gboolean kvm_exists;
  gboolean kvm_open;
  GvtLibvirtSurvey *survey;
  char *refusal;
  int daemon;
  gint64 daemon_started;
  guint64 daemon_limit;
  gboolean hook_installed;
  gint64 hook_changed;
  guint64 memory;
} GvtUserFacts;

/** gvt_user_facts_read: Returns: (transfer full): what is there now. Blocks. */
GvtUserFacts *gvt_user_facts_read (const GvtClient *client);

void gvt_user_facts_free (GvtUserFacts *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtUserFacts, gvt_user_facts_free)

G_END_DECLS
