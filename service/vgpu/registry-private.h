/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inside of the registry, for its own files only. */
#pragma once

#include "registry.h"

G_BEGIN_DECLS

struct _GvtRegistry {
  GObject parent_instance;
  GHashTable *parents; /* name -> GvtParentInfo */
  GHashTable *vgpus;   /* uuid -> GvtVgpu */
  GHashTable *gone;    /* uuid -> guint64: when we removed it; until a later scan has looked */
  GHashTable *read;    /* parent name -> guint64: when a change read it; likewise */
  guint64 epoch;
};

/* Says that a vGPU changed, and forgets it when nothing is left of it. */
void gvt_registry_announce (GvtRegistry *self, const char *uuid);

/* Says that a parent came, changed or went. */
void gvt_registry_announce_parent (GvtRegistry *self, const char *name);

GvtVgpu *gvt_registry_get_or_add (GvtRegistry *self, const char *uuid);

/* Takes a parent over, and says so if that changes it. */
void gvt_registry_put_parent (GvtRegistry *self, GvtParentInfo *parent);

/* Takes a device over, with the type we know where sysfs no longer says it. */
void gvt_registry_set_device (GvtVgpu *vgpu, GvtDeviceInfo *device);

/* Whether @name was noted in @table at @epoch or later. */
gboolean gvt_registry_is_noted_since (GHashTable *table, const char *name, guint64 epoch);

G_END_DECLS
