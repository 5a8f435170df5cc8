/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "devnodes.h"

G_BEGIN_DECLS

typedef enum {
  SIM_BLOCK_NONE,
  SIM_BLOCK_KILLABLE,
  SIM_BLOCK_HARD,
} SimBlock;

/** What the last argument of sim_faults_set_error() means for every use, not the n-th. */
#define SIM_FAULT_EVERY 0

/**
 * SimFaults:
 * @rules: attribute name to what goes wrong with it
 * @node: what appears as /dev/vfio/N after a create
 * @node_delay: after how many ms it appears
 * @no_group: vGPUs are created without an IOMMU group, as without vfio_mdev on an old kernel
 * @wrong_type: (nullable): type that the next vGPU is made to read back as
 * @wrong_parent: (nullable): parent below which the next vGPU is made to appear
 *
 * What is to go wrong. The control file fills it in; the simulated kernel asks it.
 */
typedef struct {
  GHashTable *rules;
  SimNodeShape node;
  guint node_delay;
  gboolean no_group;
  char *wrong_type;
  char *wrong_parent;
} SimFaults;

SimFaults *sim_faults_new (void);

void sim_faults_free (SimFaults *faults);

/** Forgets all faults; what waits because of one is the caller's to wake. */
void sim_faults_clear (SimFaults *faults);

/**
 * sim_faults_set_error:
 * @attribute: `create`, `remove`, or the name of any attribute that is read
 * @nth: which use from now fails, from 1; %SIM_FAULT_EVERY for all
 * @error: the errno, or 0 for none any more
 */
void sim_faults_set_error (SimFaults *faults, const char *attribute, guint nth, int error);

/** Makes each use of @attribute take @milliseconds longer. */
void sim_faults_set_delay (SimFaults *faults, const char *attribute, guint milliseconds);

/** Makes writes to @attribute wait, or no longer. */
void sim_faults_set_block (SimFaults *faults, const char *attribute, SimBlock block);

/** Counts one use of @attribute. Returns: the errno it is to fail with, or 0 */
int sim_faults_use (SimFaults *faults, const char *attribute);

/** Returns: how much longer a use of @attribute takes, in ms */
guint sim_faults_delay (SimFaults *faults, const char *attribute);

/** Returns: whether a write to @attribute waits */
SimBlock sim_faults_block (SimFaults *faults, const char *attribute);

/** Appends a line per fault to @text, for people. */
void sim_faults_describe (SimFaults *faults, GString *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimFaults, sim_faults_free)

G_END_DECLS
