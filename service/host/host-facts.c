/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the host is: kernel, distribution, graphics devices. Worker threads only. Reads, below the
 * root; must never judge what it reads, nor write.
 */

#include "host-facts.h"

#include <stdio.h>
#include <string.h>

#include "pci-model.h"
#include "scan.h"
#include "sysfs.h"

#define PCI_DEVICES "/sys/bus/pci/devices"
#define TEXT_MAX (64 * 1024)
/* Debian's modules.dep has 600 KiB. */
#define MODULES_MAX (8 * 1024 * 1024)

#define VENDOR_INTEL 0x8086
#define CLASS_DISPLAY 0x03

static void
display_free (gpointer data)
{
  GvtDisplayDevice *self = data;

  g_free (self->address);
  g_free (self->model);
  g_free (self->driver);
  g_free (self);
}

static guint
read_hex (GvtRoot *root, const char *device, const char *attribute)
{
  g_autofree char *path = g_build_filename (device, attribute, NULL);
  g_autofree char *text = gvt_sysfs_read (root, path);

  return text == NULL ? 0 : (guint) g_ascii_strtoull (text, NULL, 16);
}

/* Line by line start, end and flags of BAR 0, 1, 2 (kernel pci-sysfs.c, resource_show). */
static guint64
read_bar_2 (GvtRoot *root, const char *device)
{
  g_autofree char *path = g_build_filename (device, "resource", NULL);
  g_autofree char *text = gvt_sysfs_read (root, path);
  g_auto (GStrv) lines = text == NULL ? NULL : g_strsplit (text, "\n", 4);
  guint64 start;
  guint64 end;

  if (lines == NULL || g_strv_length (lines) < 3 ||
      sscanf (lines[2], "0x%" G_GINT64_MODIFIER "x 0x%" G_GINT64_MODIFIER "x", &start, &end) != 2 ||
      end <= start)
    return 0;
  return end - start + 1;
}

static gboolean
find_render_node (GvtRoot *root, const char *device)
{
  g_autofree char *path = g_build_filename (device, "drm", NULL);
  g_autoptr (GPtrArray) names = gvt_root_list (root, path);

  for (guint i = 0; i < names->len; i++) {
    if (g_str_has_prefix (g_ptr_array_index (names, i), "renderD"))
      return TRUE;
  }
  return FALSE;
}

static GvtDisplayDevice *
read_display (GvtRoot *root, const char *address)
{
  g_autofree char *device = g_build_filename (PCI_DEVICES, address, NULL);
  g_autofree char *driver = g_build_filename (device, "driver", NULL);
  g_autofree char *boot_vga = g_build_filename (device, "boot_vga", NULL);
  GvtDisplayDevice *self;

  if (read_hex (root, device, "class") >> 16 != CLASS_DISPLAY)
    return NULL;
  self = g_new0 (GvtDisplayDevice, 1);
  self->address = g_strdup (address);
  self->vendor = read_hex (root, device, "vendor");
  self->device = read_hex (root, device, "device");
  self->model = gvt_pci_model (root, device);
  self->driver = gvt_root_read_link_name (root, driver);
  self->boot_vga = gvt_sysfs_read_number (root, boot_vga) == 1;
  self->aperture = self->vendor == VENDOR_INTEL ? read_bar_2 (root, device) : 0;
  self->has_render_node = find_render_node (root, device);
  return self;
}

/* Integrated graphics sits on the root bus; Intel's cards do not. */
static gboolean
is_integrated (const GvtDisplayDevice *display)
{
  return display->vendor == VENDOR_INTEL && g_str_has_prefix (display->address, "0000:00:");
}

static void
read_displays (GvtHostFacts *self)
{
  g_autoptr (GPtrArray) addresses = gvt_root_list (self->root, PCI_DEVICES);

  self->displays = g_ptr_array_new_with_free_func (display_free);
  for (guint i = 0; i < addresses->len; i++) {
    GvtDisplayDevice *display = read_display (self->root, g_ptr_array_index (addresses, i));

    if (display == NULL)
      continue;
    g_ptr_array_add (self->displays, display);
    if (self->gpu == NULL && is_integrated (display))
      self->gpu = display;
  }
}

/* As the kernel does (lib/cmdline.c, next_arg): blanks part words, but not between quotation marks,
 * and nothing else has a meaning: no apostrophe, backslash or number sign. */
static GStrv
split_command_line (const char *text)
{
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
  g_autoptr (GString) word = g_string_new (NULL);
  gboolean quoted = FALSE;

  for (const char *at = text;; at++) {
    if (*at == '"') {
      quoted = !quoted;
    } else if (*at != '\0' && (quoted || !g_ascii_isspace (*at))) {
      g_string_append_c (word, *at);
    } else if (word->len > 0) {
      g_strv_builder_add (words, word->str);
      g_string_truncate (word, 0);
    }
    if (*at == '\0')
      return g_strv_builder_end (words);
  }
}

static void
read_kernel (GvtHostFacts *self)
{
  g_autofree char *release =
      gvt_root_read_text (self->root, "/proc/sys/kernel/osrelease", TEXT_MAX, NULL);
  g_autofree char *words = gvt_root_read_text (self->root, "/proc/cmdline", TEXT_MAX, NULL);

  self->release = g_strdup (release == NULL ? "" : g_strstrip (release));
  if (sscanf (self->release, "%u.%u", &self->major, &self->minor) != 2)
    self->major = self->minor = 0;
  self->command_line = split_command_line (words != NULL ? words : "");
}

