// SPDX-License-Identifier: GPL-2.0-only
/*
 * One vGPU: a PCI display device whose regions are plain memory, enough for
 * QEMU's vfio-pci to attach it with its display off or on.
 *
 * Like a real vGPU it has no option ROM, and offers the OpRegion that
 * x-igd-opregion asks for and the EDID that xres and yres write. Unlike one, it
 * runs nothing, raises no interrupt, and shows its picture as a region (the
 * aperture, BAR 2) instead of a dma-buf, so that no GL is needed to look at it.
 */
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "gvt.h"

#define GVT_PCI_ASLS		0xfc	/* where QEMU leaves the guest's OpRegion */
#define GVT_OPREGION_SIGNATURE	"IntelGraphicsMem"

static void put16(u8 *where, u16 value)
{
	*(__le16 *)where = cpu_to_le16(value);
}

static void put32(u8 *where, u32 value)
{
	*(__le32 *)where = cpu_to_le32(value);
}

/*
 * A base address register answers sizing by itself when only the address bits
 * above its size can be written.
 */
static void gvt_config_bar(struct gvt_vgpu *vgpu, int bar, u32 flags)
{
	size_t at = PCI_BASE_ADDRESS_0 + 4 * bar;

	put32(vgpu->regions[VFIO_PCI_CONFIG_REGION_INDEX].mem + at, flags);
	put32(vgpu->config_writable + at, ~(u32)(vgpu->regions[bar].size - 1));
}

static void gvt_config_init(struct gvt_vgpu *vgpu)
{
	u8 *config = vgpu->regions[VFIO_PCI_CONFIG_REGION_INDEX].mem;

	put16(config + PCI_VENDOR_ID, PCI_VENDOR_ID_INTEL);
	put16(config + PCI_DEVICE_ID, I915_DEVICE_ID);
	put16(config + PCI_SUBSYSTEM_VENDOR_ID, PCI_VENDOR_ID_INTEL);
	put16(config + PCI_SUBSYSTEM_ID, I915_DEVICE_ID);
	put16(config + PCI_CLASS_DEVICE, PCI_CLASS_DISPLAY_VGA);
	gvt_config_bar(vgpu, 0, PCI_BASE_ADDRESS_MEM_TYPE_32);
	gvt_config_bar(vgpu, 2, PCI_BASE_ADDRESS_MEM_TYPE_32 | PCI_BASE_ADDRESS_MEM_PREFETCH);
	put16(vgpu->config_writable + PCI_COMMAND,
	      PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_INTX_DISABLE);
	vgpu->config_writable[PCI_INTERRUPT_LINE] = 0xff;
	put32(vgpu->config_writable + GVT_PCI_ASLS, ~0u);
}

/* gvt_vgpu_paint - eight colour bars over a grey ramp: every part of the picture differs */
void gvt_vgpu_paint(struct gvt_vgpu *vgpu)
{
	static const u32 bars[] = { 0xffffff, 0xffff00, 0x00ffff, 0x00ff00,
				    0xff00ff, 0xff0000, 0x0000ff, 0x000000 };
	u32 *pixel = (u32 *)vgpu->regions[VFIO_PCI_BAR2_REGION_INDEX].mem;
	uint width = vgpu->type->width, height = vgpu->type->height;
	uint x, y;

	for (y = 0; y < height; y++)
		for (x = 0; x < width; x++)
			*pixel++ = y < height * 3 / 4 ? bars[x * ARRAY_SIZE(bars) / width] :
							x * 256 / width * 0x010101;
}

static void gvt_edid_init(struct gvt_vgpu *vgpu)
{
	struct vfio_region_gfx_edid *edid = (void *)vgpu->regions[GVT_REGION_EDID].mem;

	edid->edid_offset = SZ_2K;
	edid->edid_max_size = 128;
	edid->max_xres = vgpu->type->width;
	edid->max_yres = vgpu->type->height;
	edid->link_state = VFIO_DEVICE_GFX_LINK_STATE_UP;
}

static int gvt_region_init(struct gvt_vgpu *vgpu, int index, size_t size, u32 flags)
{
	struct gvt_region *region = &vgpu->regions[index];

	region->mem = vmalloc_user(size);
	if (!region->mem)
		return -ENOMEM;
	region->size = size;
	region->flags = VFIO_REGION_INFO_FLAG_READ | flags;
	return 0;
}

