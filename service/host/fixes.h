/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The fixes that findings name and setup applies. */
#define GVT_FIX_KERNEL_PARAMETERS "kernel-parameters"
#define GVT_FIX_MODULES "modules"
#define GVT_FIX_HOOK "hook"
#define GVT_FIX_MEMORY_LOCK "memory-lock"
#define GVT_FIX_VFIO_DIRECTORY "vfio-directory"
