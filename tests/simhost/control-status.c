/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What reading the control file says. One thread; changes nothing.
 */
#include "control.h"

#include "vgpu.h"

static void
describe_stats (const SimStats *stats, GString *text)
{
  const struct {
    const char *key;
    guint64 value;
  } lines[] = {
    { "writes create", stats->creates },        { "writes remove", stats->removes },
    { "writes other", stats->other_writes },    { "failed create", stats->failed_creates },
    { "failed remove", stats->failed_removes }, { "reads", stats->reads },
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (lines); i++)
    g_string_append_printf (text, "%s %" G_GUINT64_FORMAT "\n", lines[i].key, lines[i].value);
}

static void
describe_vgpu (const SimVgpu *vgpu, GString *text)
{
  g_string_append_printf (text,
                          "vgpu %s %s %s group %d %s",
                          vgpu->uuid,
                          vgpu->parent->name,
                          vgpu->type->type->id,
                          vgpu->group,
                          vgpu->removing ? "removing" : "active");
  if (vgpu->remover != NULL)
    g_string_append_printf (text, " by %d", (int) vgpu->remover->pid);
  if (vgpu->holder != 0)
    g_string_append_printf (text, " held by %d", (int) vgpu->holder);
  g_string_append_c (text, '\n');
}

char *
sim_control_status (SimHost *host)
{
  g_autoptr (GString) text = g_string_new (NULL);
  GHashTableIter iter;
  gpointer vgpu;
  guint i;

  describe_stats (&host->stats, text);
  g_string_append_printf (text, "waiting create %u\n", host->waiting.length);
  sim_faults_describe (host->faults, text);
  for (i = 0; i < host->parents->len; i++) {
    SimParent *parent = host->parents->pdata[i];

    g_string_append_printf (text,
                            "parent %s %s\n",
                            parent->name,
                            parent->registered ? "registered" : "unregistered");
  }
  g_string_append_printf (text, "vgpus %u\n", g_hash_table_size (host->vgpus));
  g_hash_table_iter_init (&iter, host->vgpus);
  while (g_hash_table_iter_next (&iter, NULL, &vgpu))
    describe_vgpu (vgpu, text);
  return g_string_free (g_steal_pointer (&text), FALSE);
}
