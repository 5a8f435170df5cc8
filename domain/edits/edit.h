/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The edits of a domain's XML: text in, text out. */
#pragma once

#include "settings.h"

G_BEGIN_DECLS

/**
 * gvt_domain_edit:
 * @xml: a domain's XML, as libvirt gives it with INACTIVE and SECURE
 * @vgpu_uuid: the vGPU to give it
 * @settings: what it is to be like
 *
 * Gives the domain the vGPU. Every byte that is not part of the edit stays; what the edit takes out
 * is kept in `<metadata>` for gvt_domain_strip(). Editing again with the same settings changes
 * nothing, with others is as stripping first. A hand-made `<hostdev>` of the same vGPU is taken
 * over: it becomes ours, at the same guest address unless @settings give one, and strip removes it.
 * So is a -device of QEMU's; -set and overrides for it go, as @settings say that now.
 *
 * Returns: (transfer full): the edited text, or NULL with
 *   GVT_ERROR_INVALID_ARGUMENT (not a domain, malformed, too large, no UUID, settings that QEMU
 * would not start with), GVT_ERROR_CONFLICT (another vGPU of ours is attached, the guest address is
 * taken, a device that is to stay would not work beside the display) or GVT_ERROR_NOT_SUPPORTED (a
 * display password would have to be kept in plain text)
 */
char *gvt_domain_edit (const char *xml,
                       const char *vgpu_uuid,
                       const GvtDomainSettings *settings,
                       GError **error);

/**
 * gvt_domain_strip:
 * @xml: a domain's XML
 * @vgpu_uuid: the vGPU to take out
 *
 * Undoes gvt_domain_edit(): the same bytes as before if nobody changed the text since, else what
 * was taken out comes back beside the neighbours it had. Of a vGPU attached by hand the `<hostdev>`
 * or -device goes, and what QEMU is told of it, without which it would not start; nothing else.
 *
 * Returns: (transfer full): the text without the vGPU, or NULL with GVT_ERROR_INVALID_ARGUMENT, or
 *   GVT_ERROR_NOT_FOUND if the vGPU is not in the text
 */
char *gvt_domain_strip (const char *xml, const char *vgpu_uuid, GError **error);

/**
 * gvt_domain_modernise:
 * @xml: a domain's XML
 * @render_node: (nullable): what draws where the recipe does not say; a valid value of `render-node`
 * @qemu_syntax: how what libvirt has no element for is handed to QEMU
 *
 * Replaces a vGPU that was attached by hand (a `<hostdev>` or -device, with what -set, overrides and
 * environment do to it) by an attachment of ours with the settings that this amounts to, at the same
 * guest address. What no setting stands for is refused by name, what QEMU never started with is
 * left out. gvt_domain_strip() takes the vGPU out then, and does not bring the recipe back.
 *
 * Returns: (transfer full): the text, the same if nothing was attached by hand, or NULL with
 *   GVT_ERROR_INVALID_ARGUMENT, GVT_ERROR_NOT_SUPPORTED, or GVT_ERROR_CONFLICT (several vGPUs)
 */
char *gvt_domain_modernise (const char *xml,
                            const char *render_node,
                            GvtQemuSyntax qemu_syntax,
                            GError **error);

G_END_DECLS
