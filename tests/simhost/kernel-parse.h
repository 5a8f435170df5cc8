/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Length of a UUID in text, without a terminator. */
#define SIM_UUID_LENGTH 36

/**
 * sim_parse_uuid_store:
 * @text: what was written to an mdev type's `create`; need not be terminated
 * @length: bytes in @text
 * @uuid: (out): the UUID in lower case, terminated
 *
 * Reads a write to `create` as the kernel does (drivers/vfio/mdev/mdev_sysfs.c create_store):
 * 36 bytes of UUID in any case, then at most one further byte, whatever it is.
 *
 * Returns: 0, or EINVAL
 */
int sim_parse_uuid_store (const char *text, gsize length, char uuid[SIM_UUID_LENGTH + 1]);

/**
 * sim_parse_number_store:
 * @text: what was written to `remove`; need not be terminated
 * @length: bytes in @text
 * @value: (out): the number
 *
 * Reads a number as the kernel's kstrtoul() with base 0 does: an optional plus, then decimal,
 * 0 octal or 0x hexadecimal digits, at most one newline after them, and nothing else. As in the
 * kernel the text ends at its first NUL.
 *
 * Returns: 0, or EINVAL (also where kstrtoul() says ERANGE, as remove_store() makes it EINVAL)
 */
int sim_parse_number_store (const char *text, gsize length, guint64 *value);

G_END_DECLS
