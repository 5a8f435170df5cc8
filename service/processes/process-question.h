/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "root.h"

G_BEGIN_DECLS

/** Both are datagrams of less than this. */
#define GVT_PROCESS_MESSAGE_MAX 16384

/**
 * GvtProcessVerb:
 * @GVT_PROCESS_HOLDER: which process has the node of IOMMU group `number` open?
 * @GVT_PROCESS_DAEMON: which is the libvirt daemon of `uid`, whose process `number` calls?
 * @GVT_PROCESS_RAISE: raise that daemon's memory-lock limit for the VM `domain`
 * @GVT_PROCESS_LOWER: the VM `domain` of `uid` needs its limit no more
 *
 * What takes power over other people's processes.
 */
typedef enum {
  GVT_PROCESS_HOLDER,
  GVT_PROCESS_DAEMON,
  GVT_PROCESS_RAISE,
  GVT_PROCESS_LOWER,
} GvtProcessVerb;

/**
 * GvtProcessQuestion:
 * @domain: a VM's UUID; may be %NULL for a verb that has none
 * @memory_kib: the VM's memory
 * @maximum: the most bytes that a limit is raised to
 */
typedef struct {
  GvtProcessVerb verb;
  gint32 number;
  guint32 uid;
  char *domain;
  guint64 memory_kib;
  guint64 maximum;
} GvtProcessQuestion;

/**
 * GvtProcessAnswer:
 * @pid: of the process, 0 if there is none
 * @started: when the daemon started
 * @uid: the holder's user, -1 if it is not known
 * @program: the name of the holder's program, printable
 * @vm: the name of the VM that it says it is, printable, or empty
 * @flag: of a holder: not all could be looked at; of a raise: the VM is one more
 */
typedef struct {
  gint32 pid;
  guint64 started;
  guint32 uid;
  char *program;
  char *vm;
  gboolean flag;
} GvtProcessAnswer;

void gvt_process_answer_free (GvtProcessAnswer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtProcessAnswer, gvt_process_answer_free)

/** gvt_process_question_pack: Returns: (transfer full): the bytes of a question */
GBytes *gvt_process_question_pack (const GvtProcessQuestion *question);

/**
 * gvt_process_question_unpack:
 * @question: (out): to be freed member by member
 *
 * Returns: whether @bytes are a question, whole and of known words only
 */
gboolean gvt_process_question_unpack (GBytes *bytes, GvtProcessQuestion *question);

/** gvt_process_answer_pack: Returns: (transfer full): the bytes of @answer, or of @error */
GBytes *gvt_process_answer_pack (const GvtProcessAnswer *answer, const GError *error);

/** gvt_process_answer_unpack: Returns: the answer, or %NULL with the error that it was */
GvtProcessAnswer *gvt_process_answer_unpack (GBytes *bytes, GError **error);

G_END_DECLS
