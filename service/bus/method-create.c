/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Creating and finding vGPUs: what CreateVgpu and GetVgpu check. Main loop.
 */

#include "gvt-error.h"
#include "gvt-names.h"
#include "quota.h"
#include "mdev-error.h"
#include "methods.h"
#include "options.h"
#include "paths.h"
#include "uuid.h"

static const GvtOption create_options[] = {
  { "uuid", "s" },  { "label", "s" },    { "define", "b" },
  { "start", "s" }, { "activate", "b" }, { NULL, NULL },
};

/* What CreateVgpu was asked for, in full. */
typedef struct {
  const char *gpu;
  const char *type;
  const char *label;
  const char *start;
  gboolean define;
  gboolean activate;
} Wanted;

gboolean
gvt_check_start_policy (const char *start, GError **error)
{
  g_autofree char *quoted = NULL;

  if (g_str_equal (start, "manual") || g_str_equal (start, "domain") || g_str_equal (start, "boot"))
    return TRUE;
  quoted = gvt_quote (start);
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_INVALID_ARGUMENT,
               "%s is no start policy; permitted are manual, domain and boot",
               quoted);
  return FALSE;
}

gboolean
gvt_check_new_label (GvtCall *call,
                     guint32 owner,
                     const char *label,
                     const char *uuid,
                     GError **error)
{
  const GvtVgpu *holder;

  if (!gvt_label_check (label, error))
    return FALSE;
  if (*label == '\0')
    return TRUE;
  holder = gvt_registry_find_label (call->context->registry, owner, label);
  if (holder == NULL || g_strcmp0 (holder->uuid, uuid) == 0)
    return TRUE;
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_ALREADY_EXISTS,
               "vGPU %s has the label %s already; take another one",
               holder->uuid,
               label);
  return FALSE;
}

const GvtTypeInfo *
gvt_check_type (GvtCall *call, const char *parent, const char *type, GError **error)
{
  const GvtParentInfo *info = gvt_registry_get_parent (call->context->registry, parent);
  const GvtTypeInfo *found = info == NULL ? NULL : gvt_parent_info_find_type (info, type);
  g_autofree char *quoted = NULL;
  g_autofree char *types = NULL;

  if (found != NULL)
    return found;
  quoted = gvt_quote (info == NULL ? parent : type);
  if (info == NULL) {
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_NOT_FOUND,
                 "there is no GPU %s that makes vGPUs; “gvt-client gpus” lists those there are",
                 quoted);
    return NULL;
  }
  types = gvt_parent_info_list_types (info);
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_NOT_FOUND,
               "GPU %s does not offer the type %s; it offers %s",
               parent,
               quoted,
               types);
  return NULL;
}

/* Most room for the type first; of equals, and of any with room at all, the boot VGA last. */
static gboolean
is_better (const GvtParentInfo *a,
           const GvtTypeInfo *a_type,
           const GvtParentInfo *b,
           const GvtTypeInfo *b_type)
{
  if ((a_type->available > 0) != (b_type->available > 0))
    return a_type->available > 0;
  if (a->boot_vga != b->boot_vga)
    return !a->boot_vga;
  return a_type->available > b_type->available;
}

static const char *
choose_gpu (GvtCall *call, const char *type, GError **error)
{
  g_autoptr (GPtrArray) parents = gvt_registry_list_parents (call->context->registry);
  const GvtParentInfo *best = NULL;
  const GvtTypeInfo *best_type = NULL;
  g_autofree char *quoted = NULL;

  for (guint i = 0; i < parents->len; i++) {
    const GvtParentInfo *parent = g_ptr_array_index (parents, i);
    const GvtTypeInfo *found = gvt_parent_info_find_type (parent, type);

    if (found != NULL && (best == NULL || is_better (parent, found, best, best_type))) {
      best = parent;
      best_type = found;
    }
  }
  if (best != NULL)
    return best->name;
  if (parents->len == 0) {
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_NOT_FOUND,
                 "no GPU of this machine makes vGPUs: is GVT-g on (i915.enable_gvt=1 on the kernel "
                 "command line) and the kvmgt module loaded?");
    return NULL;
  }
  quoted = gvt_quote (type);
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_NOT_FOUND,
               "no GPU offers the type %s; “gvt-client types” lists those there are",
               quoted);
  return NULL;
}

