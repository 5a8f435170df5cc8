// SPDX-License-Identifier: GPL-2.0-only
/*
 * The answers of a vGPU to vfio-pci: the ioctls of <linux/vfio.h>. They only
 * tell what gvt_vgpu.c set up; the one that changes something is the reset.
 */
#include <drm/drm_fourcc.h>
#include <linux/uaccess.h>

#include "gvt.h"

static long gvt_device_info(void __user *arg)
{
	size_t minsz = offsetofend(struct vfio_device_info, num_irqs);
	struct vfio_device_info info = {};

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	if (info.argsz < minsz)
		return -EINVAL;
	info.flags = VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET;
	info.num_regions = GVT_NUM_REGIONS;
	info.num_irqs = VFIO_PCI_NUM_IRQS;
	return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;
}

/* A caller whose buffer is too small for the capability is told the size to come back with. */
static long gvt_region_info(struct gvt_vgpu *vgpu, void __user *arg)
{
	size_t minsz = offsetofend(struct vfio_region_info, offset);
	struct vfio_region_info info = {};
	const struct gvt_region *region;
	struct vfio_region_info_cap_type cap = {
		.header.id = VFIO_REGION_INFO_CAP_TYPE,
		.header.version = 1,
	};

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	if (info.argsz < minsz || info.index >= GVT_NUM_REGIONS)
		return -EINVAL;
	region = &vgpu->regions[info.index];
	info.flags = region->flags;
	info.size = region->size;
	info.offset = VFIO_PCI_INDEX_TO_OFFSET(info.index);
	info.cap_offset = 0;
	if (region->subtype) {
		info.flags |= VFIO_REGION_INFO_FLAG_CAPS;
		cap.type = region->type;
		cap.subtype = region->subtype;
		if (info.argsz >= sizeof(info) + sizeof(cap)) {
			info.cap_offset = sizeof(info);
			if (copy_to_user(arg + sizeof(info), &cap, sizeof(cap)))
				return -EFAULT;
		} else {
			info.argsz = sizeof(info) + sizeof(cap);
		}
	}
	return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;
}

static long gvt_irq_info(void __user *arg)
{
	size_t minsz = offsetofend(struct vfio_irq_info, count);
	struct vfio_irq_info info = {};

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	if (info.argsz < minsz || info.index >= VFIO_PCI_NUM_IRQS)
		return -EINVAL;
	info.flags = 0;
	info.count = 0;
	return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;
}

static long gvt_plane_info(struct gvt_vgpu *vgpu, void __user *arg)
{
	size_t minsz = offsetofend(struct vfio_device_gfx_plane_info, region_index);
	struct vfio_device_gfx_plane_info plane = {};

	if (copy_from_user(&plane, arg, minsz))
		return -EFAULT;
	if (plane.argsz < minsz)
		return -EINVAL;
	if (plane.flags == (VFIO_GFX_PLANE_TYPE_PROBE | VFIO_GFX_PLANE_TYPE_REGION))
		return 0;
	if (plane.flags != VFIO_GFX_PLANE_TYPE_REGION)
		return -EINVAL;
	plane.drm_format = DRM_FORMAT_XRGB8888;
	plane.width = vgpu->type->width;
	plane.height = vgpu->type->height;
	plane.stride = vgpu->type->width * GVT_BYTES_PER_PIXEL;
	plane.size = plane.stride * plane.height;
	plane.region_index = VFIO_PCI_BAR2_REGION_INDEX;
	return copy_to_user(arg, &plane, minsz) ? -EFAULT : 0;
}

/* gvt_vgpu_ioctl - what vfio-pci asks a vGPU: its regions, its picture, a reset */
long gvt_vgpu_ioctl(struct vfio_device *vdev, unsigned int cmd, unsigned long arg)
{
	struct gvt_vgpu *vgpu = to_vgpu(vdev);
	void __user *argp = (void __user *)arg;

	switch (cmd) {
	case VFIO_DEVICE_GET_INFO:
		return gvt_device_info(argp);
	case VFIO_DEVICE_GET_REGION_INFO:
		return gvt_region_info(vgpu, argp);
	case VFIO_DEVICE_GET_IRQ_INFO:
		return gvt_irq_info(argp);
	case VFIO_DEVICE_SET_IRQS:
		return -EINVAL;	/* there are none */
	case VFIO_DEVICE_QUERY_GFX_PLANE:
		return gvt_plane_info(vgpu, argp);
	case VFIO_DEVICE_RESET:
		gvt_vgpu_paint(vgpu);
		return 0;
	}
	return -ENOTTY;
}
