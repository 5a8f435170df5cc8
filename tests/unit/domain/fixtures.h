/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Domains to test with. */
#pragma once

#include "settings.h"

#define VGPU "cb33ec6d-ad44-4702-b80f-c176f56afea1"
#define OTHER_VGPU "0b6a1f3e-91c4-4a41-9d0e-6a1f3e91c44a"
#define RENDER_NODE "/dev/dri/by-path/pci-0000:00:02.0-render"

/**
 * fixture_names:
 *
 * Returns: (transfer full): the names of all files in @folder, sorted
 */
GStrv fixture_names (const char *folder);

/**
 * fixture_read:
 *
 * Returns: (transfer full): the text of the file @name in @folder
 */
char *fixture_read (const char *folder, const char *name);

/**
 * fixture_settings:
 * @text: an a{sv} in GVariant's text format
 *
 * Returns: (transfer full): the settings, which must be valid
 */
GvtDomainSettings *fixture_settings (const char *text);

/**
 * fixture_rewrite:
 *
 * Returns: (transfer full): @xml as libvirt would give it back: parsed and written by libxml2, with
 *   other white space and quotes, without what libvirt does not keep
 */
char *fixture_rewrite (const char *xml);

/**
 * fixture_edit:
 * @settings: see fixture_settings()
 *
 * Returns: (transfer full): @xml with VGPU; it must work
 */
char *fixture_edit (const char *xml, const char *settings);

/**
 * fixture_strip:
 *
 * Returns: (transfer full): @xml without VGPU; it must work
 */
char *fixture_strip (const char *xml);

/**
 * fixture_replace:
 *
 * Returns: (transfer full): @text with the first @old replaced by @new; it must be there
 */
char *fixture_replace (const char *text, const char *old, const char *new);
