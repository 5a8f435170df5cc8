/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The commands of the control file: one table, one row and one function per command. One thread.
 * A command only changes the host's state or its table of faults; waiting is never done here.
 */
#include "control.h"

#include "control-value.h"
#include "gate.h"
#include "group.h"
#include "vgpu.h"

#include <errno.h>
#include <string.h>

/* Process ids of holders that are not given one count from here. */
#define FIRST_PID 4242

typedef int (*Run) (SimHost *host, char **arguments, GError **error);

typedef struct {
  const char *name;
  guint least;
  guint most;
  Run run;
  const char *usage;
  const char *purpose;
} Command;

static int
run_fail (SimHost *host, char **arguments, GError **error)
{
  guint nth = SIM_FAULT_EVERY;
  guint number = 0;

  if (g_str_equal (arguments[1], "off")) {
    sim_faults_set_error (host->faults, arguments[0], 0, 0);
    return 0;
  }
  if (arguments[2] == NULL || !sim_control_read_errno (arguments[2], &number))
    return EINVAL;
  if (!g_str_equal (arguments[1], "every") &&
      (!sim_control_read_number (arguments[1], &nth) || nth == 0))
    return EINVAL;
  sim_faults_set_error (host->faults, arguments[0], nth, number);
  return 0;
}

static int
run_slow (SimHost *host, char **arguments, GError **error)
{
  guint delay;

  if (!sim_control_read_number (arguments[1], &delay))
    return EINVAL;
  sim_faults_set_delay (host->faults, arguments[0], delay);
  return 0;
}

static int
run_block (SimHost *host, char **arguments, GError **error)
{
  gboolean hard = g_strcmp0 (arguments[1], "hard") == 0;

  if (arguments[1] != NULL && !hard)
    return EINVAL;
  sim_faults_set_block (host->faults, arguments[0], hard ? SIM_BLOCK_HARD : SIM_BLOCK_KILLABLE);
  return 0;
}

static int
run_unblock (SimHost *host, char **arguments, GError **error)
{
  static const char *const both[] = { "create", "remove", NULL };
  const char *const one[] = { arguments[0], NULL };
  const char *const *name;

  for (name = arguments[0] != NULL ? one : both; *name != NULL; name++) {
    sim_faults_set_block (host->faults, *name, SIM_BLOCK_NONE);
    sim_gate_release (host, *name);
  }
  return 0;
}

static int
run_clear (SimHost *host, char **arguments, GError **error)
{
  sim_faults_clear (host->faults);
  sim_gate_release (host, "create");
  sim_gate_release (host, "remove");
  return 0;
}

static int
run_node (SimHost *host, char **arguments, GError **error)
{
  guint delay = 0;
  guint shape;

  for (shape = 0; sim_node_shapes[shape] != NULL; shape++) {
    if (g_str_equal (arguments[0], sim_node_shapes[shape]))
      break;
  }
  if (sim_node_shapes[shape] == NULL ||
      (arguments[1] != NULL && !sim_control_read_number (arguments[1], &delay)))
    return EINVAL;
  host->faults->node = shape;
  host->faults->node_delay = delay;
  return 0;
}

static int
run_group (SimHost *host, char **arguments, GError **error)
{
  gboolean none = g_str_equal (arguments[0], "none");

  if (!none && !g_str_equal (arguments[0], "normal"))
    return EINVAL;
  host->faults->no_group = none;
  return 0;
}

static int
run_misplace (SimHost *host, char **arguments, GError **error)
{
  SimFaults *faults = host->faults;
  gboolean type = g_str_equal (arguments[0], "type");
  char **what = type ? &faults->wrong_type : &faults->wrong_parent;

  if (!type && !g_str_equal (arguments[0], "parent"))
    return EINVAL;
  g_free (*what);
  *what = g_strdup (arguments[1]);
  return 0;
}

static int
run_hold (SimHost *host, char **arguments, GError **error)
{
  SimVgpu *vgpu = sim_vgpu_find (host, arguments[0]);
  guint pid = FIRST_PID;
  guint uid = 1000;
  const char *comm = "qemu-system-x86";

  if (vgpu == NULL || vgpu->group < 0)
    return ENOENT;
  if (arguments[1] != NULL && (!sim_control_read_number (arguments[1], &pid) || pid == 0))
    return EINVAL;
  if (arguments[1] != NULL && arguments[2] != NULL) {
    if (!sim_control_read_number (arguments[2], &uid))
      return EINVAL;
    comm = arguments[3] != NULL ? arguments[3] : comm;
  }
  /* A second open of a group node fails so, also while the vGPU's removal waits. */
  if (sim_vgpu_is_busy (vgpu))
    return EBUSY;
  while (arguments[1] == NULL && sim_proc_has (host->proc, pid))
    pid++;
  if (sim_proc_has (host->proc, pid))
    return EEXIST;
  if (!sim_proc_add_holder (host->proc, pid, uid, comm, vgpu->uuid, vgpu->group, error))
    return EIO;
  vgpu->holder = pid;
  return 0;
}

static int
run_unhold (SimHost *host, char **arguments, GError **error)
{
  SimVgpu *vgpu = sim_vgpu_find (host, arguments[0]);

  if (vgpu == NULL || vgpu->holder == 0)
    return ENOENT;
  sim_proc_remove_holder (host->proc, vgpu->holder);
  vgpu->holder = 0;
  sim_vgpu_try_finish_removal (vgpu);
  return 0;
}

static int
run_register (SimHost *host, char **arguments, GError **error)
{
  SimParent *parent = sim_parent_find (host, arguments[0]);

  return parent != NULL ? sim_parent_register (parent) : ENOENT;
}

