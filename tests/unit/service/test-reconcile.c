/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every combination of facts against the rules as a table, of which exactly one row must fit each; and
 * what must hold of the whole whatever the rows say.
 */

#include "reconcile.h"

#define ANY (-1)

#define CAME GVT_OCCASION_PARENT_CAME
#define ENDED GVT_OCCASION_LEASE_ENDED
#define NOWHERE GVT_PLACE_NOWHERE
#define DEFINED GVT_PLACE_AS_DEFINED
#define ELSEWHERE GVT_PLACE_ELSEWHERE
#define NONE GVT_START_NONE
#define MANUAL GVT_START_MANUAL
#define DOMAIN GVT_START_DOMAIN
#define BOOT GVT_START_BOOT

typedef struct {
  int occasion;
  int policy;
  int place;
  int ours;
  int parent_present;
  int type_offered;
  int in_use;
  GvtVerdict verdict;
} Rule;

/* clang-format off */
static const Rule rules[] = {
  /* occasion, policy, place, ours, parent, type, in use */
  { CAME,  NONE,   NOWHERE,   ANY,   ANY,   ANY,   ANY,   GVT_VERDICT_LEAVE },
  { CAME,  MANUAL, NOWHERE,   ANY,   FALSE, ANY,   ANY,   GVT_VERDICT_LEAVE },
  { CAME,  DOMAIN, NOWHERE,   ANY,   FALSE, ANY,   ANY,   GVT_VERDICT_LEAVE },
  { CAME,  BOOT,   NOWHERE,   ANY,   FALSE, ANY,   ANY,   GVT_VERDICT_LEAVE },
  { CAME,  MANUAL, NOWHERE,   ANY,   TRUE,  FALSE, ANY,   GVT_VERDICT_TYPE_GONE },
  { CAME,  DOMAIN, NOWHERE,   ANY,   TRUE,  FALSE, ANY,   GVT_VERDICT_TYPE_GONE },
  { CAME,  BOOT,   NOWHERE,   ANY,   TRUE,  FALSE, ANY,   GVT_VERDICT_TYPE_GONE },
  { CAME,  MANUAL, NOWHERE,   ANY,   TRUE,  TRUE,  ANY,   GVT_VERDICT_LEAVE },
  { CAME,  DOMAIN, NOWHERE,   ANY,   TRUE,  TRUE,  ANY,   GVT_VERDICT_LEAVE },
  { CAME,  BOOT,   NOWHERE,   ANY,   TRUE,  TRUE,  ANY,   GVT_VERDICT_START },
  { CAME,  ANY,    DEFINED,   ANY,   ANY,   ANY,   ANY,   GVT_VERDICT_LEAVE },
  { CAME,  ANY,    ELSEWHERE, ANY,   ANY,   ANY,   ANY,   GVT_VERDICT_MISPLACED },
  { ENDED, NONE,   ANY,       ANY,   ANY,   ANY,   ANY,   GVT_VERDICT_LEAVE },
  { ENDED, MANUAL, ANY,       ANY,   ANY,   ANY,   ANY,   GVT_VERDICT_LEAVE },
  { ENDED, BOOT,   ANY,       ANY,   ANY,   ANY,   ANY,   GVT_VERDICT_LEAVE },
  { ENDED, DOMAIN, NOWHERE,   ANY,   ANY,   ANY,   ANY,   GVT_VERDICT_LEAVE },
  { ENDED, DOMAIN, ELSEWHERE, ANY,   ANY,   ANY,   ANY,   GVT_VERDICT_LEAVE },
  { ENDED, DOMAIN, DEFINED,   FALSE, ANY,   ANY,   ANY,   GVT_VERDICT_LEAVE },
  { ENDED, DOMAIN, DEFINED,   TRUE,  ANY,   ANY,   TRUE,  GVT_VERDICT_WATCH },
  { ENDED, DOMAIN, DEFINED,   TRUE,  ANY,   ANY,   FALSE, GVT_VERDICT_REMOVE },
};
/* clang-format on */

#define COMBINATIONS (2 * 4 * 3 * 16)

/* The @n-th combination. */
static GvtFacts
facts_of (int n)
{
  GvtFacts facts = {
    .ours = n & 1,
    .parent_present = n >> 1 & 1,
    .type_offered = n >> 2 & 1,
    .in_use = n >> 3 & 1,
    .place = (GvtPlace) (n / 16 % 3),
    .policy = (GvtStartPolicy) (n / 48 % 4),
    .occasion = (GvtOccasion) (n / 192),
  };

  return facts;
}

static gboolean
fits (int wanted, int is)
{
  return wanted == ANY || wanted == is;
}

static gboolean
rule_fits (const Rule *rule, const GvtFacts *facts)
{
  return fits (rule->occasion, (int) facts->occasion) && fits (rule->policy, (int) facts->policy) &&
         fits (rule->place, (int) facts->place) && fits (rule->ours, facts->ours) &&
         fits (rule->parent_present, facts->parent_present) &&
         fits (rule->type_offered, facts->type_offered) && fits (rule->in_use, facts->in_use);
}

static void
test_every_combination (void)
{
  gboolean used[G_N_ELEMENTS (rules)] = { FALSE };

  for (int n = 0; n < COMBINATIONS; n++) {
    GvtFacts facts = facts_of (n);
    int fitting = 0;

    for (gsize i = 0; i < G_N_ELEMENTS (rules); i++) {
      if (!rule_fits (&rules[i], &facts))
        continue;
      fitting++;
      used[i] = TRUE;
      if (gvt_reconcile (&facts) != rules[i].verdict)
        g_error ("combination %d: not as row %" G_GSIZE_FORMAT " says", n, i);
    }
    if (fitting != 1)
      g_error ("combination %d fits %d rows", n, fitting);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (rules); i++)
    g_assert_true (used[i]);
  g_test_message ("%d combinations", COMBINATIONS);
}

/* What no table may permit: a removal that somebody misses, a device that nobody asked for. */
static void
test_never (void)
{
  for (int n = 0; n < COMBINATIONS; n++) {
    GvtFacts facts = facts_of (n);
    GvtVerdict verdict = gvt_reconcile (&facts);

    if (verdict == GVT_VERDICT_REMOVE)
      g_assert_true (facts.ours && !facts.in_use && facts.policy == DOMAIN &&
                     facts.place == DEFINED && facts.occasion == ENDED);
    if (verdict == GVT_VERDICT_START)
      g_assert_true (facts.policy == BOOT && facts.place == NOWHERE && facts.parent_present &&
                     facts.type_offered);
    if (verdict == GVT_VERDICT_TYPE_GONE)
      g_assert_true (facts.parent_present && facts.policy != NONE);
    if (verdict == GVT_VERDICT_WATCH)
      g_assert_true (facts.in_use);
  }
}

/* One is as another, but for what the verdict is to rest on. */
static void
test_irrelevant (void)
{
  for (int n = 0; n < COMBINATIONS; n++) {
    GvtFacts facts = facts_of (n);
    GvtFacts other = facts;

    if (facts.occasion == CAME) {
      other.ours = !facts.ours;
      other.in_use = !facts.in_use;
    } else {
      other.parent_present = !facts.parent_present;
      other.type_offered = !facts.type_offered;
    }
    g_assert_cmpint (gvt_reconcile (&other), ==, gvt_reconcile (&facts));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reconcile/every-combination", test_every_combination);
  g_test_add_func ("/reconcile/never", test_never);
  g_test_add_func ("/reconcile/irrelevant", test_irrelevant);
  return g_test_run ();
}
