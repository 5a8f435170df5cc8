// SPDX-License-Identifier: GPL-2.0-only
/*
 * Time between the last event of a new vGPU and what makes it whole.
 *
 * mdev_device_create() ends with the driver's binding, which is the last thing that
 * the kernel tells of, and then the link to the type. Whoever makes the vGPU may lose
 * its processor between the two; here it does so when it is told to.
 */
#include <linux/delay.h>
#include <linux/kprobes.h>
#include <linux/module.h>

#include "gvt.h"

static uint linger;
module_param(linger, uint, 0644);
MODULE_PARM_DESC(linger, "milliseconds from a vGPU's binding to its link to its type (default 0)");

static int gvt_after_binding(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	mdelay(linger);
	return 0;
}

static struct kretprobe gvt_binding = {
	.kp.symbol_name = "device_driver_attach",
	.handler = gvt_after_binding,
};

int gvt_linger_start(void)
{
	return register_kretprobe(&gvt_binding);
}

void gvt_linger_stop(void)
{
	unregister_kretprobe(&gvt_binding);
}
