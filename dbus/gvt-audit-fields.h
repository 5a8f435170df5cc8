/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/**
 * What the service writes to the journal about each change, done or not, that somebody asked for or
 * that it makes by itself, and gvt-client reads. No field holds text of the caller's beyond a name, or anything of a VM's XML.
 *
 * Beside MESSAGE_ID, MESSAGE (one line that says the same), PRIORITY (5) and SYSLOG_IDENTIFIER:
 *
 * - GVT_CALLER_UID: the caller's uid, by the bus; absent where the bus did not say
 * - GVT_CALLER_PID: the calling process, by the bus; it may be gone
 * - GVT_CALLER_SESSION: logind's session of that process, else the user's own on the machine
 * - GVT_CALLER_NAME: the caller's unique name on the bus
 * - GVT_METHOD: interface and member; of what nobody asked for, `service.` and what it was: `started`
 *   (as the definition says), `vm-ended` (removed with its VM), `access-given-back` (that something
 *   took from the owner). Only GVT_VGPU and GVT_OUTCOME are with these.
 * - GVT_VGPU, GVT_GPU, GVT_TYPE: the vGPU it is about, or several with a space between; its GPU and type
 * - GVT_DOMAIN: the VM, by UUID, or as the caller named one of the system's
 * - GVT_OBJECT: what else it is about: an option ROM, fixes of the host
 * - GVT_OUTCOME: `done`, or the error's name without `org.gvt.Manager.Error.`
 * - GVT_DURATION_USEC: from arrival to reply, microseconds
 * - GVT_UNRECORDED: how many calls of that user that came to nothing were not written down before
 *   this one, because there were too many, or because the journal did not take them
 */
#define GVT_AUDIT_MESSAGE_ID "3f6c5b0dd4a14c0f9f0b8e2d7a9c41e6"

#define GVT_AUDIT_CALLER_UID "GVT_CALLER_UID"
#define GVT_AUDIT_CALLER_PID "GVT_CALLER_PID"
#define GVT_AUDIT_CALLER_SESSION "GVT_CALLER_SESSION"
#define GVT_AUDIT_CALLER_NAME "GVT_CALLER_NAME"
#define GVT_AUDIT_METHOD "GVT_METHOD"
#define GVT_AUDIT_VGPU "GVT_VGPU"
#define GVT_AUDIT_GPU "GVT_GPU"
#define GVT_AUDIT_TYPE "GVT_TYPE"
#define GVT_AUDIT_DOMAIN "GVT_DOMAIN"
#define GVT_AUDIT_OBJECT "GVT_OBJECT"
#define GVT_AUDIT_OUTCOME "GVT_OUTCOME"
#define GVT_AUDIT_DURATION "GVT_DURATION_USEC"
#define GVT_AUDIT_UNRECORDED "GVT_UNRECORDED"

/* What the service does by itself begins with this. */
#define GVT_AUDIT_OWN "service."

/* The outcome of what was done. */
#define GVT_AUDIT_DONE "done"
