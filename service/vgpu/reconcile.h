/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * GvtStartPolicy:
 * @GVT_START_NONE: there is no definition
 * @GVT_START_MANUAL: somebody starts it
 * @GVT_START_DOMAIN: it exists from its VM's start to the VM's end
 * @GVT_START_BOOT: it exists whenever its GPU does
 */
typedef enum {
  GVT_START_NONE,
  GVT_START_MANUAL,
  GVT_START_DOMAIN,
  GVT_START_BOOT,
} GvtStartPolicy;

/**
 * GvtPlace:
 * @GVT_PLACE_NOWHERE: the kernel has no such device
 * @GVT_PLACE_AS_DEFINED: it has one, and a definition, if any, says the same
 * @GVT_PLACE_ELSEWHERE: it has one of another parent or type than the definition says
 */
typedef enum {
  GVT_PLACE_NOWHERE,
  GVT_PLACE_AS_DEFINED,
  GVT_PLACE_ELSEWHERE,
} GvtPlace;

/**
 * GvtOccasion:
 * @GVT_OCCASION_PARENT_CAME: the service starts, or the parent has just registered
 * @GVT_OCCASION_LEASE_ENDED: what had it prepared is gone without a word
 */
typedef enum {
  GVT_OCCASION_PARENT_CAME,
  GVT_OCCASION_LEASE_ENDED,
} GvtOccasion;

/**
 * GvtFacts:
 * @occasion: why one looks
 * @policy: when it is to exist
 * @place: where it does
 * @ours: whether we have a record of it
 * @parent_present: whether its GPU is there
 * @type_offered: whether that GPU offers its type
 * @in_use: whether somebody is seen to have it open
 *
 * Everything that a decision about a vGPU rests on.
 */
typedef struct {
  GvtOccasion occasion;
  GvtStartPolicy policy;
  GvtPlace place;
  gboolean ours;
  gboolean parent_present;
  gboolean type_offered;
  gboolean in_use;
} GvtFacts;

/**
 * GvtVerdict:
 * @GVT_VERDICT_LEAVE: nothing is to be done
 * @GVT_VERDICT_START: make the device
 * @GVT_VERDICT_REMOVE: remove the device; a definition stays
 * @GVT_VERDICT_WATCH: look again when its user lets go
 * @GVT_VERDICT_TYPE_GONE: say that its GPU no longer offers its type
 * @GVT_VERDICT_MISPLACED: say that it exists otherwise than defined
 */
typedef enum {
  GVT_VERDICT_LEAVE,
  GVT_VERDICT_START,
  GVT_VERDICT_REMOVE,
  GVT_VERDICT_WATCH,
  GVT_VERDICT_TYPE_GONE,
  GVT_VERDICT_MISPLACED,
} GvtVerdict;

/**
 * gvt_reconcile:
 *
 * What to do about a vGPU of which nobody asked anything just now. Pure. A device that is not ours is
 * never removed, nor one in use; what was stopped by hand is not started again until its GPU has been
 * away.
 */
GvtVerdict gvt_reconcile (const GvtFacts *facts);

G_END_DECLS
