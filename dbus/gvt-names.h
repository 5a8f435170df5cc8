/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of the bus contract, once. */
#pragma once

#define GVT_BUS_NAME "org.gvt.Manager"
#define GVT_PATH "/org/gvt/Manager"
#define GVT_GPUS_PATH GVT_PATH "/gpus"
#define GVT_VGPUS_PATH GVT_PATH "/vgpus"

#define GVT_INTERFACE_MANAGER "org.gvt.Manager"
#define GVT_INTERFACE_GPU "org.gvt.Manager.Gpu"
#define GVT_INTERFACE_VGPU_TYPE "org.gvt.Manager.VgpuType"
#define GVT_INTERFACE_VGPU "org.gvt.Manager.Vgpu"
#define GVT_INTERFACE_DOMAINS "org.gvt.Manager.Domains"
#define GVT_INTERFACE_HOST "org.gvt.Manager.Host"

#define GVT_ACTION_CREATE "org.gvt.manager.create-vgpu"
#define GVT_ACTION_AUTOSTART "org.gvt.manager.autostart-vgpu"
#define GVT_ACTION_MANAGE_OTHERS "org.gvt.manager.manage-others-vgpu"
#define GVT_ACTION_RAISE_MEMLOCK "org.gvt.manager.raise-memlock"
#define GVT_ACTION_EDIT_XML "org.gvt.manager.edit-xml"
#define GVT_ACTION_EDIT_SYSTEM_DOMAIN "org.gvt.manager.edit-system-domain"
#define GVT_ACTION_CONFIGURE_HOST "org.gvt.manager.configure-host"
#define GVT_ACTION_INSTALL_ROM "org.gvt.manager.install-rom"
