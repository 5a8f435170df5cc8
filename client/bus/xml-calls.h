/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client.h"

G_BEGIN_DECLS

/**
 * gvt_xml_edit:
 * @client: what the invocation was told
 * @xml: a domain's XML
 * @uuid: the vGPU to put in
 * @settings: (transfer floating): as EditXml takes them
 * @error: the service's
 *
 * Returns: the text with the vGPU in it.
 */
char *gvt_xml_edit (GvtClient *client,
                    const char *xml,
                    const char *uuid,
                    GVariant *settings,
                    GError **error);

/**
 * gvt_xml_strip:
 * @client: what the invocation was told
 * @xml: a domain's XML
 * @uuid: the vGPU to take out
 * @error: the service's
 *
 * Returns: the text without it.
 */
char *gvt_xml_strip (GvtClient *client, const char *xml, const char *uuid, GError **error);

/**
 * gvt_xml_modernise:
 * @client: what the invocation was told
 * @xml: a domain's XML
 * @options: (transfer floating): as ModerniseXml takes them
 * @error: the service's
 *
 * Returns: the text with a vGPU that was put in by hand in the current form.
 */
char *gvt_xml_modernise (GvtClient *client, const char *xml, GVariant *options, GError **error);

/**
 * gvt_xml_attach:
 * @client: what the invocation was told
 * @domain: name or UUID of a domain of `qemu:///system`
 * @uuid: the vGPU to give it
 * @settings: (transfer floating): as EditXml takes them
 * @error: the service's
 */
gboolean gvt_xml_attach (GvtClient *client,
                         const char *domain,
                         const char *uuid,
                         GVariant *settings,
                         GError **error);

/**
 * gvt_xml_detach:
 * @client: what the invocation was told
 * @domain: name or UUID of a domain of `qemu:///system`
 * @uuid: the vGPU to take out
 * @error: the service's
 */
gboolean gvt_xml_detach (GvtClient *client, const char *domain, const char *uuid, GError **error);

/**
 * gvt_xml_read:
 * @fd: a file descriptor
 * @error: GVT_ERROR_INVALID_ARGUMENT if it is too long or no UTF-8 text
 *
 * Returns: all there is to read.
 */
char *gvt_xml_read (int fd, GError **error);

G_END_DECLS
