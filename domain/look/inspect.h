/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the programs need to know of a domain. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * GvtDomainInfo:
 * @name: the domain's name
 * @uuid: its UUID in lower case, empty if libvirt has not given it one yet
 * @type: `kvm`, `qemu`, ...
 * @machine: the machine type, empty if it is not given
 * @emulator: (nullable): the program that runs it
 * @memory_kib: `<memory>` in KiB, rounded up as libvirt does; what a memory-lock limit is made of
 * @vgpus: UUIDs in lower case of all mediated devices, in the order of the text
 * @our_vgpus: those of @vgpus that an edit attached, by its record or its alias
 * @graphics: types of its graphics devices, in the order of the text
 * @settings: (nullable): the a{sv} that the edit was asked for, by its record
 */
typedef struct {
  char *name;
  char *uuid;
  char *type;
  char *machine;
  char *emulator;
  guint64 memory_kib;
  GStrv vgpus;
  GStrv our_vgpus;
  GStrv graphics;
  GVariant *settings;
} GvtDomainInfo;

/**
 * gvt_domain_inspect:
 * @xml: a domain's XML
 *
 * Returns: (transfer full): what it says, or NULL with GVT_ERROR_INVALID_ARGUMENT
 */
GvtDomainInfo *gvt_domain_inspect (const char *xml, GError **error);

void gvt_domain_info_free (GvtDomainInfo *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtDomainInfo, gvt_domain_info_free)

G_END_DECLS
