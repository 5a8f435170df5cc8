/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A host for the fuzzers of what reads files. */
#pragma once

#include "fuzz.h"
#include "scratch.h"

/**
 * fuzz_host:
 *
 * Returns: (transfer none): a host below a temporary directory, the same each time. What the service
 * only notes is not printed from then on.
 */
Scratch *fuzz_host (void);
