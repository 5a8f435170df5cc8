/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "host.h"

G_BEGIN_DECLS

/**
 * sim_group_add:
 * @device: the directory of the device it is for
 * @device_name: the device's name on its bus
 * @group_name: (nullable): text of the group's `name` file, %NULL for no file
 *
 * Makes the IOMMU group with the smallest free number and puts @device in it.
 *
 * Returns: the group's number
 */
guint
sim_group_add (SimHost *host, SimNode *device, const char *device_name, const char *group_name);

/** Makes the group's vfio class device in sysfs; its node is the caller's to make. */
void sim_group_open (SimHost *host, guint group);

/** Takes away the group with its vfio class device and its node, and frees its number. */
void sim_group_remove (SimHost *host, guint group);

/** Returns: (nullable) (transfer none): the directory of the group in sysfs */
SimNode *sim_group_dir (SimHost *host, guint group);

G_END_DECLS