/* "kernel/drivers/gpu/drm/i915/kvmgt.ko.xz: kernel/..." */
static void
add_modules (GHashTable *modules, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (char **line = lines; *line != NULL; line++) {
    g_autofree char *name = NULL;
    const char *slash;

    (*line)[strcspn (*line, ":")] = '\0';
    slash = strrchr (*line, '/');
    if (slash == NULL)
      continue;
    name = g_strndup (slash + 1, strcspn (slash + 1, "."));
    g_hash_table_add (modules, g_strdelimit (g_steal_pointer (&name), "-", '_'));
  }
}

static void
read_modules (GvtHostFacts *self)
{
  static const char *const lists[] = { "modules.dep", "modules.builtin" };

  for (gsize i = 0; i < G_N_ELEMENTS (lists) && *self->release != '\0'; i++) {
    g_autofree char *path = g_build_filename ("/lib/modules", self->release, lists[i], NULL);
    g_autofree char *text = gvt_root_read_text (self->root, path, MODULES_MAX, NULL);

    if (text == NULL)
      continue;
    if (self->modules == NULL)
      self->modules = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    add_modules (self->modules, text);
  }
}

static char *
os_release_value (char **lines, const char *key)
{
  for (char **line = lines; *line != NULL; line++) {
    gsize length = strlen (key);

    if (strncmp (*line, key, length) == 0 && (*line)[length] == '=') {
      char *value = g_shell_unquote (*line + length + 1, NULL);

      return value != NULL ? value : g_strdup ("");
    }
  }
  return g_strdup ("");
}

static void
read_distribution (GvtHostFacts *self)
{
  g_autofree char *text = gvt_root_read_text (self->root, "/etc/os-release", TEXT_MAX, NULL);
  g_auto (GStrv) lines = NULL;
  g_autofree char *like = NULL;
  g_autofree char *words = NULL;

  if (text == NULL)
    text = gvt_root_read_text (self->root, "/usr/lib/os-release", TEXT_MAX, NULL);
  lines = g_strsplit (text != NULL ? text : "", "\n", -1);
  self->distribution = os_release_value (lines, "ID");
  like = os_release_value (lines, "ID_LIKE");
  words = g_strdup_printf ("%s %s", self->distribution, like);
  self->like = g_strsplit (words, " ", -1);
}

GvtHostFacts *
gvt_host_facts_read (GvtRoot *root)
{
  GvtHostFacts *self = g_new0 (GvtHostFacts, 1);

  self->root = gvt_root_ref (root);
  read_kernel (self);
  read_modules (self);
  read_distribution (self);
  read_displays (self);
  self->parents = gvt_scan_parents (root);
  return self;
}

void
gvt_host_facts_free (GvtHostFacts *self)
{
  gvt_root_unref (self->root);
  g_free (self->release);
  g_strfreev (self->command_line);
  g_clear_pointer (&self->modules, g_hash_table_unref);
  g_free (self->distribution);
  g_strfreev (self->like);
  g_ptr_array_unref (self->displays);
  g_ptr_array_unref (self->parents);
  g_free (self);
}

gboolean
gvt_host_is_at_least (const GvtHostFacts *self, guint major, guint minor)
{
  return self->major > major || (self->major == major && self->minor >= minor);
}

gboolean
gvt_host_is_like (const GvtHostFacts *self, const char *distribution)
{
  return g_strv_contains ((const char *const *) self->like, distribution);
}

const char *
gvt_host_argument (const GvtHostFacts *self, const char *name)
{
  gsize length = strlen (name);
  const char *value = NULL;

  for (char **word = self->command_line; *word != NULL; word++) {
    if (strncmp (*word, name, length) == 0 && (*word)[length] == '=')
      value = *word + length + 1;
    else if (g_str_equal (*word, name))
      value = "";
  }
  return value;
}

gboolean
gvt_host_module_is_loaded (const GvtHostFacts *self, const char *name)
{
  g_autofree char *path = g_build_filename ("/sys/module", name, NULL);

  return gvt_root_exists (self->root, path);
}

char *
gvt_host_module_parameter (const GvtHostFacts *self, const char *module, const char *parameter)
{
  g_autofree char *path = g_build_filename ("/sys/module", module, "parameters", parameter, NULL);

  return gvt_sysfs_read (self->root, path);
}

/* As kstrtobool(), and a parameter without a value is on (kernel params.c). */
gboolean
gvt_host_is_on (const char *value)
{
  return *value == '\0' || strchr ("yYtT1", *value) != NULL ||
         g_ascii_strncasecmp (value, "on", 2) == 0;
}

static gboolean
is_said (const char *line)
{
  return *line != '\0' && *line != '#' && *line != ';';
}

GStrv
gvt_host_read_lines (const GvtHostFacts *self, const char *const *directories, const char *suffix)
{
  g_autoptr (GStrvBuilder) said = g_strv_builder_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; directories[i] != NULL; i++) {
    g_autoptr (GPtrArray) names = gvt_root_list (self->root, directories[i]);

    for (guint j = 0; j < names->len; j++) {
      const char *name = g_ptr_array_index (names, j);
      g_autofree char *path = g_build_filename (directories[i], name, NULL);
      g_autofree char *text = NULL;
      g_auto (GStrv) lines = NULL;

      if (!g_str_has_suffix (name, suffix) || !g_hash_table_add (seen, g_strdup (name)))
        continue;
      text = gvt_root_read_text (self->root, path, TEXT_MAX, NULL);
      lines = g_strsplit (text != NULL ? text : "", "\n", -1);
      for (char **line = lines; *line != NULL; line++) {
        if (is_said (g_strstrip (*line)))
          g_strv_builder_add (said, *line);
      }
    }
  }
  return g_strv_builder_end (said);
}
