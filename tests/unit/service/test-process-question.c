/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the service and its process helper say to each other, and what neither takes for it. */

#include "gvt-error.h"
#include "memory-lock.h"
#include "process-question.h"

#define VM "5f1b7a52-34b1-4b5c-8f7e-0d3c5a1b2c3d"

static GvtProcessQuestion
a_question (void)
{
  return (GvtProcessQuestion){
    .verb = GVT_PROCESS_RAISE,
    .number = 4242,
    .uid = 4000000000,
    .domain = (char *) VM,
    .memory_kib = 1024,
    .maximum = G_MAXUINT64,
  };
}

static void
test_question (void)
{
  GvtProcessQuestion question = a_question ();
  GvtProcessQuestion read = { 0 };
  g_autoptr (GBytes) bytes = gvt_process_question_pack (&question);

  g_assert_true (gvt_process_question_unpack (bytes, &read));
  g_assert_cmpint (read.verb, ==, GVT_PROCESS_RAISE);
  g_assert_cmpint (read.number, ==, 4242);
  g_assert_cmpuint (read.uid, ==, 4000000000);
  g_assert_cmpstr (read.domain, ==, VM);
  g_assert_cmpuint (read.memory_kib, ==, 1024);
  g_assert_cmpuint (read.maximum, ==, G_MAXUINT64);
  g_free (read.domain);
}

static void
check_refused (GvtProcessQuestion question)
{
  GvtProcessQuestion read = { 0 };
  g_autoptr (GBytes) bytes = gvt_process_question_pack (&question);

  g_assert_false (gvt_process_question_unpack (bytes, &read));
  g_assert_null (read.domain);
}

static void
test_no_question (void)
{
  GvtProcessQuestion question = a_question ();

  question.verb = GVT_PROCESS_LOWER + 1;
  check_refused (question);
  question = a_question ();
  question.number = -1;
  check_refused (question);
  question = a_question ();
  question.domain = (char *) "../" VM;
  check_refused (question);
  question = a_question ();
  question.memory_kib = GVT_MEMORY_KIB_MAX + 1;
  check_refused (question);
}

/* Every length that is not the right one, and every byte another. */
static void
test_noise (void)
{
  GvtProcessQuestion question = a_question ();
  g_autoptr (GBytes) bytes = gvt_process_question_pack (&question);
  gsize size = g_bytes_get_size (bytes);

  for (gsize length = 0; length < size; length++) {
    g_autoptr (GBytes) part = g_bytes_new_from_bytes (bytes, 0, length);
    GvtProcessQuestion read = { 0 };

    g_assert_false (gvt_process_question_unpack (part, &read));
  }
  for (gsize at = 0; at < size; at++) {
    g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (bytes, NULL), size);
    g_autoptr (GBytes) changed = NULL;
    g_autoptr (GvtProcessAnswer) answer = NULL;
    GvtProcessQuestion read = { 0 };

    copy[at] ^= 0xff;
    changed = g_bytes_new (copy, size);
    if (gvt_process_question_unpack (changed, &read))
      g_assert_cmpuint (read.memory_kib, <=, GVT_MEMORY_KIB_MAX);
    g_free (read.domain);
    answer = gvt_process_answer_unpack (changed, NULL);
  }
}

static void
test_answer (void)
{
  GvtProcessAnswer given = {
    .pid = 7,
    .started = 9,
    .uid = 4001,
    .program = (char *) "qemu",
    .vm = (char *) "win10",
    .flag = TRUE,
  };
  g_autoptr (GBytes) bytes = gvt_process_answer_pack (&given, NULL);
  g_autoptr (GvtProcessAnswer) read = gvt_process_answer_unpack (bytes, NULL);

  g_assert_nonnull (read);
  g_assert_cmpint (read->pid, ==, 7);
  g_assert_cmpuint (read->started, ==, 9);
  g_assert_cmpuint (read->uid, ==, 4001);
  g_assert_cmpstr (read->program, ==, "qemu");
  g_assert_cmpstr (read->vm, ==, "win10");
  g_assert_true (read->flag);
}

static void
test_error (void)
{
  g_autoptr (GError) given = g_error_new (GVT_ERROR, GVT_ERROR_LIMIT_EXCEEDED, "too much");
  g_autoptr (GBytes) bytes = gvt_process_answer_pack (NULL, given);
  g_autoptr (GError) error = NULL;

  g_assert_null (gvt_process_answer_unpack (bytes, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_LIMIT_EXCEEDED);
  g_assert_cmpstr (error->message, ==, "too much");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/process-question/question", test_question);
  g_test_add_func ("/process-question/no-question", test_no_question);
  g_test_add_func ("/process-question/noise", test_noise);
  g_test_add_func ("/process-question/answer", test_answer);
  g_test_add_func ("/process-question/error", test_error);
  return g_test_run ();
}
