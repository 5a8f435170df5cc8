/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The dispatch table: every member of the bus contract, who may call it, what it does. Whatever is
 * not here is refused. The actions are the PolkitAction annotations of the interface XML; a test
 * compares both, and walks the XML for members without a row.
 */

#include "methods.h"

#include "gvt-names.h"
#include "rom.h"

#define CREATE GVT_ACTION_CREATE
#define OTHERS GVT_ACTION_MANAGE_OTHERS
#define MEMLOCK GVT_ACTION_RAISE_MEMLOCK
#define EDIT GVT_ACTION_EDIT_XML
#define SYSTEM GVT_ACTION_EDIT_SYSTEM_DOMAIN
#define HOST GVT_ACTION_CONFIGURE_HOST
#define ROM GVT_ACTION_INSTALL_ROM

#define MANAGER_ROW GVT_INTERFACE_MANAGER
#define VGPU_ROW GVT_INTERFACE_VGPU
#define DOMAINS_ROW GVT_INTERFACE_DOMAINS
#define HOST_ROW GVT_INTERFACE_HOST

#define CHANGE gvt_call_run_transitions

/* clang-format off */
static const GvtMethod methods[] = {
  { MANAGER_ROW, "CreateVgpu", GVT_RULE_ALWAYS, CREATE, gvt_check_create, CHANGE },
  { MANAGER_ROW, "GetVgpu", GVT_RULE_PUBLIC, NULL, gvt_check_get, CHANGE },

  { VGPU_ROW, "Start", GVT_RULE_UNLESS_OWNER, OTHERS, gvt_check_start, CHANGE },
  { VGPU_ROW, "Stop", GVT_RULE_UNLESS_OWNER, OTHERS, gvt_check_stop, CHANGE },
  { VGPU_ROW, "Define", GVT_RULE_UNLESS_OWNER, OTHERS, gvt_check_define, CHANGE },
  { VGPU_ROW, "Undefine", GVT_RULE_UNLESS_OWNER, OTHERS, gvt_check_undefine, CHANGE },
  { VGPU_ROW, "Remove", GVT_RULE_UNLESS_OWNER, OTHERS, gvt_check_remove, CHANGE },
  { VGPU_ROW, "SetStart", GVT_RULE_UNLESS_OWNER, OTHERS, gvt_check_set_start, CHANGE },
  { VGPU_ROW, "SetLabel", GVT_RULE_UNLESS_OWNER, OTHERS, gvt_check_set_label, CHANGE },
  { VGPU_ROW, "Adopt", GVT_RULE_ALWAYS, OTHERS, gvt_check_adopt, CHANGE },

  { DOMAINS_ROW, "EditXml", GVT_RULE_ALWAYS, EDIT, gvt_check_edit_xml, gvt_run_edit_xml },
  { DOMAINS_ROW, "StripXml", GVT_RULE_ALWAYS, EDIT, gvt_check_strip_xml, gvt_run_strip_xml },
  { DOMAINS_ROW, "ModerniseXml", GVT_RULE_ALWAYS, EDIT, gvt_check_modernise_xml,
    gvt_run_modernise_xml },
  { DOMAINS_ROW, "Prepare", GVT_RULE_CHECKED, MEMLOCK, gvt_check_prepare, gvt_run_prepare },
  { DOMAINS_ROW, "Release", GVT_RULE_CHECKED, OTHERS, gvt_check_release, gvt_run_release },
  { DOMAINS_ROW, "Attach", GVT_RULE_ALWAYS, SYSTEM, gvt_check_attach, gvt_run_attach },
  { DOMAINS_ROW, "Detach", GVT_RULE_ALWAYS, SYSTEM, gvt_check_detach, gvt_run_detach },
  { DOMAINS_ROW, "Restore", GVT_RULE_ALWAYS, SYSTEM, gvt_check_restore, gvt_run_restore },
  { DOMAINS_ROW, "ListBackups", GVT_RULE_PUBLIC, NULL, gvt_check_list_backups, gvt_run_list_backups },

  { HOST_ROW, "Check", GVT_RULE_PUBLIC, NULL, gvt_check_check, gvt_run_check },
  { HOST_ROW, "Configure", GVT_RULE_ALWAYS, HOST, gvt_check_setup, gvt_run_setup },
  { HOST_ROW, "Revert", GVT_RULE_ALWAYS, HOST, gvt_check_setup, gvt_run_setup },
  { HOST_ROW, "InstallRom", GVT_RULE_ALWAYS, ROM, gvt_check_install_rom, gvt_run_install_rom },
  { HOST_ROW, "ListRoms", GVT_RULE_PUBLIC, NULL, gvt_check_list_roms, gvt_run_list_roms },
  { HOST_ROW, "RemoveRom", GVT_RULE_ALWAYS, ROM, gvt_check_remove_rom, gvt_run_remove_rom },
};
/* clang-format on */

/* All arguments but a document: 64 UUIDs and a dozen options several times over. */
#define ARGUMENTS_MAX (16 * 1024)

/* Twice of what the XML worker takes, which says so itself when it gets more. */
#define XML_MAX (256 * 1024)

static const struct {
  const char *member;
  gsize max;
} documents[] = {
  { "EditXml", XML_MAX },
  { "StripXml", XML_MAX },
  { "ModerniseXml", XML_MAX },
  { "InstallRom", GVT_ROM_SIZE_MAX },
};

const GvtMethod *
gvt_methods_find (const char *interface, const char *member)
{
  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++) {
    if (g_str_equal (methods[i].interface, interface) && g_str_equal (methods[i].member, member))
      return &methods[i];
  }
  return NULL;
}

gsize
gvt_methods_get_arguments_max (const char *member)
{
  for (gsize i = 0; i < G_N_ELEMENTS (documents); i++) {
    if (g_strcmp0 (documents[i].member, member) == 0)
      return ARGUMENTS_MAX + documents[i].max;
  }
  return ARGUMENTS_MAX;
}

const GvtMethod *
gvt_methods_list (gsize *n_methods)
{
  *n_methods = G_N_ELEMENTS (methods);
  return methods;
}
