/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Loads libvirt when it is first needed. Loading it takes several times as long as all the rest of
 * a program, and little needs it: the hook and what it calls in the service, which must not hold up
 * any VM's start, do not. One thread, always the same. Must not be used but by each program's doors
 * to libvirt: client/user/vm.c, client/user/vm-names.c, client/user/libvirt-survey.c, and
 * service/libvirt/system-domain.c.
 */

#include "libvirt-library.h"

#include "gvt-error.h"

#include <dlfcn.h>

/* libvirt has kept it since its first release, and promises to. */
#define SONAME "libvirt.so.0"

const GvtLibvirt *
gvt_libvirt_load (GError **error)
{
  static GvtLibvirt libvirt;
  static gboolean loaded;
  void *library;

  if (loaded)
    return &libvirt;
  library = dlopen (SONAME, RTLD_NOW | RTLD_LOCAL);
  loaded = library != NULL;
#define LOAD(function)                                                                             \
  if (loaded) {                                                                                    \
    libvirt.function = (__typeof__ (&function)) dlsym (library, #function);                        \
    loaded = libvirt.function != NULL;                                                             \
  }
  GVT_LIBVIRT_FUNCTIONS (LOAD)
#undef LOAD
  if (!loaded) {
    g_set_error (error, GVT_ERROR, GVT_ERROR_LIBVIRT, "cannot load libvirt: %s", dlerror ());
    return NULL;
  }
  return &libvirt;
}