static void gvt_region_special(struct gvt_vgpu *vgpu, int index, u32 type, u32 subtype)
{
	vgpu->regions[index].type = type;
	vgpu->regions[index].subtype = subtype;
}

static int gvt_vgpu_regions(struct gvt_vgpu *vgpu)
{
	const u32 write = VFIO_REGION_INFO_FLAG_WRITE;
	size_t picture = vgpu->type->width * vgpu->type->height * GVT_BYTES_PER_PIXEL;

	if (gvt_region_init(vgpu, VFIO_PCI_CONFIG_REGION_INDEX, PCI_CFG_SPACE_SIZE, write) ||
	    gvt_region_init(vgpu, VFIO_PCI_BAR0_REGION_INDEX, SZ_64K, write) ||
	    gvt_region_init(vgpu, VFIO_PCI_BAR2_REGION_INDEX, roundup_pow_of_two(picture),
			    write | VFIO_REGION_INFO_FLAG_MMAP) ||
	    gvt_region_init(vgpu, GVT_REGION_OPREGION, SZ_8K, 0) ||
	    gvt_region_init(vgpu, GVT_REGION_EDID, SZ_4K, write))
		return -ENOMEM;

	gvt_region_special(vgpu, GVT_REGION_OPREGION,
			   VFIO_REGION_TYPE_PCI_VENDOR_TYPE | PCI_VENDOR_ID_INTEL,
			   VFIO_REGION_SUBTYPE_INTEL_IGD_OPREGION);
	gvt_region_special(vgpu, GVT_REGION_EDID, VFIO_REGION_TYPE_GFX,
			   VFIO_REGION_SUBTYPE_GFX_EDID);
	gvt_config_init(vgpu);
	gvt_edid_init(vgpu);
	gvt_vgpu_paint(vgpu);
	memcpy(vgpu->regions[GVT_REGION_OPREGION].mem, GVT_OPREGION_SIGNATURE,
	       strlen(GVT_OPREGION_SIGNATURE));
	return 0;
}

static int gvt_vgpu_init(struct vfio_device *vdev)
{
	struct gvt_vgpu *vgpu = to_vgpu(vdev);
	int ret;

	vgpu->mtype = to_mdev_device(vdev->dev)->type;
	vgpu->type = to_gvt_type(vgpu->mtype);
	mutex_init(&vgpu->lock);

	vgpu->id = gvt_pool_take(vgpu->mtype);
	if (vgpu->id < 0)
		return vgpu->id;
	ret = gvt_vgpu_regions(vgpu);
	if (ret) {
		for (int i = 0; i < GVT_NUM_REGIONS; i++)
			vfree(vgpu->regions[i].mem);
		gvt_pool_give(vgpu->mtype, vgpu->id);
	}
	return ret;
}

static void gvt_vgpu_release(struct vfio_device *vdev)
{
	struct gvt_vgpu *vgpu = to_vgpu(vdev);

	for (int i = 0; i < GVT_NUM_REGIONS; i++)
		vfree(vgpu->regions[i].mem);
	gvt_pool_give(vgpu->mtype, vgpu->id);
	vfio_free_device(vdev);
}

static int gvt_vgpu_open(struct vfio_device *vdev)
{
	if (gvt_require_kvm && !vdev->kvm) {
		dev_err(vdev->dev, "KVM is required to use Intel vGPU\n");
		return -ESRCH;
	}
	return 0;
}

/*
 * The region that a file position falls into, with the offset in it and the
 * count cut to it; NULL if there is none.
 */
static struct gvt_region *gvt_region_at(struct gvt_vgpu *vgpu, loff_t pos, size_t *count,
					size_t *offset)
{
	u64 index = VFIO_PCI_OFFSET_TO_INDEX((u64)pos);
	struct gvt_region *region;

	if (index >= GVT_NUM_REGIONS)
		return NULL;
	region = &vgpu->regions[index];
	*offset = (u64)pos & VFIO_PCI_OFFSET_MASK;
	if (*offset >= region->size)
		return NULL;
	*count = min(*count, region->size - *offset);
	return region;
}

