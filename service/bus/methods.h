/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call.h"

G_BEGIN_DECLS

/** gvt_methods_find: Returns: (transfer none) (nullable): the row of a member */
const GvtMethod *gvt_methods_find (const char *interface, const char *member);

/**
 * gvt_methods_get_arguments_max:
 * @member: (nullable): of whichever interface
 *
 * Any thread. Returns: the most bytes that all arguments of a call may have
 */
gsize gvt_methods_get_arguments_max (const char *member);

/** gvt_methods_list: @n_methods: (out): how many; Returns: (transfer none): the whole table */
const GvtMethod *gvt_methods_list (gsize *n_methods);

/* The checks and runs of the rows, by file. */

/* method-create.c */
gboolean gvt_check_create (GvtCall *call, GError **error);
gboolean gvt_check_get (GvtCall *call, GError **error);

/* method-host.c */
gboolean gvt_check_check (GvtCall *call, GError **error);
void gvt_run_check (GvtCall *call);

/* method-rom.c */
gboolean gvt_check_install_rom (GvtCall *call, GError **error);
gboolean gvt_check_list_roms (GvtCall *call, GError **error);
gboolean gvt_check_remove_rom (GvtCall *call, GError **error);
void gvt_run_install_rom (GvtCall *call);
void gvt_run_list_roms (GvtCall *call);
void gvt_run_remove_rom (GvtCall *call);

/* method-setup.c */
gboolean gvt_check_setup (GvtCall *call, GError **error);
void gvt_run_setup (GvtCall *call);

/* method-vgpu.c */
gboolean gvt_check_start (GvtCall *call, GError **error);
gboolean gvt_check_stop (GvtCall *call, GError **error);
gboolean gvt_check_define (GvtCall *call, GError **error);
gboolean gvt_check_undefine (GvtCall *call, GError **error);
gboolean gvt_check_remove (GvtCall *call, GError **error);
gboolean gvt_check_set_start (GvtCall *call, GError **error);
gboolean gvt_check_set_label (GvtCall *call, GError **error);
gboolean gvt_check_adopt (GvtCall *call, GError **error);

/* method-domains.c */
gboolean gvt_check_edit_xml (GvtCall *call, GError **error);
gboolean gvt_check_strip_xml (GvtCall *call, GError **error);
gboolean gvt_check_modernise_xml (GvtCall *call, GError **error);
void gvt_run_edit_xml (GvtCall *call);
void gvt_run_strip_xml (GvtCall *call);
void gvt_run_modernise_xml (GvtCall *call);

/* method-system-domains.c */
gboolean gvt_check_attach (GvtCall *call, GError **error);
gboolean gvt_check_detach (GvtCall *call, GError **error);
gboolean gvt_check_restore (GvtCall *call, GError **error);
gboolean gvt_check_list_backups (GvtCall *call, GError **error);
void gvt_run_attach (GvtCall *call);
void gvt_run_detach (GvtCall *call);
void gvt_run_restore (GvtCall *call);
void gvt_run_list_backups (GvtCall *call);

/* method-lease.c */
gboolean gvt_check_prepare (GvtCall *call, GError **error);
gboolean gvt_check_release (GvtCall *call, GError **error);

/** gvt_lease_prefix_error: adds to the message which vGPUs of which VM it is about. */
void gvt_lease_prefix_error (GError **error, const char *uuids, const char *domain);

/* method-lease-run.c */
void gvt_run_prepare (GvtCall *call);
void gvt_run_release (GvtCall *call);

/**
 * gvt_check_new_label:
 * @uuid: (nullable): a vGPU that may have the label already
 *
 * Returns: whether @label can be given to a vGPU of @owner
 */
gboolean gvt_check_new_label (GvtCall *call,
                              guint32 owner,
                              const char *label,
                              const char *uuid,
                              GError **error);

/**
 * gvt_check_vgpu_argument:
 *
 * Returns: whether the call's second argument is a UUID; it is the call's then. The vGPU need not
 * exist.
 */
gboolean gvt_check_vgpu_argument (GvtCall *call, GError **error);

/**
 * gvt_check_settings:
 *
 * Returns: whether the settings of an edit, the call's last argument, are valid, and go with the
 * vGPU's type and the ROMs there are; the vGPU need not exist
 */
gboolean gvt_check_settings (GvtCall *call, GError **error);

/**
 * gvt_complete_settings:
 *
 * Returns: (transfer floating): the same for the XML worker, with the render node of the vGPU's own
 * GPU unless they have one, and the vGPUs that must not be in the same domain
 */
GVariant *gvt_complete_settings (GvtCall *call);

/** gvt_check_start_policy: Returns: whether @start is `manual`, `domain` or `boot` */
gboolean gvt_check_start_policy (const char *start, GError **error);

/** gvt_check_type: Returns: (transfer none): the type of that parent, or %NULL with NOT_FOUND */
const GvtTypeInfo *
gvt_check_type (GvtCall *call, const char *parent, const char *type, GError **error);

/**
 * gvt_check_can_become_active:
 *
 * Returns: whether a vGPU that is only defined could be made now: its GPU and type are there, and its
 * owner stays within limits. Whether there is room the kernel says when asked to make it: mdevctl may
 * be taking it for this very vGPU.
 */
gboolean gvt_check_can_become_active (GvtCall *call, const GvtVgpu *vgpu, GError **error);

G_END_DECLS
