/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * FakePolkit:
 * @answer: what it answers: `yes`, `no`, `challenge`, `dismissed`, `error`, or `later`
 * @questions: what it was asked: subject, action, details and flags as GVariant prints them, a line
 *   each
 *
 * A system bus with nothing on it but what answers as polkit does.
 */
typedef struct {
  GTestDBus *bus;
  GDBusConnection *connection;
  const char *answer;
  GString *questions;
  GDBusMethodInvocation *pending;
} FakePolkit;

/** fake_polkit_new: makes its bus this process's system bus, which is to have none yet. */
FakePolkit *fake_polkit_new (const char *answer);

/** fake_polkit_say_yes: to the question that it meant to answer later. */
void fake_polkit_say_yes (FakePolkit *self);

/** fake_polkit_is_asked: a #Condition: whether there was a question */
gboolean fake_polkit_is_asked (gpointer self);

void fake_polkit_free (FakePolkit *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakePolkit, fake_polkit_free)

G_END_DECLS
