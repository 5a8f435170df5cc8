/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The last kernel under which the GPU offered vGPUs: the one writer of that note. Worker threads.
 * Its absence, or nonsense in it, means that nothing is known.
 */

#include "last-good.h"

#include <gio/gio.h>
#include <string.h>

#include "durable-file.h"
#include "scan.h"

#define NOTE "/var/lib/gvt-manager/last-good-kernel"
#define RELEASE_MAX 64 /* of utsname, with its NUL 65 */

gboolean
gvt_host_offers_types (const GvtHostFacts *host)
{
  for (guint i = 0; host->gpu != NULL && i < host->parents->len; i++) {
    const GvtParentInfo *parent = g_ptr_array_index (host->parents, i);

    if (g_str_equal (parent->name, host->gpu->address))
      return parent->types->len > 0;
  }
  return FALSE;
}

static gboolean
is_release (const char *text)
{
  return *text != '\0' && strlen (text) <= RELEASE_MAX &&
         strspn (text, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._+-~") == strlen (text);
}

char *
gvt_last_good_kernel (const GvtHostFacts *host)
{
  g_autofree char *text = gvt_root_read_text (host->root, NOTE, RELEASE_MAX + 1, NULL);

  return text != NULL && is_release (g_strchomp (text)) ? g_steal_pointer (&text) : NULL;
}

void
gvt_last_good_remember (GvtRoot *root)
{
  g_autoptr (GvtHostFacts) host = gvt_host_facts_read (root);
  g_autofree char *known = gvt_last_good_kernel (host);
  const GvtDurableFile note = { .path = NOTE, .temporary = NOTE ".new", .mode = 0600 };
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  if (!gvt_host_offers_types (host) || !is_release (host->release) ||
      g_strcmp0 (known, host->release) == 0)
    return;
  text = g_strconcat (host->release, "\n", NULL);
  if (!gvt_durable_write_text (root, &note, text, &error))
    g_message ("cannot note the kernel that has vGPUs: %s", error->message);
}

static void
remember_in_worker (GTask *task, gpointer source, gpointer root, GCancellable *cancellable)
{
  gvt_last_good_remember (root);
  g_task_return_boolean (task, TRUE);
}

void
gvt_last_good_remember_async (GvtRoot *root)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, NULL, NULL);

  g_task_set_source_tag (task, gvt_last_good_remember_async);
  g_task_set_task_data (task, gvt_root_ref (root), (GDestroyNotify) gvt_root_unref);
  g_task_run_in_thread (task, remember_in_worker);
}
