/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From what is and what should be to what to do. Pure; any thread.
 */

#include "reconcile.h"

static GvtVerdict
when_parent_came (const GvtFacts *facts)
{
  if (facts->place == GVT_PLACE_ELSEWHERE)
    return GVT_VERDICT_MISPLACED;
  if (facts->policy == GVT_START_NONE || facts->place == GVT_PLACE_AS_DEFINED ||
      !facts->parent_present)
    return GVT_VERDICT_LEAVE;
  if (!facts->type_offered)
    return GVT_VERDICT_TYPE_GONE;
  return facts->policy == GVT_START_BOOT ? GVT_VERDICT_START : GVT_VERDICT_LEAVE;
}

static GvtVerdict
when_lease_ended (const GvtFacts *facts)
{
  if (facts->policy != GVT_START_DOMAIN || facts->place != GVT_PLACE_AS_DEFINED || !facts->ours)
    return GVT_VERDICT_LEAVE;
  return facts->in_use ? GVT_VERDICT_WATCH : GVT_VERDICT_REMOVE;
}

GvtVerdict
gvt_reconcile (const GvtFacts *facts)
{
  return facts->occasion == GVT_OCCASION_PARENT_CAME ? when_parent_came (facts)
                                                     : when_lease_ended (facts);
}
