/* SPDX-License-Identifier: GPL-2.0-only */
/* What the two halves of kvmgt.ko share: the parent with its pool, and the vGPU. */
#ifndef GVT_H
#define GVT_H

#include <linux/mdev.h>
#include <linux/vfio_pci_core.h>

#include "i915_gvt.h"

/* One of the GVT-g types, as its `description` tells it. */
struct gvt_type {
	struct mdev_type mdev;
	uint low_mb, high_mb, fences, weight, width, height;
};

static inline struct gvt_type *to_gvt_type(struct mdev_type *mtype)
{
	return container_of(mtype, struct gvt_type, mdev);
}

#define GVT_BYTES_PER_PIXEL 4u

enum {
	GVT_REGION_OPREGION = VFIO_PCI_NUM_REGIONS,
	GVT_REGION_EDID,
	GVT_NUM_REGIONS
};

/* Size 0: the region does not exist. Subtype 0: a region of plain PCI. */
struct gvt_region {
	u8 *mem;
	size_t size;
	u32 flags;
	u32 type, subtype;
};

struct gvt_vgpu {
	struct vfio_device vdev;
	struct mdev_type *mtype;
	const struct gvt_type *type;
	int id;
	struct mutex lock;	/* guards the contents of the regions against each other's writes */
	struct gvt_region regions[GVT_NUM_REGIONS];
	u8 config_writable[PCI_CFG_SPACE_SIZE];	/* a mask per byte */
};

static inline struct gvt_vgpu *to_vgpu(struct vfio_device *vdev)
{
	return container_of(vdev, struct gvt_vgpu, vdev);
}

extern bool gvt_require_kvm;
extern const struct attribute_group *gvt_vgpu_groups[];

int gvt_pool_take(struct mdev_type *mtype);
void gvt_pool_give(struct mdev_type *mtype, int id);

int gvt_vgpu_probe(struct mdev_device *mdev);
void gvt_vgpu_remove(struct mdev_device *mdev);
void gvt_vgpu_paint(struct gvt_vgpu *vgpu);

int gvt_linger_start(void);
void gvt_linger_stop(void);

long gvt_vgpu_ioctl(struct vfio_device *vdev, unsigned int cmd, unsigned long arg);

#endif
