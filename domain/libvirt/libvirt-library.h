/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

G_BEGIN_DECLS

#define GVT_LIBVIRT_FUNCTIONS(F)                                                                   \
  F (virConnectOpen)                                                                               \
  F (virConnectOpenReadOnly)                                                                       \
  F (virConnectClose)                                                                              \
  F (virConnectGetLibVersion)                                                                      \
  F (virConnectGetDomainCapabilities)                                                              \
  F (virConnectGetVersion)                                                                         \
  F (virConnectListAllDomains)                                                                     \
  F (virConnectRegisterCloseCallback)                                                              \
  F (virConnectUnregisterCloseCallback)                                                            \
  F (virConnectDomainEventRegisterAny)                                                             \
  F (virConnectDomainEventDeregisterAny)                                                           \
  F (virDomainLookupByName)                                                                        \
  F (virDomainLookupByUUIDString)                                                                  \
  F (virDomainGetName)                                                                             \
  F (virDomainGetUUIDString)                                                                       \
  F (virDomainGetXMLDesc)                                                                          \
  F (virDomainDefineXMLFlags)                                                                      \
  F (virDomainIsActive)                                                                            \
  F (virDomainIsPersistent)                                                                        \
  F (virDomainCreate)                                                                              \
  F (virDomainShutdown)                                                                            \
  F (virDomainDestroy)                                                                             \
  F (virDomainFree)                                                                                \
  F (virEventRegisterDefaultImpl)                                                                  \
  F (virEventRunDefaultImpl)                                                                       \
  F (virEventAddHandle)                                                                            \
  F (virEventRemoveHandle)                                                                         \
  F (virGetLastError)                                                                              \
  F (virSetErrorFunc)

/**
 * GvtLibvirt:
 *
 * The functions of libvirt, each under its own name.
 */
typedef struct {
#define GVT_LIBVIRT_MEMBER(function) __typeof__ (&function) function;
  GVT_LIBVIRT_FUNCTIONS (GVT_LIBVIRT_MEMBER)
#undef GVT_LIBVIRT_MEMBER
} GvtLibvirt;

/**
 * gvt_libvirt_load:
 * @error: GVT_ERROR_LIBVIRT if libvirt is not installed
 *
 * Returns: libvirt, loaded at the first call.
 */
const GvtLibvirt *gvt_libvirt_load (GError **error);

G_END_DECLS
