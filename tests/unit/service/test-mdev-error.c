/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The errno table: what the kernel says becomes what a caller can do.
 */

#include "mdev-error.h"

#include <errno.h>
#include <string.h>

#include "gvt-error.h"

#define UUID "c0ffee00-0000-4000-8000-000000000001"
#define PARENT "0000:00:02.0"
#define TYPE "i915-GVTg_V5_4"

typedef struct {
  int error_number;
  GvtError code;
} Row;

static const Row create_rows[] = {
  { ENOSPC, GVT_ERROR_NO_CAPACITY },    { EUSERS, GVT_ERROR_NO_CAPACITY },
  { EEXIST, GVT_ERROR_ALREADY_EXISTS }, { ENOENT, GVT_ERROR_NOT_FOUND },
  { ENODEV, GVT_ERROR_NOT_FOUND },      { ETIMEDOUT, GVT_ERROR_BUSY },
  { EAGAIN, GVT_ERROR_BUSY },           { EINVAL, GVT_ERROR_FAILED },
  { EACCES, GVT_ERROR_FAILED },         { EIO, GVT_ERROR_FAILED },
  { EROFS, GVT_ERROR_FAILED },          { ENOMEM, GVT_ERROR_FAILED },
  { EINTR, GVT_ERROR_FAILED },
};

static const Row remove_rows[] = {
  { ETIMEDOUT, GVT_ERROR_BUSY }, { EBUSY, GVT_ERROR_BUSY },    { EAGAIN, GVT_ERROR_BUSY },
  { EINVAL, GVT_ERROR_FAILED },  { EACCES, GVT_ERROR_FAILED }, { EIO, GVT_ERROR_FAILED },
  { EROFS, GVT_ERROR_FAILED },
};

static void
test_create (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (create_rows); i++) {
    g_autoptr (GError) error =
        gvt_mdev_create_error (create_rows[i].error_number, UUID, PARENT, TYPE);

    g_assert_error (error, GVT_ERROR, (int) create_rows[i].code);
    g_assert_true (strstr (error->message, UUID) != NULL ||
                   strstr (error->message, PARENT) != NULL);
  }
}

static void
test_remove (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (remove_rows); i++) {
    g_autoptr (GError) error = gvt_mdev_remove_error (remove_rows[i].error_number, UUID);

    g_assert_error (error, GVT_ERROR, (int) remove_rows[i].code);
    g_assert_nonnull (strstr (error->message, UUID));
  }
}

/* What the kernel said is in the message where we know no better. */
static void
test_says_why (void)
{
  g_autoptr (GError) create = gvt_mdev_create_error (EIO, UUID, PARENT, TYPE);
  g_autoptr (GError) remove = gvt_mdev_remove_error (EROFS, UUID);

  g_assert_nonnull (strstr (create->message, g_strerror (EIO)));
  g_assert_nonnull (strstr (remove->message, g_strerror (EROFS)));
}

static void
test_no_room (void)
{
  g_autoptr (GError) error = gvt_mdev_no_room_error (PARENT, TYPE);

  g_assert_error (error, GVT_ERROR, GVT_ERROR_NO_CAPACITY);
  g_assert_nonnull (strstr (error->message, TYPE));
  g_assert_nonnull (strstr (error->message, PARENT));
  g_assert_nonnull (strstr (error->message, "gvt-client"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mdev-error/create", test_create);
  g_test_add_func ("/mdev-error/remove", test_remove);
  g_test_add_func ("/mdev-error/says-why", test_says_why);
  g_test_add_func ("/mdev-error/no-room", test_no_room);
  return g_test_run ();
}
