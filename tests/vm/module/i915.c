// SPDX-License-Identifier: GPL-2.0-only
/*
 * A stand-in for Intel's i915: it binds to QEMU's standard VGA under the driver
 * name "i915", so that everything sysfs derives from that name (the driver link,
 * the directory names of mediated-device types, /sys/module/i915) is what a
 * GVT-g host has. It drives no hardware.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include "i915_gvt.h"

/* The parameter, its default and its mode are those of the real driver. */
static bool enable_gvt;
module_param(enable_gvt, bool, 0400);
MODULE_PARM_DESC(enable_gvt, "Enable support for Intel GVT-g graphics virtualization host support (default:false)");

static DEFINE_MUTEX(gpus_lock);	/* guards gpus, gvt_ops and every gpu->gvt */
static LIST_HEAD(gpus);
static const struct i915_gvt_ops *gvt_ops;

static void gvt_start(struct i915_gpu *gpu)
{
	lockdep_assert_held(&gpus_lock);
	if (enable_gvt && gvt_ops && !gpu->gvt)
		gpu->gvt = gvt_ops->init(gpu);
}

static void gvt_stop(struct i915_gpu *gpu)
{
	lockdep_assert_held(&gpus_lock);
	if (gpu->gvt)
		gvt_ops->clean(gpu->gvt);
	gpu->gvt = NULL;
}

/**
 * i915_gvt_set_ops - let kvmgt handle every GPU, those bound later included
 * @ops: valid until i915_gvt_clear_ops()
 */
int i915_gvt_set_ops(const struct i915_gvt_ops *ops)
{
	struct i915_gpu *gpu;
	int ret = 0;

	mutex_lock(&gpus_lock);
	if (gvt_ops) {
		ret = -EEXIST;
	} else {
		gvt_ops = ops;
		list_for_each_entry(gpu, &gpus, node)
			gvt_start(gpu);
	}
	mutex_unlock(&gpus_lock);
	return ret;
}
EXPORT_SYMBOL_GPL(i915_gvt_set_ops);

/* i915_gvt_clear_ops - take the parents of all GPUs away again */
void i915_gvt_clear_ops(void)
{
	struct i915_gpu *gpu;

	mutex_lock(&gpus_lock);
	list_for_each_entry(gpu, &gpus, node)
		gvt_stop(gpu);
	gvt_ops = NULL;
	mutex_unlock(&gpus_lock);
}
EXPORT_SYMBOL_GPL(i915_gvt_clear_ops);

static int gpu_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct i915_gpu *gpu;

	gpu = devm_kzalloc(&pdev->dev, sizeof(*gpu), GFP_KERNEL);
	if (!gpu)
		return -ENOMEM;
	gpu->pdev = pdev;
	pci_set_drvdata(pdev, gpu);
	/* What sysfs tells of the device; its configuration space keeps QEMU's ids. */
	pdev->vendor = PCI_VENDOR_ID_INTEL;
	pdev->device = I915_DEVICE_ID;

	mutex_lock(&gpus_lock);
	list_add_tail(&gpu->node, &gpus);
	gvt_start(gpu);
	mutex_unlock(&gpus_lock);
	return 0;
}

static void gpu_remove(struct pci_dev *pdev)
{
	struct i915_gpu *gpu = pci_get_drvdata(pdev);

	mutex_lock(&gpus_lock);
	gvt_stop(gpu);
	list_del(&gpu->node);
	mutex_unlock(&gpus_lock);
	/* As the bus found them, so that the driver can be bound again. */
	pci_read_config_word(pdev, PCI_VENDOR_ID, &pdev->vendor);
	pci_read_config_word(pdev, PCI_DEVICE_ID, &pdev->device);
}

static const struct pci_device_id gpu_ids[] = {
	{ PCI_DEVICE(0x1234, 0x1111) },	/* QEMU's standard VGA */
	{ }
};
MODULE_DEVICE_TABLE(pci, gpu_ids);

static struct pci_driver gpu_driver = {
	.name = "i915",
	.id_table = gpu_ids,
	.probe = gpu_probe,
	.remove = gpu_remove,
};
module_pci_driver(gpu_driver);

MODULE_DESCRIPTION("Emulated Intel GPU for the tests of gvt-manager");
MODULE_LICENSE("GPL");
