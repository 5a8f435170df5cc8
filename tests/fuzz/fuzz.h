/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every fuzzer is. */
#pragma once

#include <glib.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);
