/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scratch.h"

G_BEGIN_DECLS

/** nodes_add: a group's device node below a host, and what sysfs says of it, with @minor of both. */
void nodes_add (const Scratch *self, int group, unsigned int minor);

/** nodes_make: only the node; @minor is what a look at it finds. */
void nodes_make (const Scratch *self, int group, unsigned int minor);

/** nodes_describe: only what sysfs says. */
void nodes_describe (const Scratch *self, int group, unsigned int minor);

/** nodes_take_access_away: what a udev rule with MODE="0600" does. */
void nodes_take_access_away (const Scratch *self, int group);

/**
 * nodes_get_acl:
 *
 * Returns: (transfer full): the node's access list as libacl prints it, in one line with effective
 * rights left out: `user::rw-,user:1000:rw-,group::---,mask::rw-,other::---`
 */
char *nodes_get_acl (const Scratch *self, int group);

G_END_DECLS