static ssize_t gvt_vgpu_read(struct vfio_device *vdev, char __user *buf, size_t count,
			     loff_t *ppos)
{
	struct gvt_vgpu *vgpu = to_vgpu(vdev);
	struct gvt_region *region;
	size_t offset, missed;

	region = gvt_region_at(vgpu, *ppos, &count, &offset);
	if (!region)
		return -EINVAL;
	mutex_lock(&vgpu->lock);
	missed = copy_to_user(buf, region->mem + offset, count);
	mutex_unlock(&vgpu->lock);
	if (missed)
		return -EFAULT;
	*ppos += count;
	return count;
}

static size_t gvt_config_write(struct gvt_vgpu *vgpu, size_t offset, const char __user *buf,
			       size_t count)
{
	u8 *config = vgpu->regions[VFIO_PCI_CONFIG_REGION_INDEX].mem;
	u8 bytes[PCI_CFG_SPACE_SIZE];
	size_t missed = copy_from_user(bytes, buf, count);

	for (size_t i = 0; !missed && i < count; i++) {
		u8 mask = vgpu->config_writable[offset + i];

		config[offset + i] = (config[offset + i] & ~mask) | (bytes[i] & mask);
	}
	return missed;
}

static ssize_t gvt_vgpu_write(struct vfio_device *vdev, const char __user *buf, size_t count,
			      loff_t *ppos)
{
	struct gvt_vgpu *vgpu = to_vgpu(vdev);
	struct gvt_region *region;
	size_t offset, missed;

	region = gvt_region_at(vgpu, *ppos, &count, &offset);
	if (!region || !(region->flags & VFIO_REGION_INFO_FLAG_WRITE))
		return -EINVAL;
	mutex_lock(&vgpu->lock);
	if (region == &vgpu->regions[VFIO_PCI_CONFIG_REGION_INDEX])
		missed = gvt_config_write(vgpu, offset, buf, count);
	else
		missed = copy_from_user(region->mem + offset, buf, count);
	mutex_unlock(&vgpu->lock);
	if (missed)
		return -EFAULT;
	*ppos += count;
	return count;
}

static int gvt_vgpu_mmap(struct vfio_device *vdev, struct vm_area_struct *vma)
{
	loff_t pos = (loff_t)vma->vm_pgoff << PAGE_SHIFT;
	size_t offset, wanted = vma->vm_end - vma->vm_start, count = wanted;
	struct gvt_region *region = gvt_region_at(to_vgpu(vdev), pos, &count, &offset);

	if (!region || count < wanted || !(region->flags & VFIO_REGION_INFO_FLAG_MMAP))
		return -EINVAL;
	return remap_vmalloc_range(vma, region->mem, offset >> PAGE_SHIFT);
}

static const struct vfio_device_ops gvt_vgpu_ops = {
	.init = gvt_vgpu_init,
	.release = gvt_vgpu_release,
	.open_device = gvt_vgpu_open,
	.read = gvt_vgpu_read,
	.write = gvt_vgpu_write,
	.mmap = gvt_vgpu_mmap,
	.ioctl = gvt_vgpu_ioctl,
};

static ssize_t vgpu_id_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct gvt_vgpu *vgpu = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%d\n", vgpu->id);
}
static DEVICE_ATTR_RO(vgpu_id);

static struct attribute *gvt_vgpu_attrs[] = { &dev_attr_vgpu_id.attr, NULL };

static const struct attribute_group gvt_vgpu_group = {
	.name = "intel_vgpu",
	.attrs = gvt_vgpu_attrs,
};

const struct attribute_group *gvt_vgpu_groups[] = { &gvt_vgpu_group, NULL };

int gvt_vgpu_probe(struct mdev_device *mdev)
{
	struct gvt_vgpu *vgpu;
	int ret;

	vgpu = vfio_alloc_device(gvt_vgpu, vdev, &mdev->dev, &gvt_vgpu_ops);
	if (IS_ERR(vgpu))
		return PTR_ERR(vgpu);
	dev_set_drvdata(&mdev->dev, vgpu);
	ret = vfio_register_emulated_iommu_dev(&vgpu->vdev);
	if (ret)
		vfio_put_device(&vgpu->vdev);
	return ret;
}

void gvt_vgpu_remove(struct mdev_device *mdev)
{
	struct gvt_vgpu *vgpu = dev_get_drvdata(&mdev->dev);

	vfio_unregister_group_dev(&vgpu->vdev);
	vfio_put_device(&vgpu->vdev);
}