static int
run_unregister (SimHost *host, char **arguments, GError **error)
{
  SimParent *parent = sim_parent_find (host, arguments[0]);

  return parent != NULL ? sim_parent_unregister (parent) : ENOENT;
}

static SimNode *
pci_device (SimHost *host, const char *address)
{
  g_autofree char *path = g_strdup_printf ("bus/pci/devices/%s", address);
  SimNode *link = sim_node_find (host->sys, path);
  g_autofree char *target = NULL;

  if (link == NULL || link->kind != SIM_NODE_LINK)
    return NULL;
  target = g_strdup (link->text + strlen ("../../../"));
  return sim_node_find (host->sys, target);
}

static int
run_join (SimHost *host, char **arguments, GError **error)
{
  SimVgpu *vgpu = sim_vgpu_find (host, arguments[0]);
  SimNode *device = pci_device (host, arguments[1]);

  if (vgpu == NULL || vgpu->group < 0 || device == NULL)
    return ENOENT;
  sim_node_add_link (sim_node_child (sim_group_dir (host, vgpu->group), "devices"),
                     arguments[1],
                     device);
  return 0;
}

static int
run_regroup (SimHost *host, char **arguments, GError **error)
{
  SimVgpu *vgpu = sim_vgpu_find (host, arguments[0]);
  SimNode *group = NULL;
  guint number;

  if (!sim_control_read_number (arguments[1], &number))
    return EINVAL;
  group = sim_group_dir (host, number);
  if (vgpu == NULL || group == NULL)
    return ENOENT;
  sim_node_add_link (vgpu->dir, "iommu_group", group);
  return 0;
}

static int
run_set (SimHost *host, char **arguments, GError **error)
{
  g_autofree char *dir_path = g_path_get_dirname (arguments[0]);
  g_autofree char *name = g_path_get_basename (arguments[0]);
  g_autofree char *text = g_strcompress (arguments[1]);
  SimNode *dir = sim_node_find (host->sys, dir_path);

  if (dir == NULL || dir->kind != SIM_NODE_DIR)
    return ENOENT;
  sim_node_add_text (dir, name, text);
  return 0;
}

static int
run_delete (SimHost *host, char **arguments, GError **error)
{
  SimNode *node = sim_node_find (host->sys, arguments[0]);

  if (node == NULL || node->kind == SIM_NODE_DIR)
    return ENOENT;
  sim_node_remove (node);
  return 0;
}

static int
run_reset_stats (SimHost *host, char **arguments, GError **error)
{
  memset (&host->stats, 0, sizeof host->stats);
  return 0;
}

static const Command commands[] = {
  { "fail",
    2,
    3,
    run_fail,
    "ATTRIBUTE N|every|off [ERRNO]",
    "the N-th write (create, remove) or read (any other) from now fails" },
  { "slow",
    2,
    2,
    run_slow,
    "ATTRIBUTE MS",
    "each write or read takes this much longer; 0: no more" },
  { "block",
    1,
    2,
    run_block,
    "create|remove [hard]",
    "writes wait; a signal ends the wait, not so with hard" },
  { "unblock", 0, 1, run_unblock, "[create|remove]", "lets what waits go on" },
  { "clear", 0, 0, run_clear, "", "forgets all faults, lets what waits go on" },
  { "node",
    1,
    2,
    run_node,
    "device|none|symlink|plain|other [MS]",
    "what appears as /dev/vfio/N, MS after a create" },
  { "group", 1, 1, run_group, "normal|none", "none: vGPUs are created without an IOMMU group" },
  { "misplace",
    2,
    2,
    run_misplace,
    "type|parent NAME",
    "the next vGPU reads back as of another type or parent" },
  { "hold", 1, 4, run_hold, "UUID [PID [UID [COMM]]]", "a process has the vGPU's node open" },
  { "unhold", 1, 1, run_unhold, "UUID", "it closes the node" },
  { "register", 1, 1, run_register, "PARENT", "the parent comes back" },
  { "unregister", 1, 1, run_unregister, "PARENT", "the parent goes, and its vGPUs with it" },
  { "join", 2, 2, run_join, "UUID PCI-ADDRESS", "puts a physical device in the vGPU's group" },
  { "regroup", 2, 2, run_regroup, "UUID GROUP", "points the vGPU's iommu_group link elsewhere" },
  { "set", 2, 2, run_set, "PATH TEXT", "makes a sysfs file say TEXT (C escapes) and a newline" },
  { "delete", 1, 1, run_delete, "PATH", "takes a sysfs file or link away" },
  { "reset-stats", 0, 0, run_reset_stats, "", "counts from zero" },
};

char *
sim_control_help (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (commands); i++) {
    g_autofree char *call = g_strdup_printf ("%s %s", commands[i].name, commands[i].usage);

    g_string_append_printf (text, "  %-37s %s\n", call, commands[i].purpose);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static const Command *
find_command (const char *name)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (commands); i++) {
    if (g_str_equal (commands[i].name, name))
      return &commands[i];
  }
  return NULL;
}

int
sim_control_run (SimHost *host, const char *line, GError **error)
{
  g_auto (GStrv) words = NULL;
  const Command *command = NULL;
  guint count;
  int result = EINVAL;

  if (!g_shell_parse_argv (line, NULL, &words, error))
    return EINVAL;
  command = find_command (words[0]);
  if (command == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "no command '%s'", words[0]);
    return EINVAL;
  }
  count = g_strv_length (words) - 1;
  if (count >= command->least && count <= command->most)
    result = command->run (host, words + 1, error);
  if (result != 0 && error != NULL && *error == NULL)
    g_set_error (error,
                 G_IO_ERROR,
                 g_io_error_from_errno (result),
                 "%s: %s; usage: %s %s",
                 line,
                 g_strerror (result),
                 command->name,
                 command->usage);
  return result;
}
