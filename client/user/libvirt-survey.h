/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "inspect.h"

G_BEGIN_DECLS

/**
 * GvtLibvirtSurvey:
 * @libvirt: the daemon's version, as libvirt counts: 1000000 * major + 1000 * minor + release
 * @qemu: its QEMU's version, likewise; 0 if it has none
 * @vms: (element-type GvtDomainInfo): the VMs that have a mediated device
 * @roms: (element-type utf8 utf8): by name of an option ROM of the catalogue, the VMs that have it
 * @example: (nullable): the XML of the first of @vms, without passwords
 *
 * What a libvirt is, and which of its VMs concern us.
 */
typedef struct {
  gulong libvirt;
  gulong qemu;
  GPtrArray *vms;
  GHashTable *roms;
  char *example;
} GvtLibvirtSurvey;

/**
 * gvt_libvirt_survey:
 * @uri: a libvirt URI
 * @error: GVT_ERROR_LIBVIRT
 *
 * Connects, read-only in what it does, and starts the daemon of a session if need be.
 */
GvtLibvirtSurvey *gvt_libvirt_survey (const char *uri, GError **error);

void gvt_libvirt_survey_free (GvtLibvirtSurvey *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtLibvirtSurvey, gvt_libvirt_survey_free)

G_END_DECLS
