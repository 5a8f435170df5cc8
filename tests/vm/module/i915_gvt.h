/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the two modules share: i915.ko owns the PCI function, kvmgt.ko makes a
 * mediated-device parent of it. They are two modules because Intel's are: with
 * kernels since 5.19, unloading kvmgt alone takes the parent away and leaves
 * the GPU bound to i915.
 */
#ifndef I915_GVT_H
#define I915_GVT_H

#include <linux/list.h>
#include <linux/pci.h>

/*
 * What the GPU and its vGPUs call themselves, HD Graphics 530 of Skylake: a vGPU
 * has the ids of its parent.
 */
#define I915_DEVICE_ID	0x1912

/* One GPU that i915.ko is bound to. */
struct i915_gpu {
	struct list_head node;
	struct pci_dev *pdev;
	void *gvt;	/* what i915_gvt_ops.init returned, NULL without a parent */
};

/* What kvmgt.ko does to a GPU; NULL from init leaves the GPU alone. */
struct i915_gvt_ops {
	void *(*init)(struct i915_gpu *gpu);
	void (*clean)(void *gvt);
};

int i915_gvt_set_ops(const struct i915_gvt_ops *ops);
void i915_gvt_clear_ops(void);

#endif
