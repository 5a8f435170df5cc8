/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a libvirt is told what it has no element for. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * gvt_qemu_syntax_choose:
 * @settings: (transfer floating): the a{sv} of an edit
 * @libvirt_version: of the daemon that will define the domain, as libvirt numbers versions: 8005000
 *   is 8.5.0; 0 if that is not known
 *
 * Replaces an absent or automatic `qemu-syntax` by `commandline` for a libvirt that has no use for
 * `<qemu:override>`: before 8.2.0 it drops it, and until 8.5.0 its QEMU driver crashes of it (libvirt,
 * NEWS.rst, v8.5.0).
 *
 * Returns: (transfer floating): the settings
 */
GVariant *gvt_qemu_syntax_choose (GVariant *settings, gulong libvirt_version);

/**
 * gvt_qemu_syntax_check:
 * @settings: the a{sv} of an edit
 * @libvirt_version: as above
 *
 * Whether that libvirt has the attributes that @settings become: one that it does not know it drops,
 * or refuses in words that nobody understands (libvirt, docs/formatdomain.rst, says what came when).
 *
 * Returns: %FALSE with %GVT_ERROR_NOT_SUPPORTED, which says what to do
 */
gboolean gvt_qemu_syntax_check (GVariant *settings, gulong libvirt_version, GError **error);

G_END_DECLS
