/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** gvt_path_of_gpu: Returns: (transfer full): the object of the parent with that kernel name */
char *gvt_path_of_gpu (const char *parent);

/** gvt_path_of_type: Returns: (transfer full): the object of a type of that parent */
char *gvt_path_of_type (const char *parent, const char *type);

/** gvt_path_of_vgpu: Returns: (transfer full): the object of a vGPU */
char *gvt_path_of_vgpu (const char *uuid);

/** gvt_path_to_uuid: Returns: (transfer full) (nullable): the UUID in a vGPU object's path */
char *gvt_path_to_uuid (const char *path);

G_END_DECLS
