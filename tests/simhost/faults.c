/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of what is to go wrong, by attribute name. Pure, one thread. It decides nothing
 * about how a fault looks; it only counts uses and says when.
 */
#include "faults.h"

#include <errno.h>
#include <string.h>

typedef struct {
  guint nth;
  int error;
  guint delay;
  SimBlock block;
} Rule;

SimFaults *
sim_faults_new (void)
{
  SimFaults *faults = g_new0 (SimFaults, 1);

  faults->rules = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return faults;
}

void
sim_faults_clear (SimFaults *faults)
{
  g_hash_table_remove_all (faults->rules);
  faults->node = SIM_NODE_DEVICE;
  faults->node_delay = 0;
  faults->no_group = FALSE;
  g_clear_pointer (&faults->wrong_type, g_free);
  g_clear_pointer (&faults->wrong_parent, g_free);
}

void
sim_faults_free (SimFaults *faults)
{
  sim_faults_clear (faults);
  g_hash_table_unref (faults->rules);
  g_free (faults);
}

static Rule *
rule_for (SimFaults *faults, const char *attribute)
{
  Rule *rule = g_hash_table_lookup (faults->rules, attribute);

  if (rule == NULL) {
    rule = g_new0 (Rule, 1);
    g_hash_table_insert (faults->rules, g_strdup (attribute), rule);
  }
  return rule;
}

void
sim_faults_set_error (SimFaults *faults, const char *attribute, guint nth, int error)
{
  Rule *rule = rule_for (faults, attribute);

  rule->nth = nth;
  rule->error = error;
}

void
sim_faults_set_delay (SimFaults *faults, const char *attribute, guint milliseconds)
{
  rule_for (faults, attribute)->delay = milliseconds;
}

void
sim_faults_set_block (SimFaults *faults, const char *attribute, SimBlock block)
{
  rule_for (faults, attribute)->block = block;
}

int
sim_faults_use (SimFaults *faults, const char *attribute)
{
  Rule *rule = g_hash_table_lookup (faults->rules, attribute);
  int error;

  if (rule == NULL || rule->error == 0)
    return 0;
  if (rule->nth == SIM_FAULT_EVERY)
    return rule->error;
  if (--rule->nth > 0)
    return 0;

  error = rule->error;
  rule->error = 0;
  return error;
}

guint
sim_faults_delay (SimFaults *faults, const char *attribute)
{
  const Rule *rule = g_hash_table_lookup (faults->rules, attribute);

  return rule != NULL ? rule->delay : 0;
}

SimBlock
sim_faults_block (SimFaults *faults, const char *attribute)
{
  const Rule *rule = g_hash_table_lookup (faults->rules, attribute);

  return rule != NULL ? rule->block : SIM_BLOCK_NONE;
}

static void
describe_rule (const char *attribute, const Rule *rule, GString *text)
{
  if (rule->error != 0 && rule->nth == SIM_FAULT_EVERY)
    g_string_append_printf (text,
                            "fault fail %s every %s\n",
                            attribute,
                            strerrorname_np (rule->error));
  else if (rule->error != 0)
    g_string_append_printf (text,
                            "fault fail %s %u %s\n",
                            attribute,
                            rule->nth,
                            strerrorname_np (rule->error));
  if (rule->delay != 0)
    g_string_append_printf (text, "fault slow %s %u\n", attribute, rule->delay);
  if (rule->block != SIM_BLOCK_NONE)
    g_string_append_printf (text,
                            "fault block %s%s\n",
                            attribute,
                            rule->block == SIM_BLOCK_HARD ? " hard" : "");
}

void
sim_faults_describe (SimFaults *faults, GString *text)
{
  GHashTableIter iter;
  gpointer attribute;
  gpointer rule;

  g_hash_table_iter_init (&iter, faults->rules);
  while (g_hash_table_iter_next (&iter, &attribute, &rule))
    describe_rule (attribute, rule, text);

  if (faults->node != SIM_NODE_DEVICE || faults->node_delay > 0)
    g_string_append_printf (text,
                            "fault node %s %u\n",
                            sim_node_shapes[faults->node],
                            faults->node_delay);
  if (faults->no_group)
    g_string_append (text, "fault group none\n");
  if (faults->wrong_type != NULL)
    g_string_append_printf (text, "fault misplace type %s\n", faults->wrong_type);
  if (faults->wrong_parent != NULL)
    g_string_append_printf (text, "fault misplace parent %s\n", faults->wrong_parent);
}
