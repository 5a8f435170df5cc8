/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "gvt-error.h"

G_BEGIN_DECLS

/** GvtRefusal: why a call is not taken; its text is the caller's to read. Lives for ever. */
typedef struct {
  GvtError code;
  const char *text;
} GvtRefusal;

/**
 * GvtHeldAnswers:
 *
 * Answers that wait until the bus has read those that are for others.
 */
typedef struct _GvtHeldAnswers GvtHeldAnswers;

/**
 * gvt_held_answers_new:
 * @connection: where answers are sent; its socket's send buffer becomes small
 *
 * Returns: (transfer full): to be freed by gvt_held_answers_free()
 */
GvtHeldAnswers *gvt_held_answers_new (GDBusConnection *connection);

void gvt_held_answers_free (GvtHeldAnswers *self);

/**
 * gvt_held_answers_add:
 * @answer: about to be sent
 *
 * It is sent later. Any thread.
 */
void gvt_held_answers_add (GvtHeldAnswers *self, GDBusMessage *answer);

/**
 * gvt_held_answers_add_refusal:
 *
 * Has @call refused, when the bus keeps up. Any thread.
 *
 * Returns: whether there will be an answer; there is none for who wants none, nor when far more wait
 * for one than the bus lets a user have
 */
gboolean gvt_held_answers_add_refusal (GvtHeldAnswers *self,
                                       GDBusMessage *call,
                                       const GvtRefusal *refusal);

/**
 * gvt_held_answers_let_out:
 * @answer: about to be sent
 *
 * To be called for every answer. Any thread.
 *
 * Returns: whether it was held, and its time has come
 */
gboolean gvt_held_answers_let_out (GvtHeldAnswers *self, GDBusMessage *answer);

/** gvt_held_answers_are_due: whether the bus has read all but a few of the last answers. Any thread. */
gboolean gvt_held_answers_are_due (GvtHeldAnswers *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtHeldAnswers, gvt_held_answers_free)

G_END_DECLS
