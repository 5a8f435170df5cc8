/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * GvtFindingState:
 * @GVT_FINDING_OK: as it should be
 * @GVT_FINDING_NOTE: works; worth knowing
 * @GVT_FINDING_WARNING: something will not work, or not for everybody
 * @GVT_FINDING_BLOCKER: no VM gets a vGPU until this is mended
 * @GVT_FINDING_UNKNOWN: could not be seen
 */
typedef enum {
  GVT_FINDING_OK,
  GVT_FINDING_NOTE,
  GVT_FINDING_WARNING,
  GVT_FINDING_BLOCKER,
  GVT_FINDING_UNKNOWN,
} GvtFindingState;

/**
 * GvtFinding:
 * @id: `family.what`; does not change between versions
 * @evidence: what was seen
 * @meaning: what follows from it
 * @remedy: what a person does about it, or empty
 * @fix: the fix of `setup` that does it, or empty
 * @command: the command that does it, or empty
 * @value: a number that the evidence names, for programs; 0 if there is none
 *
 * One thing that `check` looked at. Service and client make them alike, and the bus carries them as
 * dictionaries with these keys.
 */
typedef struct {
  char *id;
  GvtFindingState state;
  char *evidence;
  char *meaning;
  char *remedy;
  char *fix;
  char *command;
  guint64 value;
} GvtFinding;

/** gvt_findings_new: Returns: (transfer full) (element-type GvtFinding): an empty list */
GPtrArray *gvt_findings_new (void);

void gvt_finding_free (GvtFinding *self);

/**
 * gvt_findings_add:
 * @id: `family.what`
 * @evidence: what was seen
 *
 * Returns: (transfer none): the new finding at the end of @findings
 */
GvtFinding *gvt_findings_add (GPtrArray *findings,
                              const char *id,
                              GvtFindingState state,
                              const char *evidence,
                              ...) G_GNUC_PRINTF (4, 5);

/** gvt_finding_means: says what follows from it. */
void gvt_finding_means (GvtFinding *self, const char *meaning, ...) G_GNUC_PRINTF (2, 3);

/** gvt_finding_mend: says what a person does about it. */
void gvt_finding_mend (GvtFinding *self, const char *remedy, ...) G_GNUC_PRINTF (2, 3);

/** gvt_finding_fix: names the fix of `setup` that mends it, which is also its command. */
void gvt_finding_fix (GvtFinding *self, const char *fix);

/** gvt_finding_run: names the command that mends it. */
void gvt_finding_run (GvtFinding *self, const char *command, ...) G_GNUC_PRINTF (2, 3);

/** gvt_finding_state_name: Returns: `ok`, `note`, `warning`, `blocker` or `unknown` */
const char *gvt_finding_state_name (GvtFindingState state);

/** gvt_finding_family: Returns: (transfer full): what comes before the dot of its id */
char *gvt_finding_family (const GvtFinding *self);

/** gvt_findings_find: Returns: (transfer none) (nullable): the finding with that id */
const GvtFinding *gvt_findings_find (const GPtrArray *findings, const char *id);

/** gvt_findings_to_variant: Returns: (transfer floating): them as `aa{sv}` */
GVariant *gvt_findings_to_variant (const GPtrArray *findings);

/**
 * gvt_findings_from_variant:
 * @variant: an `aa{sv}`; what it lacks becomes empty, a state it does not know `unknown`
 *
 * Adds them to the end of @findings.
 */
void gvt_findings_from_variant (GPtrArray *findings, GVariant *variant);

G_END_DECLS
