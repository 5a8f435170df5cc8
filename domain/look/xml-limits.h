/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How much of a domain's XML is read at all. */
#pragma once

/**
 * GVT_DOMAIN_XML_MAX:
 *
 * The largest domain XML taken and given, in bytes. libxml2 before 2.12 needs time quadratic in the
 * number of attributes of an element, and 128 KiB of them still parse within a second.
 */
#define GVT_DOMAIN_XML_MAX (128 * 1024)

/**
 * GVT_DOMAIN_DEPTH_MAX:
 *
 * The deepest nesting taken. libvirt's own elements nest about ten deep; metadata is free.
 */
#define GVT_DOMAIN_DEPTH_MAX 100