static gboolean
read_wanted (GvtCall *call, GVariant *options, Wanted *wanted, GError **error)
{
  if (!gvt_options_check (options, create_options, error))
    return FALSE;
  g_variant_get_child (call->parameters, 0, "&s", &wanted->gpu);
  g_variant_get_child (call->parameters, 1, "&s", &wanted->type);
  wanted->label = gvt_options_get_string (options, "label", "");
  wanted->start = gvt_options_get_string (options, "start", "manual");
  wanted->define = gvt_options_get_boolean (options, "define", FALSE) ||
                   !g_str_equal (wanted->start, "manual");
  wanted->activate = gvt_options_get_boolean (options, "activate", TRUE);
  if (!gvt_check_start_policy (wanted->start, error) ||
      !gvt_check_new_label (call, call->uid, wanted->label, NULL, error))
    return FALSE;
  if (wanted->activate || wanted->define)
    return TRUE;
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_INVALID_ARGUMENT,
               "neither activate nor define: there would be nothing; say define too");
  return FALSE;
}

/* The UUID is chosen once, so that the second check is about the same vGPU. */
static gboolean
settle_uuid (GvtCall *call, GVariant *options, GError **error)
{
  const char *given = gvt_options_get_string (options, "uuid", NULL);
  const GvtVgpu *taken;

  if (call->uuid == NULL)
    call->uuid = given != NULL ? gvt_uuid_parse (given, error) : gvt_uuid_new ();
  if (call->uuid == NULL)
    return FALSE;
  taken = gvt_registry_get_vgpu (call->context->registry, call->uuid);
  if (taken == NULL || taken->repaired ||
      !(gvt_vgpu_exists (taken) || taken->reserved || taken->unreadable))
    return TRUE;
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_ALREADY_EXISTS,
               "a vGPU %s exists already; take another UUID, or none to get a new one",
               call->uuid);
  return FALSE;
}

static void
tell_polkit (GvtCall *call, const Wanted *wanted)
{
  gvt_call_tell (call, "gpu", wanted->gpu);
  gvt_call_tell (call, "type", wanted->type);
  gvt_call_tell (call, "uuid", call->uuid);
  gvt_call_tell (call, "label", wanted->label);
  if (g_str_equal (wanted->start, "boot"))
    gvt_call_require (call, GVT_ACTION_AUTOSTART);
}

static void
add_transition (GvtCall *call, const Wanted *wanted)
{
  GvtTransition *transition = gvt_transition_new (call->uuid, wanted->gpu, wanted->type, NULL);

  transition->active = wanted->activate;
  gvt_transition_set_record (
      transition,
      gvt_record_new (call->uid, wanted->label, "", g_str_equal (wanted->start, "domain")));
  if (wanted->define)
    gvt_transition_set_definition (transition,
                                   gvt_definition_new (call->uuid,
                                                       wanted->gpu,
                                                       wanted->type,
                                                       g_str_equal (wanted->start, "boot")));
  g_ptr_array_add (call->transitions, transition);
}

gboolean
gvt_check_create (GvtCall *call, GError **error)
{
  g_autoptr (GVariant) options = gvt_call_get_options (call);
  g_autofree char *path = NULL;
  const GvtTypeInfo *type;
  Wanted wanted;

  if (!read_wanted (call, options, &wanted, error) || !settle_uuid (call, options, error))
    return FALSE;
  if (*wanted.gpu == '\0') {
    if (call->gpu == NULL)
      call->gpu = g_strdup (choose_gpu (call, wanted.type, error));
    wanted.gpu = call->gpu;
  }
  if (wanted.gpu == NULL)
    return FALSE;
  type = gvt_check_type (call, wanted.gpu, wanted.type, error);
  if (type == NULL)
    return FALSE;
  if (!gvt_quota_check_place (call, call->uid, wanted.gpu, wanted.type, error) ||
      !gvt_quota_check_more (call, call->uid, call->uuid, type, wanted.activate, error))
    return FALSE;
  if (wanted.activate && type->available == 0) {
    g_propagate_error (error, gvt_mdev_no_room_error (wanted.gpu, wanted.type));
    return FALSE;
  }
  tell_polkit (call, &wanted);
  add_transition (call, &wanted);
  path = gvt_path_of_vgpu (call->uuid);
  call->reply = g_variant_new ("(o)", path);
  return TRUE;
}

gboolean
gvt_check_get (GvtCall *call, GError **error)
{
  g_autofree char *path = NULL;
  const char *text;

  g_variant_get (call->parameters, "(&s)", &text);
  g_free (call->uuid);
  call->uuid = gvt_uuid_parse (text, error);
  if (call->uuid == NULL || gvt_call_get_vgpu (call, error) == NULL)
    return FALSE;
  path = gvt_path_of_vgpu (call->uuid);
  call->reply = g_variant_new ("(o)", path);
  return TRUE;
}
