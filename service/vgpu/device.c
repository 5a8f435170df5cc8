/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Making and removing mediated devices: the only two writes to sysfs there are. Worker threads only.
 */

#include "device.h"

#include <errno.h>

#include "gvt-error.h"
#include "holders.h"
#include "mdev-error.h"
#include "scan.h"
#include "sysfs.h"

#define MDEV_DEVICES "/sys/bus/mdev/devices"

/* How long another's making of the same device may take: some ten milliseconds as a rule. */
#define OTHER_PATIENCE_MS 2000
#define OTHER_POLL_MS 5

static char *
locate_type (const char *parent, const char *type, const char *attribute)
{
  return g_build_filename ("/sys/class/mdev_bus",
                           parent,
                           "mdev_supported_types",
                           type,
                           attribute,
                           NULL);
}

static int
write_remove (GvtRoot *root, const char *uuid)
{
  g_autofree char *path = g_build_filename (MDEV_DEVICES, uuid, "remove", NULL);

  return gvt_sysfs_write (root, path, "1", -1, NULL, NULL, NULL);
}

void
gvt_device_remove_again (GvtRoot *root, const GvtDeviceInfo *device)
{
  int error_number = write_remove (root, device->uuid);

  if (error_number != 0 && error_number != ENOENT && error_number != ENODEV)
    g_message ("vGPU %s: cannot take back its creation: %s",
               device->uuid,
               g_strerror (error_number));
}

/* Whether what the kernel shows is what was asked for. */
static gboolean
is_as_wanted (const GvtDeviceInfo *device, const char *parent, const char *type)
{
  return device != NULL && g_str_equal (device->parent, parent) && g_str_equal (device->type, type);
}

static GvtDeviceInfo *
confirm (GvtRoot *root, const char *uuid, const char *parent, const char *type, GError **error)
{
  g_autoptr (GvtDeviceInfo) device = gvt_scan_device (root, uuid);

  if (is_as_wanted (device, parent, type))
    return g_steal_pointer (&device);
  if (device == NULL)
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_FAILED,
                 "the kernel took the request for vGPU %s on %s but shows no such device",
                 uuid,
                 parent);
  else
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_FAILED,
                 "the kernel made vGPU %s as a %s on %s instead of a %s on %s",
                 uuid,
                 device->type,
                 device->parent,
                 type,
                 parent);
  write_remove (root, uuid);
  return NULL;
}

/* A device that nobody waits for any more. */
typedef struct {
  GvtRoot *root;
  char *uuid;
} Late;

static Late *
late_new (GvtRoot *root, const char *uuid)
{
  Late *self = g_new0 (Late, 1);

  self->root = gvt_root_ref (root);
  self->uuid = g_strdup (uuid);
  return self;
}

static void
late_free (Late *self)
{
  gvt_root_unref (self->root);
  g_free (self->uuid);
  g_free (self);
}

/* UUIDs of devices that are to go as soon as they come. */
static GMutex unwanted_lock;
static GHashTable *unwanted;

static void
note_unwanted (const char *uuid, gboolean is_so)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&unwanted_lock);

  if (unwanted == NULL)
    unwanted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (is_so)
    g_hash_table_add (unwanted, g_strdup (uuid));
  else
    g_hash_table_remove (unwanted, uuid);
}

gboolean
gvt_device_check_wanted (const char *uuid, const char *parent, GError **error)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&unwanted_lock);

  if (unwanted == NULL || !g_hash_table_contains (unwanted, uuid))
    return TRUE;
  g_propagate_error (error, gvt_mdev_create_error (ETIMEDOUT, uuid, parent, ""));
  return FALSE;
}

static void
remove_late_in_worker (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const Late *late = task_data;
  g_autoptr (GvtDeviceInfo) device = gvt_scan_device (late->root, late->uuid);
  g_autoptr (GError) error = NULL;

  if (device != NULL && gvt_device_remove (late->root, device, &error))
    g_message ("vGPU %s: made when nobody waited for it any more; removed it", late->uuid);
  else if (device != NULL)
    g_message ("vGPU %s: made when nobody waited for it any more, and it stays: %s",
               late->uuid,
               error->message);
  note_unwanted (late->uuid, FALSE);
  g_task_return_boolean (task, TRUE);
}

/* It is ours: whoever else made one of that UUID would have had this write fail. Main loop. */
static void
on_made_late (int error_number, gpointer user_data)
{
  const Late *late = user_data;
  g_autoptr (GTask) task = NULL;

  if (error_number != 0) {
    note_unwanted (late->uuid, FALSE);
    return;
  }
  task = g_task_new (NULL, NULL, NULL, NULL);
  g_task_set_source_tag (task, on_made_late);
  g_task_set_task_data (task, late_new (late->root, late->uuid), (GDestroyNotify) late_free);
  g_task_run_in_thread (task, remove_late_in_worker);
}

