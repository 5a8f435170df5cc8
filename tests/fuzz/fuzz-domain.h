/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the fuzzers of domain XML have in common. */
#pragma once

#include "fuzz.h"

#define FUZZ_VGPU "cb33ec6d-ad44-4702-b80f-c176f56afea1"
