/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "host-tree.h"

G_BEGIN_DECLS

/* A host where nobody has switched GVT-g on. */
#define OFF .enable_gvt = "N", .no_types = TRUE, .command_line = "ro quiet"

/** hosts: the hosts that the checks are tried on; the last has no name. */
extern const HostSpec hosts[];

G_END_DECLS