/* Noted before, since the main loop may hear of its end before we hear of the deadline. */
static int
write_create (GvtRoot *root, const GvtDeviceRequest *request)
{
  g_autofree char *path = locate_type (request->parent, request->type, "create");
  int error_number;

  if (!request->may_be_late)
    note_unwanted (request->uuid, TRUE);
  error_number = gvt_sysfs_write (root,
                                  path,
                                  request->uuid,
                                  request->held,
                                  request->may_be_late ? NULL : on_made_late,
                                  late_new (root, request->uuid),
                                  (GDestroyNotify) late_free);
  if (!request->may_be_late && error_number != ETIMEDOUT)
    note_unwanted (request->uuid, FALSE);
  return error_number;
}

/* The kernel refuses a UUID as soon as somebody else's request for it begins (mdev_core.c,
 * mdev_device_create), and shows the whole device only when that is done. */
static GvtDeviceInfo *
await_other (GvtRoot *root, const char *uuid)
{
  gint64 deadline = g_get_monotonic_time () + OTHER_PATIENCE_MS * G_TIME_SPAN_MILLISECOND;
  GvtDeviceInfo *device;

  while ((device = gvt_scan_device (root, uuid)) == NULL && g_get_monotonic_time () < deadline)
    g_usleep (OTHER_POLL_MS * 1000);
  return device;
}

/* Of a UUID that is taken while no device shows: another UUID would be no way out. */
static GError *
taken_for_now_error (GvtRoot *root, const GvtDeviceRequest *request)
{
  g_autoptr (GvtDeviceInfo) going = gvt_scan_removing (root, request->parent, request->uuid);

  return going != NULL
             ? gvt_mdev_remove_error (EBUSY, request->uuid)
             : gvt_mdev_create_error (ETIMEDOUT, request->uuid, request->parent, request->type);
}

/* Where there is no such attribute the write will tell. And where somebody else may be making the same
 * device, the write alone can: kernels take room for a device before they show it, and say that the
 * UUID is taken before they look for room (mdev_core.c, mdev_device_create). */
static gboolean
says_zero (GvtRoot *root, const char *attribute)
{
  g_autofree char *text = gvt_sysfs_read (root, attribute);

  return g_strcmp0 (text, "0") == 0;
}

GvtDeviceInfo *
gvt_device_create (GvtRoot *root,
                   const GvtDeviceRequest *request,
                   GvtMaking *making,
                   GError **error)
{
  const char *uuid = request->uuid;
  const char *parent = request->parent;
  const char *type = request->type;
  g_autofree char *available = locate_type (parent, type, "available_instances");
  g_autoptr (GvtDeviceInfo) existing = gvt_scan_device (root, uuid);
  int error_number;

  *making = GVT_MAKING_NONE;
  if (existing != NULL && request->may_exist && is_as_wanted (existing, parent, type))
    return g_steal_pointer (&existing);
  if (existing == NULL && !request->may_exist && says_zero (root, available)) {
    g_propagate_error (error, gvt_mdev_no_room_error (parent, type));
    return NULL;
  }
  error_number = existing != NULL ? EEXIST : write_create (root, request);
  if (error_number == 0) {
    *making = GVT_MAKING_DONE;
    return confirm (root, uuid, parent, type, error);
  }
  if (error_number == ETIMEDOUT)
    *making = GVT_MAKING_PENDING;
  if (error_number == EEXIST && request->may_exist && existing == NULL) {
    existing = await_other (root, uuid);
    if (is_as_wanted (existing, parent, type))
      return g_steal_pointer (&existing);
    if (existing == NULL) {
      g_propagate_error (error, taken_for_now_error (root, request));
      return NULL;
    }
  }
  g_propagate_error (error, gvt_mdev_create_error (error_number, uuid, parent, type));
  return NULL;
}

gboolean
gvt_device_check_free (GvtRoot *root, const GvtDeviceInfo *device, GError **error)
{
  g_autofree char *holder = gvt_holder_find (root, device->group, NULL);

  if (holder == NULL)
    return TRUE;
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_BUSY,
               "vGPU %s is in use by %s; shut that down first",
               device->uuid,
               holder);
  return FALSE;
}

gboolean
gvt_device_remove (GvtRoot *root, const GvtDeviceInfo *device, GError **error)
{
  int error_number;

  if (!gvt_device_check_free (root, device, error))
    return FALSE;
  error_number = write_remove (root, device->uuid);
  /* ENOENT and ENODEV: somebody else was faster. */
  if (error_number == 0 || error_number == ENOENT || error_number == ENODEV)
    return TRUE;
  g_propagate_error (error, gvt_mdev_remove_error (error_number, device->uuid));
  return FALSE;
}
