// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mediated-device parent: the four GVT-g types with their texts, and the
 * pool of graphics memory and fences they share.
 *
 * Names, figures and arithmetic are those of Intel's driver, unchanged from
 * kernel 5.4 to 7.1: type table in drivers/gpu/drm/i915/gvt/vgpu.c, host
 * reserves in gvt.h, availability and description in kvmgt.c. As there, what a
 * type shows as available is computed when it is read, and creating a vGPU of
 * one type lowers the numbers of all.
 */
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "gvt.h"

#define HOST_LOW_MB	128u
#define HOST_HIGH_MB	384u
#define HOST_FENCES	4u
#define GGTT_MB		4096u
#define GPU_FENCES	32u
#define MIN_VGPU_ID	1
#define MAX_VGPU_ID	7

static uint aperture = 256;
module_param(aperture, uint, 0444);
MODULE_PARM_DESC(aperture, "mappable graphics aperture of each GPU, MiB (default 256)");

bool gvt_require_kvm;
module_param_named(require_kvm, gvt_require_kvm, bool, 0644);
MODULE_PARM_DESC(require_kvm, "refuse VMs without KVM, as the real driver does (default N)");

/*
 * The real driver says this, in i915/gvt/handlers.c, of a guest whose graphics
 * driver does not know GVT-g. Here it does so when it is told to.
 */
static int gvt_enter_failsafe(const char *text, const struct kernel_param *parameter)
{
	uint id;
	int ret = kstrtouint(text, 0, &id);

	if (ret)
		return ret;
	pr_err("gvt: Detected your guest driver doesn't support GVT-g.\n");
	pr_err("gvt: Now vgpu %u will enter failsafe mode.\n", id);
	return 0;
}

static const struct kernel_param_ops gvt_failsafe_ops = { .set = gvt_enter_failsafe };
module_param_cb(failsafe, &gvt_failsafe_ops, NULL, 0200);
MODULE_PARM_DESC(failsafe, "write a vGPU's number to have the kernel log say that it stopped working");

struct gvt_gpu {
	struct mdev_parent parent;
	struct gvt_type types[4];
	struct mdev_type *type_list[4];
	struct mutex lock;	/* guards the pool below */
	uint low_left, high_left, fences_left;
	struct idr vgpus;
};

/* In the order in which Intel's driver offers them to the mdev core. */
static const struct gvt_type type_table[] = {
	{ .mdev.sysfs_name = "GVTg_V5_8", .low_mb = 64, .high_mb = 384, .fences = 4,
	  .weight = 2, .width = 1024, .height = 768 },
	{ .mdev.sysfs_name = "GVTg_V5_4", .low_mb = 128, .high_mb = 512, .fences = 4,
	  .weight = 4, .width = 1920, .height = 1200 },
	{ .mdev.sysfs_name = "GVTg_V5_2", .low_mb = 256, .high_mb = 1024, .fences = 4,
	  .weight = 8, .width = 1920, .height = 1200 },
	{ .mdev.sysfs_name = "GVTg_V5_1", .low_mb = 512, .high_mb = 2048, .fences = 4,
	  .weight = 16, .width = 1920, .height = 1200 },
};

static struct gvt_gpu *to_gpu(struct mdev_type *mtype)
{
	return container_of(mtype->parent, struct gvt_gpu, parent);
}

static uint gvt_room(const struct gvt_gpu *gpu, const struct gvt_type *type)
{
	return min3(gpu->low_left / type->low_mb, gpu->high_left / type->high_mb,
		    gpu->fences_left / type->fences);
}

/**
 * gvt_pool_take - reserve what a vGPU of a type needs
 * Returns the vGPU's number, 1 to 7, or -ENOSPC.
 */
int gvt_pool_take(struct mdev_type *mtype)
{
	const struct gvt_type *type = to_gvt_type(mtype);
	struct gvt_gpu *gpu = to_gpu(mtype);
	int id = -ENOSPC;

	mutex_lock(&gpu->lock);
	if (gvt_room(gpu, type))
		id = idr_alloc(&gpu->vgpus, gpu, MIN_VGPU_ID, MAX_VGPU_ID + 1, GFP_KERNEL);
	if (id > 0) {
		gpu->low_left -= type->low_mb;
		gpu->high_left -= type->high_mb;
		gpu->fences_left -= type->fences;
	}
	mutex_unlock(&gpu->lock);
	return id;
}

