/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scratch.h"

G_BEGIN_DECLS

/* The kernel's names of what machine_add_gpu() and machine_add_vgpu() make. */
#define GPU "0000:00:02.0"
#define TYPE "i915-GVTg_V5_4"
#define SMALL_TYPE "i915-GVTg_V5_8"
#define UUID "c0ffee00-0000-4000-8000-000000000001"
#define UUID_2 "c0ffee00-0000-4000-8000-000000000002"
#define UUID_3 "c0ffee00-0000-4000-8000-000000000003"
#define NIL_UUID "00000000-0000-0000-0000-000000000000"

/** machine_add_parent: a device of @subsystem that makes vGPUs, with no types yet. */
void machine_add_parent (const Scratch *self, const char *name, const char *subsystem);

/** machine_add_type: @description: (nullable): and @type_name: (nullable): files that may be missing */
void machine_add_type (const Scratch *self,
                       const char *parent,
                       const char *type,
                       const char *type_name,
                       const char *description,
                       const char *available);

/** machine_add_gpu: an Intel GPU %GPU with %TYPE (1 left) and %SMALL_TYPE (2 left). */
void machine_add_gpu (const Scratch *self);

/** machine_add_vgpu: a mediated device as the kernel shows it once it is whole. */
void machine_add_vgpu (const Scratch *self,
                       const char *uuid,
                       const char *parent,
                       const char *type,
                       int group);

/** machine_begin_removal: what sysfs shows of a vGPU whose removal waits for its user. */
void machine_begin_removal (const Scratch *self, const char *uuid, const char *parent);

G_END_DECLS
