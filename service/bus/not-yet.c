/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Members of the contract that this version does not have yet. They are authorised like any other
 * and then answer NotSupported with a sentence. A test reads this list.
 */

#include "gvt-error.h"
#include "gvt-names.h"
#include "methods.h"

typedef struct {
  const char *interface;
  const char *member;
  const char *sentence;
} NotYet;

static const NotYet not_yet[] = {
  { GVT_INTERFACE_DOMAINS, "ModerniseXml", "rewriting old recipes is not there yet" },
};

const char *
gvt_method_is_not_yet (const char *interface, const char *member)
{
  for (gsize i = 0; i < G_N_ELEMENTS (not_yet); i++) {
    if (g_str_equal (not_yet[i].interface, interface) && g_str_equal (not_yet[i].member, member))
      return not_yet[i].sentence;
  }
  return NULL;
}

void
gvt_run_not_yet (GvtCall *call)
{
  gvt_call_fail (call,
                 g_error_new (GVT_ERROR,
                              GVT_ERROR_NOT_SUPPORTED,
                              "%s in gvt-manager %s",
                              gvt_method_is_not_yet (call->method->interface, call->method->member),
                              GVT_VERSION));
}