/* gvt_pool_give - return what gvt_pool_take() reserved */
void gvt_pool_give(struct mdev_type *mtype, int id)
{
	const struct gvt_type *type = to_gvt_type(mtype);
	struct gvt_gpu *gpu = to_gpu(mtype);

	mutex_lock(&gpu->lock);
	idr_remove(&gpu->vgpus, id);
	gpu->low_left += type->low_mb;
	gpu->high_left += type->high_mb;
	gpu->fences_left += type->fences;
	mutex_unlock(&gpu->lock);
}

static unsigned int gvt_get_available(struct mdev_type *mtype)
{
	struct gvt_gpu *gpu = to_gpu(mtype);
	unsigned int room;

	mutex_lock(&gpu->lock);
	room = gvt_room(gpu, to_gvt_type(mtype));
	mutex_unlock(&gpu->lock);
	return room;
}

static ssize_t gvt_show_description(struct mdev_type *mtype, char *buf)
{
	const struct gvt_type *type = to_gvt_type(mtype);

	return sysfs_emit(buf,
			  "low_gm_size: %uMB\n"
			  "high_gm_size: %uMB\n"
			  "fence: %u\n"
			  "resolution: %ux%u\n"
			  "weight: %u\n",
			  type->low_mb, type->high_mb, type->fences, type->width,
			  type->height, type->weight);
}

static struct mdev_driver gvt_mdev_driver = {
	.device_api = VFIO_DEVICE_API_PCI_STRING,
	.driver = {
		.name = "intel_vgpu_mdev",
		.owner = THIS_MODULE,
		.dev_groups = gvt_vgpu_groups,
	},
	.probe = gvt_vgpu_probe,
	.remove = gvt_vgpu_remove,
	.get_available = gvt_get_available,
	.show_description = gvt_show_description,
};

/* A type is offered while one of it fits, and none after the first that does not. */
static uint gvt_offer_types(struct gvt_gpu *gpu)
{
	uint i;

	for (i = 0; i < ARRAY_SIZE(type_table); i++) {
		if (gpu->low_left < type_table[i].low_mb)
			break;
		gpu->types[i] = type_table[i];
		gpu->type_list[i] = &gpu->types[i].mdev;
	}
	return i;
}

static void *gvt_init_gpu(struct i915_gpu *i915)
{
	struct gvt_gpu *gpu;
	int ret;

	gpu = kzalloc(sizeof(*gpu), GFP_KERNEL);
	if (!gpu)
		return NULL;
	mutex_init(&gpu->lock);
	idr_init(&gpu->vgpus);
	gpu->low_left = aperture - HOST_LOW_MB;
	gpu->high_left = GGTT_MB - aperture - HOST_HIGH_MB;
	gpu->fences_left = GPU_FENCES - HOST_FENCES;

	ret = mdev_register_parent(&gpu->parent, &i915->pdev->dev, &gvt_mdev_driver,
				   gpu->type_list, gvt_offer_types(gpu));
	if (ret) {
		dev_err(&i915->pdev->dev, "cannot register the mdev parent: %d\n", ret);
		kfree(gpu);
		return NULL;
	}
	return gpu;
}

static void gvt_clean_gpu(void *gvt)
{
	struct gvt_gpu *gpu = gvt;

	mdev_unregister_parent(&gpu->parent);
	idr_destroy(&gpu->vgpus);
	kfree(gpu);
}

static const struct i915_gvt_ops gvt_ops = {
	.init = gvt_init_gpu,
	.clean = gvt_clean_gpu,
};

static int __init gvt_register(void)
{
	int ret;

	ret = mdev_register_driver(&gvt_mdev_driver);
	if (ret)
		return ret;
	ret = i915_gvt_set_ops(&gvt_ops);
	if (ret)
		mdev_unregister_driver(&gvt_mdev_driver);
	return ret;
}

static int __init gvt_load(void)
{
	int ret;

	if (aperture < HOST_LOW_MB || aperture > GGTT_MB - HOST_HIGH_MB)
		return -EINVAL;
	ret = gvt_linger_start();
	if (ret)
		return ret;
	ret = gvt_register();
	if (ret)
		gvt_linger_stop();
	return ret;
}

static void __exit gvt_unload(void)
{
	i915_gvt_clear_ops();
	mdev_unregister_driver(&gvt_mdev_driver);
	gvt_linger_stop();
}

module_init(gvt_load);
module_exit(gvt_unload);
MODULE_DESCRIPTION("Emulated Intel GVT-g for the tests of gvt-manager");
MODULE_LICENSE("GPL");
