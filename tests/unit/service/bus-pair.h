/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * BusPair:
 * @service: the end that shows something
 * @client: the end that asks
 * @heard: (element-type utf8): what @client got, signals and answers, in the order it came
 *
 * Two ends of a D-Bus connection in one process, without a bus between them.
 */
typedef struct {
  GDBusConnection *service;
  GDBusConnection *client;
  GPtrArray *heard;
} BusPair;

BusPair *bus_pair_new (void);

void bus_pair_free (BusPair *self);

/**
 * bus_pair_ask:
 * @arguments: in GVariant's text format
 *
 * Returns: (transfer full): the answer in that format, or the name of the error
 */
char *bus_pair_ask (BusPair *self,
                    const char *path,
                    const char *interface,
                    const char *member,
                    const char *arguments);

/** bus_pair_hears: that @client got just @lines since the last time, separated by line ends */
void bus_pair_hears (BusPair *self, const char *lines);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusPair, bus_pair_free)

G_END_DECLS
